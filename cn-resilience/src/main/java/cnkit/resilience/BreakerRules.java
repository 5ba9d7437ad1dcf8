package cnkit.resilience;

import java.util.function.Supplier;

/** A breaker's settings in the form in which its state machine reads them. */
@Pure
final class BreakerRules {
  final String name;
  final BreakerSettings settings;
  /** Outcomes in one word; 0 if a {@link Window} keeps them. */
  final int packedSize;

  final int minimumCalls;
  final double failureRate;
  final int probes;
  final int probeSuccesses;
  final long leaseNanos;
  final int inconclusiveLimit;
  final long baseOpenNanos;
  private final Supplier<Window> windows;

  BreakerRules(String name, BreakerSettings settings, Supplier<Window> windows) {
    this.name = name;
    this.settings = settings;
    this.packedSize = packedSize(settings);
    this.minimumCalls = settings.minimumCalls();
    this.failureRate = settings.failureRate();
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

  @Nullable
  Window newWindow() {
    return packedSize > 0 ? null : windows.get();
  }

  boolean trips(int calls, int failures) {
    // multiplied, not divided: 0.3 of 10 calls is 3 failures, whatever 3/10.0 rounds to
    return calls >= minimumCalls && failures >= failureRate * calls;
  }
}
