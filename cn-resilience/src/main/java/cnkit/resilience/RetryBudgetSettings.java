package cnkit.resilience;

import static cnkit.core.internal.Arguments.check;
import static cnkit.core.internal.Arguments.positive;
import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How many retries a dependency may be asked to bear. Immutable; each method returns a changed copy.
 *
 * <p>Each first attempt earns {@code ratio} of a retry, up to {@code reserve}; each retry costs one. So when everything
 * fails, the load grows by {@code ratio} and not by the number of attempts. A service whose retries are not bounded so
 * can keep an overload alive by itself from a utilisation of 1/attempts on; with a ratio r, only above 1/(1+r).
 *
 * <p>Time alone earns nothing: every client of a fleet has its own budget, and what each may retry in any case adds up
 * to a share of the load that nobody set. A caller with little traffic retries from its reserve.
 *
 * <pre>{@code
 * RetryBudgetSettings.ratio(0.1).withReserve(10);
 * RetryBudgetSettings.ratio(0.2).withExpiry(Duration.ofSeconds(10)).withFloorPerSecond(0.1);
 * RetryBudgetSettings.ratio(0.2).withInFlight(3);
 * }</pre>
 *
 * @param ratio retries per first attempt: 0.0 to 10.0, kept to six decimals, rounded down; default 0.1
 * @param reserve how many may be saved up: 1 to 1,000,000; default 10
 * @param initial how many are there at the start: 0 to {@code reserve}; default the reserve, so that the first calls may
 *     be retried and a healthy start writes nothing
 * @param floorPerSecond as many a second even when nothing is saved: 0.0 (none) to 1,000,000; default none; times the
 *     number of clients it is load that the ratio does not bound; not in the form that counts calls in flight
 * @param form how retries are earned and spent; default {@link Saturating}
 */
public record RetryBudgetSettings(
    double ratio, int reserve, int initial, double floorPerSecond, Form form) {
  /** How retries are earned and spent. */
  public sealed interface Form {}

  /** What was earned is kept up to the reserve. While that is full, a call only reads. */
  public record Saturating() implements Form {}

  /**
   * What was earned is lost if it is not used in time, and there is no reserve: nothing is saved up in a quiet hour for
   * a bad minute. So a caller with fewer than {@code 1 / ratio} calls in that time never retries, unless it has a floor.
   * Costs one clock read and one write a call.
   *
   * @param after how long a share of a retry can be used: above 0 and up to one day
   */
  public record Expiring(Duration after) implements Form {
    /** Checks the range. */
    public Expiring {
      positive("expiringAfter", after);
    }
  }

  /**
   * Nothing is earned: of the calls in flight (from the first attempt to the end, delays included) at most the ratio may
   * be retries, scheduled or sent. Follows load at once; costs two writes a call.
   *
   * @param atLeast as many are always allowed: 0 to 1,000,000
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
   * A budget of that share.
   *
   * @param ratio retries per first attempt
   * @return the settings, with the defaults for the rest
   */
  public static RetryBudgetSettings ratio(double ratio) {
    return new RetryBudgetSettings(ratio, 10, 10, 0.0, new Saturating());
  }

  /**
   * Replaces how many may be saved up, and starts with all of them.
   *
   * @param reserve at least 1
   * @return a changed copy
   */
  public RetryBudgetSettings withReserve(int reserve) {
    return new RetryBudgetSettings(ratio, reserve, reserve, floorPerSecond, form);
  }

  /**
   * Replaces how many are there at the start.
   *
   * @param initial 0 to the reserve
   * @return a changed copy
   */
  public RetryBudgetSettings withInitial(int initial) {
    return new RetryBudgetSettings(ratio, reserve, initial, floorPerSecond, form);
  }

  /**
   * Replaces how many a second are granted in any case.
   *
   * @param floorPerSecond 0.0 for none
   * @return a changed copy
   */
  public RetryBudgetSettings withFloorPerSecond(double floorPerSecond) {
    return new RetryBudgetSettings(ratio, reserve, initial, floorPerSecond, form);
  }

  /**
   * Replaces the form by the one whose earnings expire; the reserve no longer matters.
   *
   * @param after how long a share of a retry can be used
   * @return a changed copy
   */
  public RetryBudgetSettings withExpiry(Duration after) {
    return new RetryBudgetSettings(ratio, reserve, initial, floorPerSecond, new Expiring(after));
  }

  /**
   * Replaces the form by the one that counts calls in flight; reserve and floor no longer matter.
   *
   * @param atLeast as many retries are always allowed
   * @return a changed copy
   */
  public RetryBudgetSettings withInFlight(int atLeast) {
    return new RetryBudgetSettings(ratio, reserve, initial, floorPerSecond, new InFlight(atLeast));
  }
}
