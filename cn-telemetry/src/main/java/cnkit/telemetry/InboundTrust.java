package cnkit.telemetry;

/**
 * What to make of the trace context that comes with a request. A caller outside the organisation can
 * forge it: an unsampled flag hides its requests, a sampled one forces them to be exported.
 */
public enum InboundTrust {
  /** The caller's trace is continued, its sampling decision included; for callers of the same organisation. */
  CONTINUE,

  /** A new trace begins and links to the caller's span; for the edge towards the internet. */
  LINK,

  /** A new trace begins; what the caller sent is not read. */
  IGNORE
}
