package cnkit.lifecycle;

/** What a piece of work in flight is; each kind is counted by itself. */
public enum WorkKind {
  /** A request that ends soon: the drain waits for it. */
  REQUEST("request", 0),
  /** A stream or a subscription that may never end by itself: it is told to end while the drain goes on. */
  STREAM("stream", 1),
  /** Work that nobody waits for on a connection: a message, a scheduled task. */
  JOB("job", 2),
  /** A probe or a scrape of metrics: never refused, never counted, never waited for. */
  PROBE("probe", WorkKind.UNCOUNTED);

  static final int UNCOUNTED = -1;

  private final String label;
  private final int column;

  WorkKind(String label, int column) {
    this.label = label;
    this.column = column;
  }

  /** Which counter of a stripe is its; {@link #UNCOUNTED} for none. */
  int column() {
    return column;
  }

  /**
   * The name used in reports.
   *
   * @return the name in lower case
   */
  public String label() {
    return label;
  }
}
