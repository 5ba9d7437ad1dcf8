package cnkit.health;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Probes without HTTP. A worker writes one file for each probe, and a separate process reads it. A file is replaced
 * in one atomic step, where the file system supports that. Its content is the answer; its modification time shows
 * that the worker is alive.
 *
 * <pre>{@code
 * FileProbe probe = new FileProbe(health, Path.of("/tmp/health"));
 * scheduler.scheduleAtFixedRate(probe, 0, 2, SECONDS);        // any scheduler of yours
 * }</pre>
 *
 * The pod runs the check in a second JVM, which needs a few tenths of a second of one core each time:
 *
 * <pre>{@code
 * exec: { command: [java, -XX:TieredStopAtLevel=1, -XX:+UseSerialGC, -Xshare:auto, -cp, /app/cn-health.jar,
 *                   cnkit.health.FileProbe, /tmp/health/readyz, 10s] }
 * }</pre>
 */
public final class FileProbe implements Runnable {
  private final Health health;
  private final Path directory;

  /**
   * Creates a writer. The caller runs it, for example with a scheduler.
   *
   * @param health whose probes are written
   * @param directory gets {@code livez}, {@code readyz} and {@code startupz}; created if it is missing
   */
  public FileProbe(Health health, Path directory) {
    this.health = requireNonNull(health, "health");
    this.directory = requireNonNull(directory, "directory");
  }

  /**
   * Writes the three files once.
   *
   * @throws IOException if a file cannot be written; the others are written all the same
   */
  public void write() throws IOException {
    Files.createDirectories(directory);
    IOException failed = null;
    for (Probe probe : Probe.values()) {
      try {
        write(directory.resolve(probe.endpoint()), health.plain(probe));
      } catch (IOException e) {
        failed = failed == null ? e : failed;
      }
    }
    if (failed != null) {
      throw failed;
    }
  }

  /**
   * Calls {@link #write()}, for a scheduler. A failure is not thrown, because an exception would end the schedule;
   * the first of consecutive failures is logged. The files then become outdated, which the reading process detects.
   */
  @Override
  public void run() {
    try {
      write();
      health.fileProbeWritten(true, "");
    } catch (IOException | RuntimeException e) {
      health.fileProbeWritten(false, e.toString());
    }
  }

  private static void write(Path file, ProbeReply reply) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(fresh, reply.status() + " " + reply.text());
    try {
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException unusual) {
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /**
   * Reads the file of one probe: {@code FileProbe FILE MAX-AGE}, such as {@code /tmp/health/readyz 10s}. The process
   * exits with 0 if the probe passes and the file is recent enough. Otherwise it exits with 1 and prints one line to
   * standard error.
   *
   * @param args the file, and its maximum age in {@code ms}, {@code s} or {@code m}
   */
  public static void main(String[] args) {
    String problem = problem(args, System.currentTimeMillis());
    if (!problem.isEmpty()) {
      // an exception that nobody catches is how main ends with 1; a library does not call exit
      Thread.currentThread()
          .setUncaughtExceptionHandler((thread, failed) -> System.err.println(failed.getMessage()));
      throw new Failed(problem);
    }
  }

  private static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failed(String problem) {
      super(problem, null, false, false);
    }
  }

  /** What is wrong; empty when the probe passes. */
  static String problem(String[] args, long nowMillis) {
    long mostMillis = args.length == 2 ? millis(args[1]) : -1;
    if (mostMillis < 0) {
      return "usage: cnkit.health.FileProbe FILE MAX-AGE, such as /tmp/health/readyz 10s";
    }
    Path file = Path.of(args[0]);
    try {
      String answer = Files.readString(file);
      // a clock that was set back makes an age negative: as wrong as one that is too great, until
      // the next write
      long age = nowMillis - Files.getLastModifiedTime(file).toMillis();
      if (Math.abs(age) > mostMillis) {
        return file + ": written " + age + " ms ago, expected at most " + mostMillis
            + " ms: the worker stands still";
      }
      return answer.startsWith("200 ") ? "" : file + ": " + answer.strip();
    } catch (NoSuchFileException missing) {
      return file + ": does not exist; has the worker started, and does it write there?";
    } catch (IOException unreadable) {
      return file + ": cannot be read: " + unreadable.getMessage();
    }
  }

  private static long millis(String age) {
    int digits = 0;
    while (digits < age.length() && age.charAt(digits) >= '0' && age.charAt(digits) <= '9') {
      digits++;
    }
    if (digits == 0 || digits > 9) {
      return -1;
    }
    long value = Long.parseLong(age.substring(0, digits));
    return switch (age.substring(digits)) {
      case "ms" -> value;
      case "s" -> value * 1_000;
      case "m" -> value * 60_000;
      default -> -1;
    };
  }
}
