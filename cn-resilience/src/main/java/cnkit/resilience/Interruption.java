package cnkit.resilience;

import cnkit.core.Time;
import cnkit.core.internal.AtomicWord;
import java.time.Duration;

/**
 * Interrupts one attempt on its caller's thread when its time is up, and never anything after it. The handshake: the
 * timer may interrupt only after it has moved ARMED to FIRING; the caller, when the attempt is over, moves ARMED to OVER,
 * or, if it lost that race, waits the few instructions until FIRED and takes the interrupt back. A thread that somebody
 * else has interrupted already is left alone, so that this interrupt is not taken for ours.
 */
final class Interruption {
  private static final int ARMED = 0;
  private static final int FIRING = 1;
  private static final int FIRED = 2;
  private static final int OVER = 3;

  private final AtomicWord phase = new AtomicWord(ARMED);
  private final Thread thread = Thread.currentThread();
  private Time.Pending pending = () -> false;
  private volatile boolean ours;

  void arm(Time time, long limitNanos) {
    pending = time.schedule(Duration.ofNanos(limitNanos), this::fire);
  }

  private boolean leaveArmed(int next) {
    return phase.advance(now -> now == ARMED ? next : now) == ARMED;
  }

  void fire() {
    if (leaveArmed(FIRING)) {
      if (!thread.isInterrupted()) {
        ours = true;
        thread.interrupt();
      }
      phase.advance(firing -> FIRED);
    }
  }

  /** Ends the handshake; whether the attempt was interrupted by it. The thread's flag is then as others left it. */
  boolean disarm() {
    if (leaveArmed(OVER)) {
      pending.cancel();
      return false;
    }
    while (phase.get() != FIRED) {
      Thread.onSpinWait();
    }
    if (ours) {
      Thread.interrupted();
    }
    return ours;
  }
}
