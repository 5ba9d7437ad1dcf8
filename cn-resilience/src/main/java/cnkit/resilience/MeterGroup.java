package cnkit.resilience;

import java.util.List;

/** Several meters as one. */
final class MeterGroup implements Meter {
  private final List<Meter> meters;

  private MeterGroup(List<Meter> meters) {
    this.meters = meters;
  }

  static Meter of(List<Meter> meters) {
    List<Meter> now = List.copyOf(meters);
    return switch (now.size()) {
      case 0 -> GuardedMeter.NONE;
      case 1 -> now.get(0);
      default -> new MeterGroup(now);
    };
  }

  @Override
  public boolean enabled() {
    for (Meter meter : meters) {
      if (meter.enabled()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void executed(Kind kind, int attempts, long nanos) {
    meters.forEach(meter -> meter.executed(kind, attempts, nanos));
  }

  @Override
  public void rejected(Reason reason, int attempts, long nanos) {
    meters.forEach(meter -> meter.rejected(reason, attempts, nanos));
  }

  @Override
  public void attempted(int number, Kind kind, long nanos, long backoffNanos) {
    meters.forEach(meter -> meter.attempted(number, kind, nanos, backoffNanos));
  }
}
