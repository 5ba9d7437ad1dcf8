package cnkit.health;

/**
 * What readers see, swapped as a whole.
 *
 * @param state what is known
 * @param pages the plain answers to it
 * @param validUntilNanos from this tick on, readiness is answered with {@code pages.stale()}
 */
record Snapshot(HealthState state, Pages pages, long validUntilNanos) {}
