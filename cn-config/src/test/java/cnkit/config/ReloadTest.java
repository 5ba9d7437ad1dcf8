package cnkit.config;

import static cnkit.config.CaseSchema.env;
import static cnkit.config.CaseSchema.under;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.config.testing.SimulatedVolume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadTest {
  record Pair(@Default("0") int a, @Default("0") int b) {
    Pair {
      if (a < 0) {
        throw new IllegalArgumentException("a must not be negative");
      }
    }
  }

  record Live(
      @RestartOnly @Default("8080") int port,
      @Default("1") int level,
      Optional<Secret<String>> token,
      @RestartOnly Pair pair) {}

  @TempDir
  private Path temporary;

  private SimulatedVolume volume() {
    return SimulatedVolume.at(temporary.resolve("volume"));
  }

  @Test
  void aSwapIsAppliedAsAWholeAndToldWithPathsAndPlaces() {
    SimulatedVolume volume = volume();
    try (Reloadable<Live> live = under(Live.class).mounts(volume.directory()).reloadable()) {
      var events = new ArrayList<ReloadEvent>();
      live.subscribe(events::add);
      Live before = live.value();
      assertEquals(Optional.empty(), live.poll(), "nothing changed");
      volume.publish(Map.of("level", "2", "token", "t-CANARY"));
      ReloadEvent.Applied applied = (ReloadEvent.Applied) live.poll().orElseThrow();
      assertEquals(1, before.level(), "a snapshot never changes");
      assertEquals(2, live.value().level());
      assertEquals(
          List.of(
              "level  1 -> 2  " + volume.directory().resolve("level"),
              "token  (not set) -> ***  " + volume.directory().resolve("token")),
          applied.changes().stream().map(Object::toString).toList());
      assertEquals(live.config().fingerprint(), applied.fingerprint());
      volume.publish(Map.of("level", "2", "token", "t-CANARY"));
      assertEquals(Optional.empty(), live.poll(), "the same again is no news");
      assertEquals(2, events.size());
      assertTrue(events.get(0) instanceof ReloadEvent.Current);
      assertFalse(events.toString().contains("CANARY"), events::toString);
    }
  }

  @Test
  void aRefusedVersionKeepsTheLastGoodOneAndIsToldOnce() {
    SimulatedVolume volume = volume();
    volume.publish(Map.of("a", "1", "b", "1"));
    try (Reloadable<Pair> live = under(Pair.class).mounts(volume.directory()).reloadable()) {
      for (Map<String, String> bad : List.of(
          Map.of("a", "x", "b", "y"), Map.of("a", "-1", "b", "2"), Map.of("a", "2", "c", "2"))) {
        volume.publish(bad);
        ReloadEvent.Refused refused = (ReloadEvent.Refused) live.poll().orElseThrow();
        assertFalse(refused.problems().isEmpty());
        assertEquals(new Pair(1, 1), live.value());
        assertEquals(Optional.empty(), live.poll());
      }
      var late = new ArrayList<ReloadEvent>();
      live.subscribe(late::add);
      assertEquals(1, ((ReloadEvent.Current) late.get(0)).refused().size());
      volume.publish(Map.of("a", "1", "b", "1"));
      ReloadEvent.Applied back = (ReloadEvent.Applied) live.poll().orElseThrow();
      assertEquals(List.of(), back.changes(), "the refusal is over");
      volume.publish(Map.of("a", "3", "b", "3"));
      live.poll();
      assertEquals(new Pair(3, 3), live.value(), "a refusal is not the end of reloading");
    }
  }

  @Test
  void whatOnlyARestartChangesIsReportedAndNotApplied() {
    SimulatedVolume volume = volume();
    try (Reloadable<Live> live = under(Live.class).mounts(volume.directory()).reloadable()) {
      volume.publish(Map.of("port", "9090", "level", "3", "pair.a", "7"));
      ReloadEvent.Applied applied = (ReloadEvent.Applied) live.poll().orElseThrow();
      assertEquals(
          List.of("level"),
          applied.changes().stream().map(ReloadEvent.Change::path).toList());
      assertEquals(
          List.of("port", "pair.a"),
          applied.waiting().stream().map(ReloadEvent.Change::path).toList());
      assertEquals(new Live(8080, 3, Optional.empty(), new Pair(0, 0)), live.value());
      assertEquals(
          "default", live.config().explain("port").candidates().get(0).origin().toString());
      volume.publish(Map.of("level", "3"));
      assertEquals(List.of(), ((ReloadEvent.Applied) live.poll().orElseThrow()).waiting());
    }
  }

  @Test
  void filesAndTheFilesOfVariablesAreFollowedToo() throws IOException {
    Path file = Files.writeString(temporary.resolve("a.json"), "{\"a\": 1}");
    Path secret = Files.writeString(temporary.resolve("b"), "1");
    try (Reloadable<Pair> live = under(Pair.class)
        .files(file)
        .environment(env("APP_B_FILE", secret.toString()))
        .reloadable()) {
      assertEquals(Optional.empty(), live.poll());
      Files.writeString(file, "{\"a\": 2}");
      live.poll();
      assertEquals(new Pair(2, 1), live.value());
      Files.writeString(
          secret, "2"); // of the same length and perhaps within one tick of the file's clock
      live.poll();
      assertEquals(new Pair(2, 2), live.value());
      Files.delete(secret);
      assertTrue(live.poll().orElseThrow() instanceof ReloadEvent.Refused);
      Files.writeString(secret, "3");
      live.poll();
      assertEquals(new Pair(2, 3), live.value());
    }
    Path plain = Files.createDirectory(temporary.resolve("plain"));
    try (Reloadable<Pair> live = under(Pair.class).mounts(plain).reloadable()) {
      Files.writeString(plain.resolve("a"), "5");
      live.poll();
      assertEquals(5, live.value().a());
    }
  }

  @Test
  void aListenerThatThrowsOrReentersOrLeavesDisturbsNobody() {
    SimulatedVolume volume = volume();
    try (Reloadable<Pair> live = under(Pair.class).mounts(volume.directory()).reloadable()) {
      var heard = new ArrayList<ReloadEvent>();
      live.subscribe(event -> {
        throw new AssertionError("not mine");
      });
      live.subscribe(event -> live.poll());
      var leaving = live.subscribe(event -> {});
      leaving.close();
      leaving.close();
      live.subscribe(heard::add);
      for (int i = 1; i <= 3; i++) {
        volume.publish(Map.of("a", "" + i));
        live.poll();
      }
      assertEquals(4, heard.size(), heard::toString);
      assertEquals(3, live.value().a());
    }
  }

  @Test
  void aListenerThatHangsHoldsUpNeitherTheOthersNorReloading() throws Exception {
    SimulatedVolume volume = volume();
    var release = new CountDownLatch(1);
    var heard = new CountDownLatch(3);
    Reloadable<Pair> live =
        under(Pair.class).mounts(volume.directory()).reloadable(Duration.ofMillis(1));
    try (live) {
      live.subscribe(event -> {
        try {
          release.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      });
      live.subscribe(event -> heard.countDown());
      for (int i = 1; i <= 2; i++) {
        volume.publish(Map.of("a", "" + i));
        while (live.value().a() != i) {
          Thread.onSpinWait();
        }
      }
      assertTrue(heard.await(60, TimeUnit.SECONDS));
    } finally {
      release.countDown();
    }
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("cn-config-reload")) {
        thread.join(60_000);
        assertFalse(thread.isAlive(), "the thread ends with close");
      }
    }
    assertEquals(Optional.empty(), live.poll());
    assertEquals(2, live.value().a(), "still readable");
  }

  @Test
  void aSlowListenerLosesItsOldestEventsAndIsToldHowMany() {
    SimulatedVolume volume = volume();
    try (Reloadable<Pair> live = under(Pair.class).mounts(volume.directory()).reloadable()) {
      var heard = new ArrayList<ReloadEvent>();
      live.subscribe(event -> {
        heard.add(event);
        for (int i = 1; heard.size() == 1 && i <= 256 + 9; i++) { // events come while it is busy
          volume.publish(Map.of("a", "" + i));
          live.poll();
        }
      });
      assertEquals(new ReloadEvent.EventsDropped(9), heard.get(1));
      assertEquals(2 + 256, heard.size());
    }
  }

  @Test
  void manyPollersLoadOneAtATimeAndTellEachChangeOnce() throws Exception {
    SimulatedVolume volume = volume();
    var inside = new AtomicInteger();
    var overlaps = new AtomicInteger();
    var done = new AtomicBoolean();
    ConfigBuilder<Pair> builder = under(Pair.class).mounts(volume.directory()).check(pair -> {
      overlaps.addAndGet(inside.incrementAndGet() - 1);
      inside.decrementAndGet();
      return List.of();
    });
    try (Reloadable<Pair> live = builder.reloadable()) {
      var told = new AtomicInteger();
      live.subscribe(event -> told.addAndGet(event instanceof ReloadEvent.Applied ? 1 : 0));
      var found = new AtomicInteger();
      var pollers = new ArrayList<Thread>();
      for (int i = 0; i < 3; i++) {
        var poller = new Thread(() -> {
          while (!done.get()) {
            live.poll().ifPresent(event -> found.incrementAndGet());
          }
        });
        poller.start();
        pollers.add(poller);
      }
      for (int i = 1; i <= 100; i++) {
        volume.publish(Map.of("a", "" + i));
        while (live.value().a() != i) {
          Thread.onSpinWait();
        }
      }
      done.set(true);
      for (Thread poller : pollers) {
        poller.join();
      }
      live.poll();
      assertEquals(List.of(100, 100, 0), List.of(found.get(), told.get(), overlaps.get()));
    }
  }

  @Test // case C59
  void aThousandSwapsUnderSpinningReadersTearNothing() throws Exception {
    Swaps.run(temporary.resolve("swaps"), 1_000);
  }

  @Test
  void whatIsMountedByItselfIsSaidToNeverChange() throws IOException {
    Path file = Files.writeString(temporary.resolve("app.json"), "{}");
    Path directory = Files.createDirectory(temporary.resolve("sub path"));
    Path plain = Files.createDirectory(temporary.resolve("plain"));
    String info = """
        36 35 98:0 / / rw,noatime master:1 - ext3 /dev/root rw
        40 36 98:0 /var/lib/kubelet/pods/1/volumes/kubernetes.io~configmap/c/..2026_11_24.1/app.json %s ro - ext4 /dev/a rw
        41 36 0:99 /..2026_11_24.1/sub %s ro - tmpfs tmpfs rw
        42 36 0:98 / %s ro - tmpfs tmpfs rw
        nonsense
        """.formatted(file, directory.toString().replace(" ", "\\040"), plain);
    try (Reloadable<Pair> live =
        under(Pair.class).files(file).mounts(directory, plain).reloadable(() -> info)) {
      assertEquals(
          List.of(file.toString(), directory.toString()),
          live.config().warnings().stream()
              .map(w -> w.origins().get(0).toString())
              .toList());
      assertEquals(Problem.Code.UNCHANGING, live.config().warnings().get(0).code());
      assertTrue(live.config().warnings().get(0).toString().contains("subPath"));
    }
    assertEquals(List.of(), under(Pair.class).files(file).load().warnings(), "nobody watches");
  }

  @Test
  void aVolumeThatNeverRestsIsRefusedAtTheStartAndNoNewsLater() throws Exception {
    SimulatedVolume volume = volume();
    volume.publish(Map.of("app.json", "{\"a\": 1}"));
    var restless = new AtomicBoolean();
    cnkit.config.format.FileFormat format = text -> {
      if (restless.get()) {
        volume.publish(Map.of("app.json", text + " "));
      }
      return cnkit.config.jackson.JacksonFormat.of(new com.fasterxml.jackson.core.JsonFactory())
          .open(text);
    };
    var builder =
        under(Pair.class).format(format, "json").files(volume.directory().resolve("app.json"));
    try (Reloadable<Pair> live = builder.reloadable()) {
      restless.set(true);
      volume.publish(Map.of("app.json", "{\"a\": 2}"));
      assertEquals(Optional.empty(), live.poll());
      assertEquals(1, live.value().a());
      ConfigException refusal = assertThrows(ConfigException.class, builder::load);
      assertEquals(
          List.of(volume.directory().toString()),
          refusal.problems().get(0).origins().stream().map(Origin::name).toList());
      restless.set(false);
      live.poll();
      assertEquals(2, live.value().a());
    }
  }

  @Test
  void aReloadThatFailsUnforeseenIsNotTheLastOne() {
    SimulatedVolume volume = volume();
    var trouble = new AtomicReference<Error>();
    var builder = under(Pair.class).mounts(volume.directory()).check(pair -> {
      if (trouble.get() != null) {
        throw trouble.get();
      }
      return List.of();
    });
    try (Reloadable<Pair> live = builder.reloadable()) {
      trouble.set(new Error("s3cr3t-CANARY"));
      volume.publish(Map.of("a", "4"));
      String told = live.poll().orElseThrow().toString();
      assertFalse(told.contains("CANARY"), told);
      assertEquals(Optional.empty(), live.poll());
      trouble.set(null);
      live.poll();
      assertEquals(4, live.value().a());
    }
  }
}
