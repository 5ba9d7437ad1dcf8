package cnkit.resilience;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a call allocates once it is compiled. Each path is measured in classes that are loaded anew for it: the compiler
 * inlines what it has seen, and in this JVM it has seen every other test.
 */
class AllocationTest {
  private static final BreakerSettings WORD = BreakerSettings.countWindow(50);

  enum Path {
    COUNT_WINDOW,
    RING_WINDOW,
    TIME_WINDOW,
    SLOW_CALL_RATE,
    RATE_LIMITER,
    DEADLINE,
    DEADLINE_READ,
    REJECTION;

    /** A rejection is an outcome and its reason, by value; a body that asks for the time it has may get a Duration. */
    long most() {
      return switch (this) {
        case REJECTION -> 48;
        case DEADLINE_READ -> 24;
        default -> 0;
      };
    }

    Pipeline pipeline() {
      PipelineBuilder builder = switch (this) {
        case COUNT_WINDOW -> guarded(WORD);
        case RING_WINDOW -> guarded(BreakerSettings.countWindow(100));
        case TIME_WINDOW -> guarded(BreakerSettings.timeWindow(ofSeconds(10)));
        case SLOW_CALL_RATE -> guarded(WORD.withSlowCalls(ofSeconds(60), 0.5));
        case RATE_LIMITER ->
          Pipeline.builder("p")
              .rateLimiter(RateLimiter.of(
                  "r", RateLimit.of(1_000_000_000, ofSeconds(1)).withBurst(1_000_000)));
        case DEADLINE, DEADLINE_READ ->
          guarded(WORD).deadline(ofSeconds(60)).perTryTimeout(ofSeconds(30));
        case REJECTION -> Pipeline.builder("p").breaker(forcedOpen());
      };
      return builder.build();
    }

    Object call(Pipeline pipeline) throws Exception {
      return switch (this) {
        case REJECTION -> pipeline.tryCall(a -> "ok");
        case DEADLINE -> pipeline.call(a -> a.number() == 1 ? "ok" : "again");
        case DEADLINE_READ -> pipeline.call(a -> a.remaining().isZero() ? "late" : "ok");
        default -> pipeline.call(a -> "ok");
      };
    }

    private static PipelineBuilder guarded(BreakerSettings settings) {
      return Pipeline.builder("p")
          .retry(RetrySettings.exponential(ofMillis(50)))
          .breaker(Breaker.of("b", settings))
          .bulkhead(64);
    }

    private static Breaker forcedOpen() {
      Breaker breaker = Breaker.of("b", WORD);
      breaker.forceOpen();
      return breaker;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCallAllocatesNothingAndARejectionItsReason(Path path) throws Exception {
    long bytes;
    try (var anew = new Anew()) {
      bytes = anew.measured().applyAsLong(path.name());
    }
    assertTrue(bytes <= path.most(), () -> path + ": " + bytes + " B a call");
  }

  @Test
  void theMeasureSeesASmallObject() throws Exception {
    var kept = new Object[1];
    long bytes = Measured.bytesPerCall(() -> kept[0] = new Object());
    assertTrue(bytes >= 8, () -> bytes + " B a call");
  }

  /** The library and this test once more: nothing of what the compiler knows of the others. */
  private static final class Anew extends URLClassLoader {
    Anew() {
      super(
          new URL[] {home(Pipeline.class), home(AllocationTest.class)},
          AllocationTest.class.getClassLoader());
    }

    private static URL home(Class<?> type) {
      return type.getProtectionDomain().getCodeSource().getLocation();
    }

    @SuppressWarnings("unchecked") // it is what measured() says, of another loader
    ToLongFunction<String> measured() throws ReflectiveOperationException {
      return (ToLongFunction<String>)
          loadClass(Measured.class.getName()).getConstructor().newInstance();
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        if (!name.startsWith("cnkit.resilience.")) {
          return super.loadClass(name, resolve);
        }
        Class<?> known = findLoadedClass(name);
        return known == null ? findClass(name) : known;
      }
    }
  }

  /** From a path's name to the bytes of one call on it. */
  public static final class Measured implements ToLongFunction<String> {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int CALLS = 20_000;
    /** Only a failure takes that long: the compiler may come late on a busy machine. */
    private static final long PATIENCE_NANOS = ofSeconds(30).toNanos();

    interface Body {
      Object call() throws Exception;
    }

    /** The least of many rounds: the first are not compiled yet. */
    @Override
    public long applyAsLong(String name) {
      Path path = Path.valueOf(name);
      Pipeline pipeline = path.pipeline();
      long start = System.nanoTime();
      long least = Long.MAX_VALUE;
      try {
        while (least > path.most() && System.nanoTime() - start < PATIENCE_NANOS) {
          least = Math.min(least, bytesPerCall(() -> path.call(pipeline)));
        }
      } catch (Exception e) {
        throw new AssertionError(e);
      }
      return least;
    }

    static long bytesPerCall(Body body) throws Exception {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < CALLS; i++) {
        body.call();
      }
      return (THREADS.getCurrentThreadAllocatedBytes() - before) / CALLS;
    }
  }
}
