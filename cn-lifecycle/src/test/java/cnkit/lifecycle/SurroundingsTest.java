package cnkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the process finds at its start, and what it leaves at its end. */
class SurroundingsTest {
  private static final Diagnosis.Facts HEALTHY =
      new Diagnosis.Facts(1, 0, "", "0000000000000000", true, List.of());

  @Test // case L10
  void aShellAsProcessOneIsWarnedOfWithWhatToWrite() {
    List<String> warnings =
        Diagnosis.warnings(new Diagnosis.Facts(7, 1, "sh", "0000000000000000", true, List.of()));
    assertEquals(1, warnings.size());
    assertTrue(warnings.get(0).contains("exec form"), warnings::toString);
    assertEquals(List.of(), Diagnosis.warnings(HEALTHY));
    assertEquals(
        List.of(),
        Diagnosis.warnings(new Diagnosis.Facts(7, 1, "tini", "", true, List.of())),
        "an init forwards");
    assertEquals(
        List.of(),
        Diagnosis.warnings(new Diagnosis.Facts(7, 5, "bash", "", true, List.of())),
        "a terminal's shell is not process 1");
  }

  @Test
  void anIgnoredSigtermIsWarnedOf() {
    List<String> warnings =
        Diagnosis.warnings(new Diagnosis.Facts(1, 0, "", "0000000000004000", true, List.of()));
    assertTrue(warnings.get(0).startsWith("SIGTERM is ignored"), warnings::toString);
    assertFalse(Diagnosis.ignores("0000000000003fff", 15));
    assertTrue(Diagnosis.ignores("ffffffffffffffff", 15));
    assertFalse(Diagnosis.ignores("nonsense", 15));
  }

  @Test
  void hooksOfOthersAreWarnedOfOnlyWhereTheyRaceOurs() {
    List<String> hooks = List.of("Log4j 2 ...");
    assertEquals(hooks, Diagnosis.warnings(new Diagnosis.Facts(1, 0, "", "", false, hooks)));
    assertEquals(List.of(), Diagnosis.warnings(new Diagnosis.Facts(1, 0, "", "", true, hooks)));
  }

  @Property
  void clippedTextIsAPrefixThatFitsAndEndsWithAWholeCharacter(
      @ForAll String text, @ForAll @IntRange(max = 200) int max) {
    String clean = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    byte[] clipped = TerminationMessage.clip(clean, max);
    assertTrue(clipped.length <= max || clipped.length == 0);
    String back = new String(clipped, StandardCharsets.UTF_8);
    assertTrue(clean.startsWith(back), () -> back + " of " + clean);
    assertTrue(clipped.length > max - 4
        || clipped.length == clean.getBytes(StandardCharsets.UTF_8).length);
  }

  private static Report report(List<Unfinished> unfinished) {
    return new Report(
        LifecycleState.STOPPED,
        unfinished.isEmpty() ? ShutdownOutcome.STOPPED : ShutdownOutcome.DRAIN_TIMEOUT,
        List.of(new Trigger(Trigger.Source.SIGNAL, "SIGTERM", Duration.ZERO)),
        Duration.ZERO,
        Duration.ofSeconds(3),
        List.of(),
        List.of(),
        unfinished);
  }

  @Test
  void theTerminationLogHoldsAtMost4096BytesAndTheSummaryFirst(@TempDir Path folder)
      throws Exception {
    Path log = Files.createFile(folder.resolve("termination-log"));
    Files.writeString(log, "x".repeat(10_000));
    var many = new ArrayList<Unfinished>();
    for (int i = 0; i < 100; i++) {
      many.add(new Unfinished(
          "request",
          "GET /überlang/" + i,
          Duration.ofSeconds(i),
          "worker",
          List.of("a.B.c(B.java:1)")));
    }
    new TerminationMessage(Optional.of(log), Optional.empty()).end(report(many));
    byte[] written = Files.readAllBytes(log);
    assertTrue(written.length <= 4_096 && written.length > 4_000, written.length + " bytes");
    assertTrue(new String(written, StandardCharsets.UTF_8)
        .startsWith("drain timeout in 3s after SIGTERM"));
    new TerminationMessage(Optional.of(log), Optional.empty()).end(report(List.of()));
    String small = Files.readString(log);
    assertTrue(small.contains("\n{\"status\":\"stopped\""), small);
  }

  @Test
  void theNextLifeLearnsHowTheLastOneEnded(@TempDir Path folder) {
    Path marker = folder.resolve("marker");
    assertEquals(
        Optional.empty(), new TerminationMessage(Optional.empty(), Optional.of(marker)).previous());
    var killed = new TerminationMessage(Optional.empty(), Optional.of(marker));
    killed.phase("running");
    killed.phase("drain");
    PreviousRun life = killed.previous().orElseThrow();
    assertEquals(Optional.empty(), life.outcome());
    assertEquals("drain", life.phase());
    assertTrue(
        life.summary().startsWith("ended in phase drain without a clean end"), life.summary());
    killed.end(report(List.of()));
    killed.phase("infrastructure"); // told late
    assertEquals(
        Optional.of(ShutdownOutcome.STOPPED), killed.previous().orElseThrow().outcome());
  }

  @Test
  void aMarkerThatCannotBeWrittenOrReadKeepsNobodyFromEnding(@TempDir Path folder) {
    Path nowhere = folder.resolve("missing").resolve("marker");
    Lifecycle lifecycle =
        Lifecycle.builder().propagation(Duration.ZERO).marker(nowhere).build();
    lifecycle.start();
    assertEquals(0, lifecycle.shutdown("done").exitCode());
  }

  @Test
  void aLifecycleKeepsItsMarker(@TempDir Path folder) {
    Path marker = folder.resolve("marker");
    for (int life = 0; life < 2; life++) {
      Lifecycle lifecycle =
          Lifecycle.builder().propagation(Duration.ZERO).marker(marker).build();
      lifecycle.start();
      assertEquals(life, lifecycle.previousRun().stream().count());
      lifecycle.shutdown("done");
    }
    PreviousRun last =
        new TerminationMessage(Optional.empty(), Optional.of(marker)).previous().orElseThrow();
    assertEquals(Optional.of(ShutdownOutcome.STOPPED), last.outcome());
    assertTrue(last.summary().contains("after done"), last.summary());
  }
}
