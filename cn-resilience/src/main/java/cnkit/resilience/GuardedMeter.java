package cnkit.resilience;

/** The user's meter; what it throws never reaches a call. */
final class GuardedMeter implements Meter {
  static final Meter NONE = new Meter() {
    @Override
    public boolean enabled() {
      return false;
    }
  };

  private final Meter meter;
  private final Plan plan;

  /** What is to be told about a call that begins now: the meter, or {@link #NONE} if nobody listens. */
  static Meter enabled(Meter meter) {
    return meter != NONE && meter.enabled() ? meter : NONE;
  }

  GuardedMeter(Meter meter, Plan plan) {
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
  public void executed(Kind kind, int attempts, long nanos) {
    try {
      meter.executed(kind, attempts, nanos);
    } catch (Throwable t) {
      plan.report(t);
    }
  }

  @Override
  public void rejected(Reason reason, int attempts, long nanos) {
    try {
      meter.rejected(reason, attempts, nanos);
    } catch (Throwable t) {
      plan.report(t);
    }
  }

  @Override
  public void attempted(int number, Kind kind, long nanos, long backoffNanos) {
    try {
      meter.attempted(number, kind, nanos, backoffNanos);
    } catch (Throwable t) {
      plan.report(t);
    }
  }
}
