package cnkit.resilience;

/** The user's meter; what it throws never reaches a call. */
final class GuardedMeter implements CallMeter {
  static final CallMeter NONE = new CallMeter() {
    @Override
    public boolean enabled() {
      return false;
    }
  };

  private final CallMeter meter;
  private final Plan plan;

  /** What is to be told about a call that begins now: the meter, or {@link #NONE} if nobody listens. */
  static CallMeter enabled(CallMeter meter) {
    return meter != NONE && meter.enabled() ? meter : NONE;
  }

  GuardedMeter(CallMeter meter, Plan plan) {
    this.meter = meter;
    this.plan = plan;
  }

  @Override
  public boolean enabled() {
    try {
      return meter.enabled();
    } catch (Throwable t) {
      plan.report(t);
      return false;
    }
  }

  @Override
  public void executed(Handling handling, int attempts, long nanos) {
    try {
      meter.executed(handling, attempts, nanos);
    } catch (Throwable t) {
      plan.report(t);
    }
  }

  @Override
  public void rejected(RejectionReason reason, int attempts, long nanos) {
    try {
      meter.rejected(reason, attempts, nanos);
    } catch (Throwable t) {
      plan.report(t);
    }
  }

  @Override
  public void attempted(int number, Handling handling, long nanos, long backoffNanos) {
    try {
      meter.attempted(number, handling, nanos, backoffNanos);
    } catch (Throwable t) {
      plan.report(t);
    }
  }
}
