package cnkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.lifecycle.process.TerminationMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process leaves at its end, and what the next one learns from it. */
class TerminationMessageTest {
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

  private static void end(TerminationMessage message, Report report) {
    message.end(report.outcome().name(), report.summary(), report.details(), report.toJson());
  }

  private static Optional<PreviousRun> previous(TerminationMessage message) {
    return message.previous().map(PreviousRun::of);
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
    end(new TerminationMessage(Optional.of(log), Optional.empty()), report(many));
    byte[] written = Files.readAllBytes(log);
    assertTrue(written.length <= 4_096 && written.length > 4_000, written.length + " bytes");
    assertTrue(new String(written, StandardCharsets.UTF_8)
        .startsWith("drain timeout in 3s after SIGTERM"));
    end(new TerminationMessage(Optional.of(log), Optional.empty()), report(List.of()));
    String small = Files.readString(log);
    assertTrue(small.contains("\n{\"state\":\"stopped\""), small);
  }

  @Test
  void theNextRunLearnsHowTheLastOneEnded(@TempDir Path folder) {
    Path marker = folder.resolve("marker");
    assertEquals(
        Optional.empty(), new TerminationMessage(Optional.empty(), Optional.of(marker)).previous());
    var killed = new TerminationMessage(Optional.empty(), Optional.of(marker));
    killed.phase("running");
    killed.phase("drain");
    PreviousRun life = previous(killed).orElseThrow();
    assertEquals(Optional.empty(), life.outcome());
    assertEquals("drain", life.phase());
    assertTrue(
        life.summary().startsWith("ended in phase drain without a clean end"), life.summary());
    end(killed, report(List.of()));
    killed.phase("infrastructure"); // told late
    assertEquals(
        Optional.of(ShutdownOutcome.STOPPED), previous(killed).orElseThrow().outcome());
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
        previous(new TerminationMessage(Optional.empty(), Optional.of(marker))).orElseThrow();
    assertEquals(Optional.of(ShutdownOutcome.STOPPED), last.outcome());
    assertTrue(last.summary().contains("after done"), last.summary());
  }

  @Test
  void aReaderFindsAWholeMarkerAtEveryMoment(@TempDir Path folder) throws Exception {
    Path marker = folder.resolve("marker");
    var message = new TerminationMessage(Optional.empty(), Optional.of(marker));
    message.phase("start");
    var writer = new Thread(() -> {
      for (int i = 0; i < 2_000; i++) {
        message.phase("phase-" + i);
      }
    });
    writer.start();
    do { // a missing marker is a NoSuchFileException
      assertTrue(Files.readString(marker).contains("phase="));
    } while (writer.isAlive());
    writer.join();
  }
}
