package cnkit.resilience;

import static java.util.Objects.requireNonNull;

import cnkit.core.internal.Arguments;
import cnkit.core.internal.AtomicWord;
import cnkit.core.internal.Once;
import java.util.Optional;

/**
 * A {@link Bulkhead} that finds its own limit (additive increase, multiplicative decrease). A window of successes
 * with at least half of the limit in use raises the limit by one; a failure lowers it, by a tenth with the default
 * settings. Late answers count as failures, so set a per-try timeout to make the limit react to slowness. Entering
 * and leaving each take one atomic operation; no clock is read. Safe for use by many threads; several pipelines may
 * share one.
 *
 * <pre>{@code
 * AdaptiveLimit limit = AdaptiveLimit.of("search", AdaptiveLimitSettings.between(2, 200));
 * Pipeline search = Pipeline.builder("search").perTryTimeout(ofMillis(300)).adaptiveLimit(limit).build();
 * }</pre>
 */
public final class AdaptiveLimit {
  private final String name;
  private final AtomicWord word;
  private volatile Leaving leaving;

  /** What a call that ends does to the word, under these settings. */
  private record Leaving(AdaptiveLimitSettings settings) implements AtomicWord.Step {
    @Override
    public long apply(long word, long epoch, long verdict) {
      Handling handling =
          verdict > 0 ? Handling.SUCCESS : verdict < 0 ? Handling.FAILURE : Handling.NEUTRAL;
      return Aimd.left(word, settings, (int) epoch, handling);
    }
  }

  private AdaptiveLimit(String name, AdaptiveLimitSettings settings) {
    this.name = Arguments.name(name);
    this.leaving = new Leaving(settings);
    this.word = new AtomicWord(Aimd.of(0, 0, settings.initial(), 0));
  }

  /**
   * A limit.
   *
   * @param name for messages and metrics
   * @param settings how it changes
   * @return a limit with nothing in use
   */
  public static AdaptiveLimit of(String name, AdaptiveLimitSettings settings) {
    return new AdaptiveLimit(name, settings);
  }

  /** {@return the name, as given} */
  public String name() {
    return name;
  }

  /** {@return the settings, as given or as changed} */
  public AdaptiveLimitSettings settings() {
    return leaving.settings;
  }

  /**
   * Replaces the settings without blocking. The limit keeps its value, or moves to the nearest bound.
   *
   * @param newSettings from now on
   */
  public void change(AdaptiveLimitSettings newSettings) {
    leaving = new Leaving(requireNonNull(newSettings, "settings"));
    word.advance(w -> Aimd.bounded(w, newSettings));
  }

  /** {@return the maximum number of concurrent calls now} */
  public int limit() {
    return Aimd.limit(word.get());
  }

  /** {@return how many calls are in flight; exact at that moment} */
  public int inUse() {
    return Aimd.inFlight(word.get());
  }

  /**
   * Asks for a permit for one call, without waiting. The caller must complete the permit.
   *
   * @return the permit, or empty if the limit is reached
   */
  public Optional<Permit> tryAcquire() {
    int epoch = tryEnter();
    return epoch >= 0 ? Optional.of(new Permit(this, epoch)) : Optional.empty();
  }

  /** The epoch of the admission, or -1. */
  int tryEnter() {
    long before = word.advance(w -> Aimd.hasRoom(w) ? Aimd.entered(w) : w);
    return Aimd.hasRoom(before) ? Aimd.epoch(before) : -1;
  }

  void leave(int epoch, Handling handling) {
    long verdict = handling == Handling.SUCCESS ? 1 : handling == Handling.FAILURE ? -1 : 0;
    word.advance(leaving, epoch, verdict);
  }

  Evidence.Saturated evidence() {
    AdaptiveLimitSettings s = settings();
    return new Evidence.Saturated(name, limit(), s.min(), s.max());
  }

  @Override
  public String toString() {
    return "AdaptiveLimit[" + name + ", " + inUse() + " of " + limit() + " in use]";
  }

  /** The permit of one call; complete it when the call has ended, on any thread. */
  public static final class Permit {
    private final AdaptiveLimit limit;
    private final int epoch;
    private final Once used = new Once();

    Permit(AdaptiveLimit limit, int epoch) {
      this.limit = limit;
      this.epoch = epoch;
    }

    /**
     * Returns the permit and reports the result of the call; a second report is ignored. A call that is neutral or
     * was not sent does not change the limit.
     *
     * @param handling how the call's result is classified
     */
    public void complete(Handling handling) {
      requireNonNull(handling, "handling");
      if (used.first()) {
        limit.leave(epoch, handling);
      }
    }
  }
}
