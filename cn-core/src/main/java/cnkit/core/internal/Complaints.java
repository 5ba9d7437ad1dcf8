package cnkit.core.internal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;

/** Logs what user code throws once for each class of exception, for at most sixteen classes, and holds none of them. */
public final class Complaints {
  private static final int MOST_KINDS = 16;

  private final Logger log;
  private final Set<String> logged = ConcurrentHashMap.newKeySet();

  /** Complains to the given logger. */
  public Complaints(Logger log) {
    this.log = log;
  }

  /**
   * Logs at WARN what was thrown, with its stack trace, unless its class was logged before.
   *
   * @param who whose code it is, such as {@code "a listener of breaker inventory"}
   */
  public void warn(String who, Throwable thrown) {
    String kind = thrown.getClass().getName();
    if (logged.size() < MOST_KINDS && logged.add(kind)) {
      // a logger is foreign code too, and so is what it calls to print an exception
      Throwable unused =
          Guarded.run(() -> log.warn("{} threw; its next {} is not logged", who, kind, thrown));
    }
  }
}
