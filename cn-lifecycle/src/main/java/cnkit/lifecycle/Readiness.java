package cnkit.lifecycle;

/** When the instance becomes not ready during a shutdown. */
public enum Readiness {
  /**
   * At once, with the announcement, so that clients and load balancers that probe this instance learn first. The
   * default.
   */
  FLIP,
  /**
   * When the intake is stopped, after the propagation. Kubernetes takes a terminating pod out of rotation without
   * asking its readiness probe. If there is no other pod, it falls back to terminating pods that are still ready. So
   * with one replica, or with local traffic only, this policy loses fewer requests.
   */
  KEEP_SERVING
}
