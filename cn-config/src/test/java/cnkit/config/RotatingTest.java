package cnkit.config;

import static cnkit.config.CaseSchema.env;
import static cnkit.config.CaseSchema.refused;
import static cnkit.config.CaseSchema.under;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.config.testing.SimulatedVolume;
import cnkit.core.Time;
import cnkit.core.testing.VirtualTime;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotatingTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  record Db(@Size("1..9") Rotating<Secret<String>> password, Optional<Rotating<Integer>> number) {}

  @TempDir
  private Path temporary;

  private final VirtualTime time = new VirtualTime(); // wraps after two seconds

  private ConfigBuilder<Db> builder() {
    return under(Db.class).time(time);
  }

  private static String revealed(Db db) {
    return db.password().current().reveal();
  }

  @Test
  void aMountedSecretIsCurrentWithinASecondWithoutARestart() {
    SimulatedVolume volume = SimulatedVolume.at(temporary.resolve("v"));
    volume.publish(Map.of("password", "one\n", "number", "1"));
    Db db = builder().mounts(volume.directory()).load().value();
    assertEquals("one", revealed(db));
    volume.publish(Map.of("password", "two\n", "number", "2"));
    assertEquals("one", revealed(db), "not looked at before a second has passed");
    time.advance(SECOND);
    assertEquals("two", revealed(db));
    assertEquals(2, db.number().orElseThrow().current());
    assertSame(
        db.password().current(), db.password().current(), "the same value is the same object");
  }

  @Test
  void whatIsNotValidLeavesTheLastGoodValueAndIsTold() throws IOException {
    Path file = Files.writeString(temporary.resolve("p"), "one");
    Db db =
        builder().environment(env("APP_PASSWORD_FILE", file.toString())).load().value();
    for (String bad : List.of("", "longer-than-nine-CANARY", "\n")) {
      Files.writeString(file, bad);
      time.advance(SECOND);
      assertEquals("one", revealed(db));
      Problem problem = db.password().problem().orElseThrow();
      assertEquals("password", problem.path());
      assertEquals("env APP_PASSWORD_FILE", problem.origins().get(0).toString());
      assertFalse(problem.toString().contains("CANARY"), problem::toString);
    }
    Files.delete(file);
    time.advance(SECOND);
    assertEquals("one", revealed(db));
    assertEquals(Problem.Code.UNREADABLE, db.password().problem().orElseThrow().code());
    Files.writeString(file, "three");
    time.advance(SECOND);
    assertEquals("three", revealed(db));
    assertEquals(Optional.empty(), db.password().problem());
  }

  @Test
  void aValueFromNoFileNeverChangesAndASecretOneShowsNothing() throws IOException {
    Db db = builder().environment(env("APP_PASSWORD", "CANARY")).load().value();
    time.advance(SECOND);
    assertEquals("CANARY", revealed(db));
    String shown = db + new ObjectMapper().writeValueAsString(db.password());
    assertFalse(shown.contains("CANARY"), shown);
    assertTrue(new ObjectMapper().writeValueAsString(db.password()).contains("***"), shown);
    assertEquals(7, Rotating.of(7).current());
  }

  record Elements(List<Rotating<String>> list) {}

  @Test
  void anElementHasNoFileThatCouldRotate() {
    assertEquals(Problem.Code.SCHEMA, refused(under(Elements.class)).get(0).code());
  }

  @Test
  void aClosedSecretHasNoValueAndItsCopyIsWiped() throws ReflectiveOperationException {
    Secret<String> secret = Secret.of("CANARY");
    Secret<byte[]> bytes = Secret.of(new byte[] {1, 2});
    var held = Secret.class.getDeclaredField("held");
    held.setAccessible(true);
    char[] copy = (char[]) held.get(secret);
    byte[] byteCopy = (byte[]) held.get(bytes);
    secret.close();
    bytes.close();
    assertEquals("\0\0\0\0\0\0", new String(copy));
    assertEquals(0, byteCopy[0] + byteCopy[1]);
    assertThrows(IllegalStateException.class, secret::reveal);
    assertEquals("***", secret.toString());
  }

  /** A clock by which a second has passed at each look. */
  private static final class Hasty implements Time {
    private final AtomicLong now = new AtomicLong();

    @Override
    public long nanoTime() {
      return now.addAndGet(SECOND.toNanos());
    }

    @Override
    public void sleep(Duration duration) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Pending schedule(Duration delay, Runnable task) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Running execute(String name, Runnable body) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void await(CompletableFuture<?> done) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }

  @Test
  void noTwoThreadsLookAtOnceAndNoLookIsLost() throws InterruptedException {
    var looks = new AtomicInteger();
    Rotating<Integer> counted = Rotating.of(
        0,
        current -> {
          looks.incrementAndGet();
          return new Rotating.Look<>(current + 1, null);
        },
        new Hasty());
    Runnable reading = () -> {
      while (looks.get() < 100_000) {
        counted.current();
      }
    };
    var other = new Thread(reading);
    other.start();
    reading.run();
    other.join();
    int made = looks.get();
    assertEquals(made + 1, counted.current(), "two looks began from the same value");
  }
}
