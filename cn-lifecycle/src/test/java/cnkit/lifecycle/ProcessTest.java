package cnkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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
      assertTrue(child.json().contains("\"name\":\"drain\""), child.json());
      assertTrue(child.json().contains("\"result\":\"abandoned\""), child.json());
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

  @Test
  void anEmbeddedLifecycleTouchesNoSignalAndNoHook() throws Exception {
    try (var child = ChildProcess.start("embedded")) {
      child.await("running");
      child.signal("TERM");
      assertEquals(143, child.exitCode(), "the host's own business");
      assertEquals(List.of("start-a", "running"), words(child));
    }
  }

  @Test
  void theHandlersThatWereThereBeforeArePutBack() throws Exception {
    try (var child = ChildProcess.start("handlers-put-back")) {
      child.await("closed");
      child.signal("TERM");
      assertEquals(5, child.exitCode(), child.said()::toString);
      assertTrue(words(child).contains("mine"));
    }
  }

  @Test
  void sigintWithoutATerminalIsLikeSigterm() throws Exception {
    try (var child = hearingSigint(ChildProcess.java(List.of(), "idle"))) {
      child.await("running");
      child.signal("INT");
      assertEquals(0, child.exitCode(), child.said()::toString);
      assertTrue(child.json().contains("\"reason\":\"SIGINT\""), child.json());
    }
  }

  @Test
  void sigintAtATerminalWaitsForNoLoadBalancer() throws Exception {
    // script(1) gives the child a terminal; what a person types there is read from our pipe
    List<String> java = ChildProcess.java(List.of(), "interrupted-at-the-terminal");
    String command =
        "exec " + String.join(" ", java.stream().map(word -> "'" + word + "'").toList());
    Machine.needs("script", "-qec", "true", "/dev/null");
    try (var child = hearingSigint(List.of("script", "-qec", command, "/dev/null"))) {
      child.await("running");
      long began = System.nanoTime();
      child.type('\u0003'); // the terminal turns it into SIGINT
      assertEquals(0, child.exitCode(), child.said()::toString);
      assertTrue(System.nanoTime() - began < 30_000_000_000L, "propagation would take 35 s");
      assertTrue(
          child.said().toString().contains("\"result\":\"skipped\""), child.said()::toString);
    }
  }

  /** A build that a shell has put in the background ignores SIGINT, and so would its children. */
  private static ChildProcess hearingSigint(List<String> command) throws Exception {
    Machine.needs("env", "--default-signal=INT", "true");
    var hearing = new ArrayList<>(List.of("env", "--default-signal=INT"));
    hearing.addAll(command);
    return ChildProcess.startCommand(hearing);
  }

  @Test // case L10
  void aShellAsProcessOneIsWarnedOfAtTheStart() throws Exception {
    Machine.needs("unshare", "--pid", "--fork", "--mount-proc", "true");
    List<String> java = ChildProcess.java(List.of(), "exit-7");
    String command =
        String.join(" ", java.stream().map(word -> "'" + word + "'").toList());
    // with a second command the shell stays, and does not become java
    try (var child = ChildProcess.startCommand(
        List.of("unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", command + "; exit $?"))) {
      assertEquals(7, child.exitCode(), child.said()::toString);
      assertTrue(
          child.said().toString().contains("does not forward SIGTERM"), child.said()::toString);
    }
    // in exec form java is process 1 itself, hears the signal, and there is nothing to warn of
    var direct =
        new ArrayList<>(List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc"));
    direct.addAll(ChildProcess.java(List.of(), "idle"));
    try (var child = ChildProcess.startCommand(direct)) {
      child.await("running");
      child.signalChild("TERM");
      assertEquals(0, child.exitCode(), child.said()::toString);
      assertFalse(child.said().toString().contains("forward"), child.said()::toString);
    }
  }

  @Test
  void anIgnoredSigtermIsWarnedOfAtTheStart() throws Exception {
    List<String> java = ChildProcess.java(List.of(), "exit-7");
    String command =
        String.join(" ", java.stream().map(word -> "'" + word + "'").toList());
    try (var child =
        ChildProcess.startCommand(List.of("sh", "-c", "trap '' TERM; exec " + command))) {
      assertEquals(7, child.exitCode(), child.said()::toString);
      assertTrue(child.said().toString().contains("SIGTERM is ignored"), child.said()::toString);
    }
  }

  @Test
  void theNextLifeLearnsThatTheLastOneWasKilledAndThePlatformReadsItsLastWords(@TempDir Path folder)
      throws Exception {
    Path log = Files.createFile(folder.resolve("termination-log"));
    String[] options = {"-Dmarker=" + folder.resolve("marker"), "-Dtermination.log=" + log};
    try (var child = ChildProcess.start("marked", options)) {
      child.await("running");
      child.signal("TERM");
      child.await("announced");
      while (!Files.readString(folder.resolve("marker")).contains("phase=drain")) {
        child.isAliveOrFail();
      }
      child.signal("KILL");
      assertEquals(137, child.exitCode());
    }
    try (var child = ChildProcess.start("marked", options)) {
      child.await("running");
      child.signal("TERM");
      child.await("announced");
      child.signal("TERM");
      assertEquals(82, child.exitCode(), child.said()::toString);
      assertTrue(
          child.said().toString().contains("ended in phase drain without a clean end"),
          child.said()::toString);
    }
    String lastWords = Files.readString(log);
    assertTrue(lastWords.startsWith("forced in"), lastWords);
    assertTrue(lastWords.contains("GET /slow"), lastWords);
    assertTrue(Files.readString(folder.resolve("marker")).contains("outcome=FORCED"));
  }

  @Test
  void aShutdownThatHangsInItselfIsHaltedWithADumpAndLastWords(@TempDir Path folder)
      throws Exception {
    Path log = Files.createFile(folder.resolve("termination-log"));
    try (var child = ChildProcess.start("hung-machine", "-Dtermination.log=" + log)) {
      child.await("running");
      child.signal("TERM");
      assertEquals(83, child.exitCode(), child.said()::toString);
      assertTrue(child.said().toString().contains("the shutdown did not end in its grace"));
      assertTrue(child.said().toString().contains("awaitIgnoringInterrupts"), "the dump names it");
    }
    assertTrue(Files.readString(log).startsWith("hung in"), Files.readString(log));
  }
}
