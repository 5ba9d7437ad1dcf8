package cnkit.lifecycle;

/** Where a lifecycle is; it only moves forward. */
public enum LifecycleState {
  /** Built, not started. */
  NEW,
  /** Components are starting. */
  STARTING,
  /** Everything has started. */
  RUNNING,
  /** Shutting down, or rolling back a start. */
  STOPPING,
  /** Over; there is no second start. */
  STOPPED
}
