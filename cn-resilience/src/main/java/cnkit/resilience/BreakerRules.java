package cnkit.resilience;

import cnkit.core.internal.Pure;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** A breaker's settings in the form in which its state machine reads them. */
@Pure
final class BreakerRules {
  final String name;
  final BreakerSettings settings;
  /** Outcomes in one word; 0 if a {@link Window} keeps them. */
  final int packedSize;

  final int minimumCalls;
  final double failureRate;
  /** Slower than this is slow; {@link Long#MAX_VALUE}: nothing is. */
  final long slowNanos;

  final double slowRate;
  final int probes;
  final int probeSuccesses;
  final long leaseNanos;
  final int inconclusiveLimit;
  final long baseOpenNanos;
  private final LongFunction<Window> windows;

  BreakerRules(String name, BreakerSettings settings, LongFunction<Window> windows) {
    this.name = name;
    this.settings = settings;
    this.packedSize = packedSize(settings);
    this.minimumCalls = settings.minimumCalls();
    this.failureRate = settings.failureRate();
    this.slowNanos = settings.slowCalls().map(s -> s.threshold().toNanos()).orElse(Long.MAX_VALUE);
    this.slowRate = settings.slowCalls().map(BreakerSettings.SlowCalls::rate).orElse(2.0);
    this.probes = settings.probing().permits();
    this.probeSuccesses = settings.probing().successes();
    this.leaseNanos = settings.probing().lease().toNanos();
    this.inconclusiveLimit = settings.probing().inconclusive();
    this.baseOpenNanos = settings.openTime().base().toNanos();
    this.windows = windows;
  }

  static int packedSize(BreakerSettings settings) {
    return settings.window() instanceof BreakerSettings.Window.Count count
            && count.size() <= CountWord.MAX_SIZE
        ? count.size()
        : 0;
  }

  boolean hasSlowRule() {
    return slowNanos != Long.MAX_VALUE;
  }

  /** The first word of slow calls: without a rule about them, the word that never changes. */
  long noSlowCalls() {
    return hasSlowRule() ? CountWord.EMPTY : cleanWord();
  }

  /** A full window of good outcomes; no word at all if a {@link Window} keeps them. */
  long cleanWord() {
    return packedSize > 0 ? CountWord.clean(packedSize) : 0;
  }

  /** Whether results counted under the other rules mean the same under these. */
  boolean hasShapeOf(BreakerRules other) {
    return settings.window().equals(other.settings.window())
        && hasSlowRule() == other.hasSlowRule();
  }

  @Nullable
  Window newWindow(long now) {
    return packedSize > 0 ? null : windows.apply(now);
  }

  boolean trips(Window.Tally t) {
    return t.calls() >= minimumCalls
        && (reaches(t.failures(), failureRate, t.calls())
            || reaches(t.slow(), slowRate, t.calls()));
  }

  private static boolean reaches(int count, double rate, int calls) {
    // 7 of 100 reach 0.07, though that product is a little more than 7
    return count > 0 && count >= rate * calls - 1e-9;
  }
}
