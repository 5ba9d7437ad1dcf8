package cnkit.resilience;

import static cnkit.core.internal.Arguments.check;
import static cnkit.core.internal.Arguments.positive;
import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How many retries are allowed in relation to the calls. Immutable; each method returns a changed copy.
 *
 * <p>The budget is a token bucket. Each first attempt adds {@code ratio} tokens, up to {@code reserve}; each retry
 * costs one token. So if all calls fail, the load grows by {@code ratio} and not by the number of attempts. Without a
 * budget, retries alone can keep an overload going from a utilisation of 1/attempts on; with a ratio r, only above
 * 1/(1+r).
 *
 * <p>Tokens are added by calls only, not by time. Each client of a fleet has its own budget, so a fixed number of
 * retries per client would add up to a load that nobody configured. A client with few calls retries from its reserve.
 *
 * <pre>{@code
 * RetryBudgetSettings.ratio(0.1).withReserve(10);
 * RetryBudgetSettings.ratio(0.2).withExpiry(Duration.ofSeconds(10)).withFloorPerSecond(0.1);
 * RetryBudgetSettings.ratio(0.2).withInFlight(3);
 * }</pre>
 *
 * @param ratio tokens per first attempt: 0.0 to 10.0, rounded down to six decimals; default 0.1
 * @param reserve the maximum number of tokens: 1 to 1,000,000; default 10
 * @param initial the number of tokens at the start: 0 to {@code reserve}; default the reserve, so that the first
 *     calls may be retried and a healthy start writes nothing
 * @param floorPerSecond retries per second that are allowed without a token: 0.0 (none) to 1,000,000; default none.
 *     It applies to each client: with 1,000 clients, 1 means 1,000 retries a second. Not used by the form
 *     {@link InFlight}
 * @param form how tokens are added and spent; default {@link Saturating}
 */
public record RetryBudgetSettings(
    double ratio, int reserve, int initial, double floorPerSecond, Form form) {
  /** How tokens are added and spent. */
  public sealed interface Form {}

  /** Tokens are kept, up to the reserve. While the reserve is full, a call only reads. */
  public record Saturating() implements Form {}

  /**
   * Tokens expire if they are not used in time, and there is no reserve. So a client with fewer than
   * {@code 1 / ratio} calls in that time never retries, unless {@code floorPerSecond} is set. Costs one clock read
   * and one write per call.
   *
   * @param after how long a token is valid: above 0 and up to one day
   */
  public record Expiring(Duration after) implements Form {
    /** Checks the range. */
    public Expiring {
      positive("expiringAfter", after);
    }
  }

  /**
   * There are no tokens. Of the calls in flight (from the first attempt to the end, including delays), at most the
   * ratio may be retries, scheduled or sent. Follows the load at once; costs two writes per call.
   *
   * @param atLeast this number of retries is always allowed: 0 to 1,000,000
   */
  public record InFlight(int atLeast) implements Form {
    /** Checks the range. */
    public InFlight {
      check(atLeast >= 0 && atLeast <= 1_000_000, "atLeast", "0..1000000", atLeast);
    }
  }

  /** Checks the ranges. */
  public RetryBudgetSettings {
    requireNonNull(form, "form");
    check(ratio >= 0.0 && ratio <= 10.0, "ratio", "0.0..10.0", ratio);
    check(reserve >= 1 && reserve <= 1_000_000, "reserve", "1..1000000", reserve);
    check(initial >= 0 && initial <= reserve, "initial", "0.." + reserve, initial);
    check(
        floorPerSecond >= 0.0 && floorPerSecond <= 1e6,
        "floorPerSecond",
        "0.0..1000000.0",
        floorPerSecond);
  }

  /**
   * A budget with this ratio.
   *
   * @param ratio retries per first attempt
   * @return the settings, with the defaults for the rest
   */
  public static RetryBudgetSettings ratio(double ratio) {
    return new RetryBudgetSettings(ratio, 10, 10, 0.0, new Saturating());
  }

  /**
   * Replaces the maximum number of tokens; the bucket starts full.
   *
   * @param reserve at least 1
   * @return a changed copy
   */
  public RetryBudgetSettings withReserve(int reserve) {
    return new RetryBudgetSettings(ratio, reserve, reserve, floorPerSecond, form);
  }

  /**
   * Replaces the number of tokens at the start.
   *
   * @param initial 0 to the reserve
   * @return a changed copy
   */
  public RetryBudgetSettings withInitial(int initial) {
    return new RetryBudgetSettings(ratio, reserve, initial, floorPerSecond, form);
  }

  /**
   * Replaces the number of retries per second that are allowed without a token.
   *
   * @param floorPerSecond 0.0 for none
   * @return a changed copy
   */
  public RetryBudgetSettings withFloorPerSecond(double floorPerSecond) {
    return new RetryBudgetSettings(ratio, reserve, initial, floorPerSecond, form);
  }

  /**
   * Uses the form {@link Expiring}; the reserve is not used.
   *
   * @param after how long a token is valid
   * @return a changed copy
   */
  public RetryBudgetSettings withExpiry(Duration after) {
    return new RetryBudgetSettings(ratio, reserve, initial, floorPerSecond, new Expiring(after));
  }

  /**
   * Uses the form {@link InFlight}; reserve and {@code floorPerSecond} are not used.
   *
   * @param atLeast this number of retries is always allowed
   * @return a changed copy
   */
  public RetryBudgetSettings withInFlight(int atLeast) {
    return new RetryBudgetSettings(ratio, reserve, initial, floorPerSecond, new InFlight(atLeast));
  }
}
