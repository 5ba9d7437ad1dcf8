package cnkit.lifecycle;

/** The state of a lifecycle. It only moves forward. */
public enum LifecycleState {
  /** It was built and not started. */
  NEW,
  /** Components are starting. */
  STARTING,
  /** Everything has started. */
  RUNNING,
  /** It is shutting down, or stopping the components of a failed start. */
  STOPPING,
  /** The shutdown is complete. A lifecycle cannot be started again. */
  STOPPED
}
