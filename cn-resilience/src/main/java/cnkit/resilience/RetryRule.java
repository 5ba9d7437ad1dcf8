package cnkit.resilience;

import cnkit.core.internal.Arguments;
import cnkit.core.internal.Pure;
import java.time.Duration;

/** Decides after a failed attempt: again, and when, or not, and why. */
@Pure
final class RetryRule {
  /** What comes after a failed attempt. */
  sealed interface Decision {
    /** Wait, then try again. */
    record Again(long delayNanos) implements Decision {}

    /** Give up. */
    record GiveUp(NotRetried why) implements Decision {}
  }

  /**
   * All that the decision depends on.
   *
   * @param made attempts made so far
   * @param handling what the last one was worth
   * @param error whether it threw an {@link Error} or could not be classified
   * @param unsent whether it provably never reached the dependency
   * @param elapsedNanos since the start of the first attempt
   * @param remainingNanos until the deadline; {@link Long#MAX_VALUE} without one
   * @param hintNanos the server's wish; negative if there is none
   * @param previousNanos the delay before the last attempt, 0 before the first
   */
  record Situation(
      int made,
      Handling handling,
      boolean error,
      boolean unsent,
      long elapsedNanos,
      long remainingNanos,
      long hintNanos,
      long previousNanos) {}

  private RetryRule() {}

  static Decision decide(RetrySettings s, Situation now, double u) {
    if (!mayRepeat(s, now)) {
      return new Decision.GiveUp(
          now.handling == Handling.NOT_SENT ? NotRetried.REJECTED : NotRetried.NOT_RETRYABLE);
    }
    if (now.made >= s.attempts()) {
      return new Decision.GiveUp(NotRetried.ATTEMPTS);
    }
    // the server's hint is a floor: earlier is useless, later is allowed
    long delay = Math.max(delayNanos(s, now.made - 1, now.previousNanos, u), now.hintNanos);
    if (now.remainingNanos != Long.MAX_VALUE) {
      long useful = Math.max(1, s.minUseful().toNanos());
      if (delay > now.remainingNanos - useful) {
        return new Decision.GiveUp(NotRetried.DEADLINE);
      }
    }
    if (delay > s.maxElapsed().toNanos() - now.elapsedNanos) {
      return new Decision.GiveUp(NotRetried.ELAPSED);
    }
    return new Decision.Again(delay);
  }

  private static boolean mayRepeat(RetrySettings s, Situation now) {
    if (now.error || now.handling == Handling.NEUTRAL || now.handling == Handling.SUCCESS) {
      return false;
    }
    if (now.handling == Handling.NOT_SENT) {
      // a rejection is waited for only if asked, and if it says for how long, and if a deadline
      // bounds the wait
      return s.repeating() == RetrySettings.Repeating.FAILURES_AND_REJECTIONS
          && now.hintNanos >= 0
          && now.remainingNanos != Long.MAX_VALUE;
    }
    return s.repeating() != RetrySettings.Repeating.UNSENT || now.unsent;
  }

  /** The delay before retry number {@code retry} (from 0), for a draw {@code u} in [0, 1). The cap comes before the draw. */
  static long delayNanos(RetrySettings s, int retry, long previousNanos, double u) {
    long cap = s.cap().toNanos();
    return switch (s.jitter()) {
      case NONE -> Math.min(cap, s.backoff().nominalNanos(retry));
      case FULL -> (long) (u * Math.min(cap, s.backoff().nominalNanos(retry)));
      case EQUAL -> {
        long nominal = Math.min(cap, s.backoff().nominalNanos(retry));
        long half = nominal / 2;
        yield half + (long) (u * (nominal - half));
      }
      case DECORRELATED -> {
        long base = Math.min(cap, s.backoff().nominalNanos(0));
        long previous = Math.max(base, previousNanos);
        // the published form takes the minimum after the draw, which gathers up to 69 % of the mass
        // at the cap
        long bound = previous > cap / 3 ? cap : previous * 3;
        yield base + (long) (u * Math.max(0, bound - base));
      }
    };
  }

  /** What a server hint is worth: nothing if it is negative. */
  static long hintNanos(Duration hint) {
    return hint.isNegative() ? -1 : Arguments.saturatedNanos(hint);
  }
}
