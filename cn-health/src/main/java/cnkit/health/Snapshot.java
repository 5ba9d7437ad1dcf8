package cnkit.health;

/**
 * What readers see, swapped as a whole.
 *
 * @param state what is known
 * @param pages the plain answers to it
 * @param validUntilNanos before this tick readiness is answered with {@code pages.ready()}; from it on the state is asked
 * @param validForNanos how far away that was when it was last looked for
 */
record Snapshot(HealthState state, Pages pages, long validUntilNanos, long validForNanos) {
  /** As the state says. */
  static Snapshot of(HealthState state, Pages pages, long nowNanos) {
    long valid = state.validForNanos(nowNanos);
    return new Snapshot(state, pages, nowNanos + valid, valid);
  }

  /**
   * After a run that shows nothing new. Results only get younger by it, so the old time is early, never late; it is
   * looked for again when half of it is gone. To look at all checks after each run would be most of what a round costs.
   */
  Snapshot renewed(HealthState next, long nowNanos) {
    return validUntilNanos - nowNanos > validForNanos / 2
        ? new Snapshot(next, pages, validUntilNanos, validForNanos)
        : of(next, pages, nowNanos);
  }
}
