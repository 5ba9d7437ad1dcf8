package cnkit.lifecycle.machine;

import cnkit.core.internal.Pure;
import java.util.List;

/**
 * The phases in the order in which they run, each with its own budget and with the part of it that earlier phases may not use.
 * All times are nanoseconds.
 *
 * <p>A phase gets {@code min(own, what is left of the grace - what later phases have reserved)}. Flush reserves its whole
 * budget, so it always gets it. Stop intake, close and infrastructure share one budget: each may use all of it while there is
 * time, and close keeps a half, infrastructure a quarter of it, whatever happened before them.
 *
 * @param close the budget that stop intake, close and infrastructure share
 */
@Pure
public record Budget(List<Slot> slots, long grace, long propagation, long close, long flush) {
  /** After the second signal, everything but the flush ends in this time. */
  static final long FORCED_NANOS = 150_000_000L;

  private static final long FORCED_INFRASTRUCTURE_NANOS = 50_000_000L;

  public Budget {
    slots = List.copyOf(slots);
  }

  /** What a phase does. */
  public enum Kind {
    ANNOUNCE,
    PROPAGATE,
    STOP_INTAKE,
    DRAIN,
    /** A phase that the user added. */
    ADDED,
    CLOSE,
    FLUSH,
    INFRASTRUCTURE
  }

  /**
   * One phase.
   *
   * @param own the most it gets
   * @param reserve what earlier phases leave to it
   */
  public record Slot(String name, Kind kind, long own, long reserve) {}

  /** How long a phase may take that begins when so much of the grace is left. */
  long allowance(int phase, long left, boolean forced) {
    long reserved = 0;
    for (int later = phase + 1; later < slots.size(); later++) {
      reserved += forced ? forcedReserve(slots.get(later)) : slots.get(later).reserve();
    }
    return Math.max(0, Math.min(slots.get(phase).own(), left - reserved));
  }

  /** What is left for a shutdown from the second signal on. */
  long forcedLeft(long left) {
    return Math.min(left, FORCED_NANOS + flush);
  }

  private static long forcedReserve(Slot slot) {
    return switch (slot.kind()) {
      case FLUSH -> slot.own();
      case INFRASTRUCTURE -> Math.min(slot.own(), FORCED_INFRASTRUCTURE_NANOS);
      default -> 0;
    };
  }
}
