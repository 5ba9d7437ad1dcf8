package cnkit.health;

import cnkit.core.internal.AtomicWord;
import java.time.Duration;

/**
 * A sign of life from a loop. Liveness fails if no beat comes for longer than the deadline.
 *
 * <pre>{@code
 * Heartbeat consumer = Heartbeat.named("consumer", Duration.ofSeconds(5));
 * Health health = Health.builder().liveness(consumer).build();
 * while (running) {
 *   consumer.beat();
 *   handle(poll());
 * }
 * consumer.rest(); // ended on purpose
 * }</pre>
 *
 * It is watched from its first beat on, or from {@link Health#open()} if that comes first. Time in which the whole
 * JVM was suspended is not counted. Safe for use by many threads; a beat reads no clock and allocates nothing.
 */
public final class Heartbeat {
  /** Set while resting; the other bits count beats. */
  private static final long RESTING = Long.MIN_VALUE;

  private final String name;
  private final Duration deadline;
  private final AtomicWord word = new AtomicWord(0);

  private Heartbeat(String name, Duration deadline) {
    this.name = Names.check(name);
    this.deadline = Names.between("deadline", deadline, Duration.ofSeconds(1), Duration.ofDays(1));
  }

  /**
   * Creates a heartbeat to be registered with {@link Health.Builder#liveness(Heartbeat)}.
   *
   * @param name as for {@link Check#critical}
   * @param deadline 1 s to 1 day; a missed deadline is detected up to 1 s later
   * @return a heartbeat that has not beaten yet
   * @throws IllegalArgumentException if the name or the deadline is out of range
   */
  public static Heartbeat named(String name, Duration deadline) {
    return new Heartbeat(name, deadline);
  }

  /** Reports that the loop is alive. Ends a {@link #rest()}. */
  public void beat() {
    long unused = word.advance(beats -> (beats + 1) & ~RESTING);
  }

  /** Reports that the loop has ended, or waits without a limit on purpose. It is not watched until the next beat. */
  public void rest() {
    long unused = word.advance(beats -> beats | RESTING);
  }

  /**
   * The name as given.
   *
   * @return unique in its registry, also by case
   */
  public String name() {
    return name;
  }

  /**
   * The longest allowed time between two beats.
   *
   * @return as given
   */
  public Duration deadline() {
    return deadline;
  }

  /** Differs from an earlier reading if there was a beat between; negative while resting. */
  long reading() {
    return word.get();
  }
}
