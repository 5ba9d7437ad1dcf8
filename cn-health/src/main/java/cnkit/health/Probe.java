package cnkit.health;

/** The three questions that a platform asks an instance. */
public enum Probe {
  /** Can only a restart help? Answered at {@code /livez}; only a watchdog tick can make it fail. */
  LIVE("livez"),
  /** Should it get traffic? Answered at {@code /readyz}: the gate and the checks. */
  READY("readyz"),
  /** Has it started? Answered at {@code /startupz}: opens once, never closes. */
  STARTUP("startupz");

  private final String endpoint;

  Probe(String endpoint) {
    this.endpoint = endpoint;
  }

  /**
   * The default path without its slash, as in Kubernetes' own components.
   *
   * @return {@code livez}, {@code readyz} or {@code startupz}
   */
  public String endpoint() {
    return endpoint;
  }
}
