package cnkit.lifecycle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What outlives the process: the platform's termination log, which is shown with the container's status, and a marker that
 * the next start reads. Neither may ever keep the shutdown from going on: what cannot be written is logged.
 */
final class TerminationMessage {
  /** What Kubernetes keeps of the file. */
  static final int MAX_BYTES = 4_096;

  static final Path TERMINATION_LOG = Path.of("/dev/termination-log");

  private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

  private final Optional<Path> terminationLog;
  private final Optional<Path> marker;
  private boolean over;

  TerminationMessage(Optional<Path> terminationLog, Optional<Path> marker) {
    this.terminationLog = terminationLog;
    this.marker = marker;
  }

  /** What the process before has left; empty when there was none, or when its marker says nothing. */
  Optional<PreviousRun> previous() {
    if (marker.isEmpty() || !Files.isRegularFile(marker.get())) {
      return Optional.empty();
    }
    var all = new Properties();
    try (InputStream in = Files.newInputStream(marker.get())) {
      all.load(in);
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn("the marker of the previous run cannot be read: {}", marker.get(), e);
      return Optional.empty();
    }
    String phase = all.getProperty("phase", "");
    if (phase.isEmpty()) {
      return Optional.empty();
    }
    Optional<ShutdownOutcome> outcome = Optional.empty();
    for (ShutdownOutcome each : ShutdownOutcome.values()) {
      if (each.name().equals(all.getProperty("outcome"))) {
        outcome = Optional.of(each);
      }
    }
    String ended = "ended in phase " + phase + " without a clean end, killed or crashed; last seen "
        + all.getProperty("at", "?");
    return Optional.of(new PreviousRun(
        outcome, phase, outcome.isPresent() ? all.getProperty("summary", "") : ended));
  }

  /** Where this life is. */
  synchronized void phase(String phase) {
    if (!over) {
      mark(phase, Optional.empty());
    }
  }

  /** The last word; later ones are not heard. */
  synchronized void end(Report report) {
    if (over) {
      return;
    }
    over = true;
    mark("ended", Optional.of(report));
    terminationLog.ifPresent(path -> {
      try {
        Files.write(
            path,
            lastWords(report),
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING);
      } catch (IOException | RuntimeException e) {
        LOG.debug("the termination log cannot be written: {}", path, e);
      }
    });
  }

  private void mark(String phase, Optional<Report> report) {
    if (marker.isEmpty()) {
      return;
    }
    var all = new Properties();
    all.setProperty("phase", phase);
    all.setProperty("at", Instant.now().toString()); // for people; nothing decides by it
    all.setProperty("pid", Long.toString(ProcessHandle.current().pid()));
    report.ifPresent(r -> {
      all.setProperty("outcome", r.outcome().name());
      all.setProperty("summary", r.summary());
    });
    try {
      // whoever reads finds the old one or the new one, whole
      Path next = marker.get().resolveSibling(marker.get().getFileName() + ".next");
      try (var out = Files.newOutputStream(next)) {
        all.store(out, null);
      }
      Files.move(next, marker.get(), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException e) {
      LOG.warn("the marker cannot be written: {}", marker.get(), e);
    }
  }

  /** The summary, what did not end with the top of its stack, then as much of the whole report as fits. */
  static byte[] lastWords(Report report) {
    var text = new StringBuilder(report.summary()).append('\n');
    for (Unfinished work : report.unfinished()) {
      text.append(work.what()).append(" of ").append(work.name()).append(": ");
      text.append(ShutdownPlan.text(work.age()));
      work.stack().stream().limit(8).forEach(frame -> text.append("\n  at ").append(frame));
      text.append('\n');
    }
    byte[] readable = clip(text.toString(), MAX_BYTES);
    byte[] json = (report.toJson() + '\n').getBytes(StandardCharsets.UTF_8);
    if (readable.length + json.length > MAX_BYTES) {
      return readable; // half a JSON object helps nobody
    }
    byte[] both = new byte[readable.length + json.length];
    System.arraycopy(readable, 0, both, 0, readable.length);
    System.arraycopy(json, 0, both, readable.length, json.length);
    return both;
  }

  /** At most so many bytes of UTF-8, never half a character. */
  static byte[] clip(String text, int max) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= max) {
      return bytes;
    }
    int end = max;
    while (end > 0 && (bytes[end] & 0xC0) == 0x80) {
      end--;
    }
    return Arrays.copyOf(bytes, end);
  }
}
