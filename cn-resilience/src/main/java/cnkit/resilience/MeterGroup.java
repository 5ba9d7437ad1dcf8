package cnkit.resilience;

import java.util.List;

/** Several meters as one. */
final class MeterGroup implements CallMeter {
  private final List<CallMeter> meters;

  private MeterGroup(List<CallMeter> meters) {
    this.meters = meters;
  }

  static CallMeter of(List<CallMeter> meters) {
    List<CallMeter> now = List.copyOf(meters);
    return switch (now.size()) {
      case 0 -> GuardedMeter.NONE;
      case 1 -> now.get(0);
      default -> new MeterGroup(now);
    };
  }

  @Override
  public boolean enabled() {
    for (CallMeter meter : meters) {
      if (meter.enabled()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void executed(Handling handling, int attempts, long nanos) {
    meters.forEach(meter -> meter.executed(handling, attempts, nanos));
  }

  @Override
  public void rejected(RejectionReason reason, int attempts, long nanos) {
    meters.forEach(meter -> meter.rejected(reason, attempts, nanos));
  }

  @Override
  public void attempted(int number, Handling handling, long nanos, long backoffNanos) {
    meters.forEach(meter -> meter.attempted(number, handling, nanos, backoffNanos));
  }
}
