package cnkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only a real process shows: signals and exit codes. */
@Tag("full")
@Timeout(120)
class ProcessTest {

  @Test // case L10
  void sigtermEndsWithZeroWhereSignalsAreHeard() throws Exception {
    try (var child = ChildProcess.start("idle")) {
      child.await("running");
      child.signal("TERM");
      assertEquals(0, child.exitCode(), child.said()::toString);
      assertEquals(
          List.of("start-a", "running", "announced", "stop-a", "flush"), words(child), "in order");
      assertTrue(child.json().contains("\"reason\":\"SIGTERM\""), child.json());
    }
  }

  private static List<String> words(ChildProcess child) {
    return child.said().stream().filter(line -> line.matches("[a-z0-9-]+")).toList();
  }

  @Test // case L10
  void sigtermEndsWithTheJvmsOwnCodeWhereOnlyTheHookIsLeft() throws Exception {
    try (var child = ChildProcess.start("hook")) {
      child.await("running");
      child.signal("TERM");
      assertEquals(143, child.exitCode());
      assertEquals(List.of("start-a", "running", "announced", "stop-a", "flush"), words(child));
    }
  }

  @Test // case L29
  void withoutTheSignalsOfTheJvmItStillRunsAndStopsByItsHook() throws Exception {
    try (var child = ChildProcess.start("exit-7", "-Xrs")) {
      assertEquals(7, child.exitCode());
      assertTrue(words(child).containsAll(List.of("announced", "stop-a", "flush")));
      assertFalse(child.said().toString().contains("Exception"), child.said()::toString);
    }
  }

  @Test // case L29
  void anImageWithoutTheSignalClassesFallsBackToTheHook() throws Exception {
    try (var child = ChildProcess.start(
        "exit-7",
        "--limit-modules",
        "java.base,java.logging,java.naming,java.xml,java.management")) {
      assertEquals(7, child.exitCode(), child.said()::toString);
      assertTrue(words(child).containsAll(List.of("announced", "stop-a", "flush")));
      assertFalse(child.said().toString().contains("Exception"), child.said()::toString);
    }
  }

  @Test // case L11
  void aSecondSignalAbandonsTheDrainButFlushesAndExitsForced() throws Exception {
    try (var child = ChildProcess.start("busy")) {
      child.await("running");
      child.signal("TERM");
      child.await("announced");
      child.signal("TERM");
      long second = System.nanoTime();
      assertEquals(82, child.exitCode(), child.said()::toString);
      long took = (System.nanoTime() - second) / 1_000_000;
      assertTrue(took < 20_000, "the drain would have taken 45 s, this took " + took + " ms");
      assertTrue(words(child).containsAll(List.of("cancelled", "stop-a", "flush")));
      assertTrue(child.json().contains("\"cut\":1"), child.json());
    }
  }

  @Test // case L11
  void aThirdSignalHaltsAtOnce() throws Exception {
    try (var child = ChildProcess.start("stuck-flush")) {
      child.await("running");
      child.signal("TERM");
      child.await("announced");
      child.signal("TERM");
      child.await("flushing");
      child.signal("TERM");
      long third = System.nanoTime();
      assertEquals(82, child.exitCode(), child.said()::toString);
      assertTrue(System.nanoTime() - third < 20_000_000_000L, "the flush would have taken 35 s");
    }
  }

  @Test // case L13
  void whoeverCallsExitGetsAWholeShutdownAndKeepsHisCode() throws Exception {
    try (var child = ChildProcess.start("exit-7")) {
      assertEquals(7, child.exitCode());
      // "running" is an event: it may come after what it makes others do
      assertEquals(
          List.of("start-a", "announced", "stop-a", "flush"),
          words(child).stream().filter(word -> !word.equals("running")).toList());
    }
  }

  @Test
  void aComponentThatCallsExitDoesNotDeadlock() throws Exception {
    try (var child = ChildProcess.start("exit-in-stop")) {
      child.await("running");
      child.signal("TERM");
      long began = System.nanoTime();
      assertEquals(9, child.exitCode());
      assertTrue(words(child).containsAll(List.of("stop-a", "flush")), child.said()::toString);
      assertTrue(System.nanoTime() - began < 30_000_000_000L, "far from the grace");
    }
    try (var child = ChildProcess.start("exit-in-start")) {
      assertEquals(9, child.exitCode());
      assertTrue(words(child).containsAll(List.of("stop-a", "flush")), child.said()::toString);
    }
  }

  @Test // case L14
  void sigtermDuringTheStartExitsWithZeroSoonAndSaysNoMoreThanThat() throws Exception {
    try (var child = ChildProcess.start("slow-start")) {
      child.await("starting-b");
      child.signal("TERM");
      long began = System.nanoTime();
      assertEquals(0, child.exitCode(), child.said()::toString);
      assertTrue(System.nanoTime() - began < 30_000_000_000L, "no propagation");
      assertTrue(words(child).contains("stop-a"));
      assertFalse(words(child).contains("start-c"));
      assertFalse(words(child).contains("running"));
      assertFalse(child.said().toString().contains("\tat "), child.said()::toString);
    }
  }

  @Test // case L4
  void aFailedStartExitsWithItsOwnCodeAndSaysWhy() throws Exception {
    try (var child = ChildProcess.start("failing-start")) {
      assertEquals(70, child.exitCode());
      assertTrue(child.said().toString().contains("b did not start"), child.said()::toString);
      assertTrue(child.said().toString().contains("no route to host"), child.said()::toString);
      assertTrue(words(child).contains("stop-a"));
    }
  }

  @Test
  void theFirstSignalAfterAnotherTriggerDoesNotForce() throws Exception {
    try (var child = ChildProcess.start("programmatic")) {
      child.await("announced");
      child.signal("TERM");
      child.await("two-triggers");
      assertEquals(0, child.exitCode(), child.said()::toString);
      assertTrue(child.json().contains("\"reason\":\"POST /shutdown\""), child.json());
      assertTrue(child.json().contains("\"detail\":\"SIGTERM\""), child.json());
    }
  }

  @Test
  void aForeignHookThatHangsDoesNotKeepTheProcess() throws Exception {
    try (var child = ChildProcess.start("foreign-hook-hangs")) {
      child.await("running");
      child.signal("TERM");
      assertEquals(83, child.exitCode());
      assertTrue(child.said().toString().contains("a hook of the JVM that is not ours"));
    }
  }
}
