package cnkit.resilience;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** A pipeline's running counts; nothing here is touched by a success at the first attempt. */
final class Tallies {
  final LongAdder failures = new LongAdder();
  final LongAdder neutral = new LongAdder();
  final LongAdder late = new LongAdder();
  final LongAdder stale = new LongAdder();
  final LongAdder retries = new LongAdder();
  final LongAdder retriesDenied = new LongAdder();
  final LongAdder hedges = new LongAdder();
  final LongAdder hedgesDenied = new LongAdder();
  private final Map<RejectionReason, LongAdder> rejected = new EnumMap<>(RejectionReason.class);

  Tallies() {
    for (RejectionReason reason : RejectionReason.values()) {
      rejected.put(reason, new LongAdder());
    }
  }

  void rejected(RejectionReason reason) {
    counter(reason).increment();
  }

  void attempted(Handling handling) {
    if (handling == Handling.FAILURE) {
      failures.increment();
    } else if (handling == Handling.NEUTRAL) {
      neutral.increment();
    }
  }

  private LongAdder counter(RejectionReason reason) {
    return requireNonNull(rejected.get(reason));
  }

  Counters snapshot() {
    Map<RejectionReason, Long> byReason = new EnumMap<>(RejectionReason.class);
    for (RejectionReason reason : RejectionReason.values()) {
      byReason.put(reason, counter(reason).sum());
    }
    return new Counters(
        failures.sum(),
        neutral.sum(),
        late.sum(),
        stale.sum(),
        retries.sum(),
        retriesDenied.sum(),
        hedges.sum(),
        hedgesDenied.sum(),
        byReason);
  }
}
