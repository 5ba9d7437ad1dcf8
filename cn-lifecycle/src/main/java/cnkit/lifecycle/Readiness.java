package cnkit.lifecycle;

/** When readiness goes while the process is on its way out. */
public enum Readiness {
  /** At once, with the announcement: whoever probes this instance itself learns first. The default. */
  FLIP,
  /**
   * When the intake is stopped, after the propagation. Kubernetes takes a pod that is being deleted out of rotation without
   * asking its probe, and falls back to pods that end but still serve when there is no other: with one replica, or local
   * traffic only, not to flip loses less.
   */
  KEEP_SERVING
}
