package cnkit.resilience;

/** What became of a result that was handed to a {@link Breaker}. */
public enum Completion {
  /** It counted (a neutral result, too, was taken note of). */
  RECORDED,

  /** It belongs to an admission that is over: the breaker changed state, or the probe's lease ran out. */
  STALE,

  /** This permit was completed before. */
  DUPLICATE
}
