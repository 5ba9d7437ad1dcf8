package cnkit.health;

/** The three questions that a platform asks about an instance. */
public enum Probe {
  /** Should the instance be restarted? Answered at {@code /livez}. Only a tick of the watchdog can make it fail. */
  LIVE("livez"),
  /** Should the instance get traffic? Answered at {@code /readyz} from the gate and the checks. */
  READY("readyz"),
  /** Has the instance started? Answered at {@code /startupz}. Once it has passed, it never fails. */
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
