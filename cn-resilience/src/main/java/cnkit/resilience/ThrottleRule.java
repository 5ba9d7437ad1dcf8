package cnkit.resilience;

import cnkit.core.internal.Pure;

/** The formula of client-side adaptive throttling, with a cap: without one it could refuse everything for ever. */
@Pure
final class ThrottleRule {
  private ThrottleRule() {}

  /** The share of calls to refuse, 0.0 to {@code mostRefused}. */
  static double refusal(ThrottleSettings s, long requests, long accepts) {
    if (requests < s.minimumRequests()) {
      return 0.0;
    }
    double excess = (requests - s.multiplier() * accepts) / (requests + 1.0);
    return Math.max(0.0, Math.min(s.mostRefused(), excess));
  }

  /**
   * The lower of what the whole window and its last fifth say. In an overload both say the same; after it, the window
   * alone would still refuse for nearly two windows, since a tenth of the calls has to outweigh ten tenths of old ones.
   */
  static double refusal(
      ThrottleSettings s, long requests, long accepts, long recentRequests, long recentAccepts) {
    double share = refusal(s, requests, accepts);
    return share > 0.0 && recentRequests >= s.minimumRequests()
        ? Math.min(share, refusal(s, recentRequests, recentAccepts))
        : share;
  }
}
