package cnkit.resilience;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int ROUNDS = 20_000;

  /** The least of many rounds: the compiler needs some, and its own allocations are not the code's. */
  private static long bytesPerCall(Pipeline pipeline) throws Exception {
    long least = Long.MAX_VALUE;
    for (int attempt = 0; attempt < 60 && least > 0; attempt++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < ROUNDS; i++) {
        pipeline.call(a -> "ok");
      }
      least = Math.min(least, (THREADS.getCurrentThreadAllocatedBytes() - before) / ROUNDS);
    }
    return least;
  }

  @Test
  void aSuccessAllocatesNothing() throws Exception {
    Breaker breaker = Breaker.named("b", BreakerSettings.countWindow(50));
    assertEquals(
        0,
        bytesPerCall(Pipeline.named("p")
            .retry(RetrySettings.immediate())
            .breaker(breaker)
            .bulkhead(64)
            .build()));
  }

  @Test // the attempt escapes into the body; where the compiler inlines that, even it goes
  void aSuccessWithinADeadlineAllocatesAtMostTheAttempt() throws Exception {
    long bytes =
        bytesPerCall(Pipeline.named("p").deadline(ofSeconds(10)).bulkhead(64).build());
    assertTrue(bytes <= 32, bytes + " bytes");
  }
}
