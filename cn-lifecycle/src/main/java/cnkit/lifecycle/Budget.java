package cnkit.lifecycle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The phases in the order in which they run, each with its own slice and with what earlier phases may not touch of it. All
 * times are nanoseconds.
 *
 * <p>A phase gets {@code min(own, what is left of the grace - what later phases have reserved)}. Flush reserves all of its
 * slice, so it always gets it. Stop intake, close and infrastructure share one slice: each may use all of it while there is time,
 * and close keeps a half, outermost a quarter of it, whatever happened before them.
 */
@Pure
record Budget(List<Slot> slots, long grace, long propagation, long close, long flush) {
  /** Ends everything but the flush this long after the second signal. */
  static final long FORCED_NANOS = 150_000_000L;

  private static final long FORCED_OUTERMOST_NANOS = 50_000_000L;

  Budget {
    slots = List.copyOf(slots);
  }

  /**
   * One phase.
   *
   * @param own the most it gets
   * @param reserve what earlier phases leave to it
   */
  record Slot(String name, long own, long reserve) {}

  static Budget of(ShutdownPlan plan, List<String> order) {
    long close = plan.closeBudget().toNanos();
    long flush = plan.flushBudget().toNanos();
    Map<String, Long> slices = new HashMap<>();
    for (Phase phase : plan.phases()) {
      slices.put(phase.name(), phase.budget().toNanos());
    }
    var slots = new ArrayList<Slot>();
    for (String name : order) {
      slots.add(
          switch (name) {
            case Phase.ANNOUNCE -> new Slot(name, close / 4, 0);
            case Phase.PROPAGATE -> new Slot(name, plan.propagation().toNanos(), 0);
            case Phase.STOP_INTAKE -> new Slot(name, close, 0);
            case Phase.DRAIN -> new Slot(name, Math.max(0, plan.drainBudget().toNanos()), 0);
            case Phase.CLOSE -> new Slot(name, close, close / 2);
            case Phase.FLUSH -> new Slot(name, flush, flush);
            case Phase.INFRASTRUCTURE -> new Slot(name, close, close / 4);
            default -> {
              long slice = slices.getOrDefault(name, 0L);
              yield new Slot(name, slice, slice);
            }
          });
    }
    return new Budget(slots, plan.grace().toNanos(), plan.propagation().toNanos(), close, flush);
  }

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
    return switch (slot.name()) {
      case Phase.FLUSH -> slot.own();
      case Phase.INFRASTRUCTURE -> Math.min(slot.own(), FORCED_OUTERMOST_NANOS);
      default -> 0;
    };
  }
}
