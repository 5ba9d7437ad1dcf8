package cnkit.lifecycle;

/** The kind of a piece of work in flight. Each kind is counted separately. */
public enum WorkKind {
  /** A request that ends soon. The drain waits for it. */
  REQUEST("request", 0),
  /** A stream or a subscription that may never end by itself. It is asked to end during the drain. */
  STREAM("stream", 1),
  /** Work without a connection that waits for it: a message, a scheduled task. */
  JOB("job", 2),
  /** A probe or a scrape of metrics. It is never rejected, counted or waited for. */
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
