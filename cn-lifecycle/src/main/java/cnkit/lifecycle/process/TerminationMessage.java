package cnkit.lifecycle.process;

import static cnkit.lifecycle.process.Log.LOG;

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

/**
 * What outlives the process: the platform's termination log, which is shown with the container's status, and a marker that
 * the next start reads. Neither ever keeps the shutdown from going on: what cannot be written is logged.
 */
public final class TerminationMessage {
  /** What Kubernetes keeps of the file. */
  static final int MAX_BYTES = 4_096;

  public static final Path DEFAULT_LOG = Path.of("/dev/termination-log");

  private final Optional<Path> terminationLog;
  private final Optional<Path> marker;
  private boolean over;

  public TerminationMessage(Optional<Path> terminationLog, Optional<Path> marker) {
    this.terminationLog = terminationLog;
    this.marker = marker;
  }

  /** Neither file: nothing is written. */
  public static TerminationMessage nowhere() {
    return new TerminationMessage(Optional.empty(), Optional.empty());
  }

  /**
   * What the marker says.
   *
   * @param phase where that process was; {@code ended} if it came to its end
   * @param outcome the name of its outcome; empty if it did not come to its end
   * @param summary a line for people
   */
  public record Marker(String phase, String outcome, String summary) {}

  /** What the process before this one has left; empty if there was none, or if its marker says nothing. */
  public Optional<Marker> previous() {
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
    String killed = "ended in phase " + phase
        + " without a clean end, killed or crashed; last seen " + all.getProperty("at", "?");
    return Optional.of(
        new Marker(phase, all.getProperty("outcome", ""), all.getProperty("summary", killed)));
  }

  /** Writes the phase of this process to the marker. */
  public synchronized void phase(String phase) {
    if (!over) {
      mark(new Marker(phase, "", ""));
    }
  }

  /**
   * Writes the end of this process to both files, once.
   *
   * @param outcome the name of the outcome
   * @param summary a line for people
   * @param details more lines for people; clipped to what the termination log holds
   * @param json the whole report; left out if it does not fit beside the details
   */
  public synchronized void end(String outcome, String summary, String details, String json) {
    if (over) {
      return;
    }
    over = true;
    mark(new Marker("ended", outcome, summary));
    terminationLog.ifPresent(path -> {
      try {
        Files.write(
            path,
            message(summary + '\n' + details, json + '\n'),
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING);
      } catch (IOException | RuntimeException e) {
        LOG.debug("the termination log cannot be written: {}", path, e);
      }
    });
  }

  private void mark(Marker mark) {
    if (marker.isEmpty()) {
      return;
    }
    var all = new Properties();
    all.setProperty("phase", mark.phase());
    all.setProperty("at", Instant.now().toString()); // for people; nothing decides by it
    all.setProperty("pid", Long.toString(ProcessHandle.current().pid()));
    if (!mark.outcome().isEmpty()) {
      all.setProperty("outcome", mark.outcome());
      all.setProperty("summary", mark.summary());
    }
    try {
      // A reader finds the old marker or the new one, whole. Without ATOMIC_MOVE the JDK deletes
      // the old file first, and a process that is killed in between leaves no marker.
      Path next = marker.get().resolveSibling(marker.get().getFileName() + ".next");
      try (var out = Files.newOutputStream(next)) {
        all.store(out, null);
      }
      Files.move(next, marker.get(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException e) {
      LOG.warn("the marker cannot be written: {}", marker.get(), e);
    }
  }

  private static byte[] message(String readable, String json) {
    byte[] text = clip(readable, MAX_BYTES);
    byte[] whole = (readable + json).getBytes(StandardCharsets.UTF_8);
    return whole.length > MAX_BYTES ? text : whole; // half a JSON object helps nobody
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
