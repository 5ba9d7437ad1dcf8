package cnkit.lifecycle.machine;

import cnkit.core.internal.Pure;

/**
 * Whether load balancers have learnt: nothing has arrived for a while. Ticks in nanoseconds, compared by difference.
 *
 * @param quiet how long nothing must arrive
 * @param arrivals how much had arrived when it was last looked at
 * @param since when that was first seen
 */
@Pure
public record QuietWatch(long quiet, long arrivals, long since) {
  public QuietWatch look(long arrivalsNow, long now) {
    return arrivalsNow == arrivals ? this : new QuietWatch(quiet, arrivalsNow, now);
  }

  public boolean isQuiet(long now) {
    return now - since >= quiet;
  }

  /** When to look again: often enough to be late by an eighth of the interval at most. */
  public long pause() {
    return Math.max(1_000_000, Math.min(quiet / 8, 250_000_000));
  }
}
