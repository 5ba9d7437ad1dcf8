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
  private final Map<Reason, LongAdder> rejected = new EnumMap<>(Reason.class);

  Tallies() {
    for (Reason reason : Reason.values()) {
      rejected.put(reason, new LongAdder());
    }
  }

  void rejected(Reason reason) {
    counter(reason).increment();
  }

  void attempted(Kind kind) {
    if (kind == Kind.FAILURE) {
      failures.increment();
    } else if (kind == Kind.NEUTRAL) {
      neutral.increment();
    }
  }

  private LongAdder counter(Reason reason) {
    return requireNonNull(rejected.get(reason));
  }

  Counters snapshot() {
    Map<Reason, Long> byReason = new EnumMap<>(Reason.class);
    for (Reason reason : Reason.values()) {
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
