package cnkit.resilience;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofNanos;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.internal.Turns;
import cnkit.core.testing.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class TimeWindowTest {
  private static final BreakerSettings TEN_SECONDS =
      BreakerSettings.timeWindow(ofSeconds(10)).withMinimumCalls(100);

  private final VirtualTime time = VirtualTime.startingAt(Long.MAX_VALUE - 1_500_000);

  private Breaker breaker(BreakerSettings settings) {
    return Breaker.of("b", settings, time);
  }

  private void report(Breaker breaker, Handling handling, int millis) {
    Breaker.Permit permit = breaker.tryAcquire().orElseThrow();
    time.advance(ofMillis(millis));
    assertEquals(Completion.RECORDED, permit.complete(handling));
  }

  @Example
  @Label("case R37: a result is in the window until its bucket is as old as the window")
  void aResultLeavesWithItsBucket() {
    Breaker breaker = breaker(TEN_SECONDS);
    report(breaker, Handling.FAILURE, 0);
    time.advance(ofMillis(950));
    report(breaker, Handling.FAILURE, 0);
    time.advance(ofMillis(9049));
    assertEquals(2, breaker.snapshot().failures());
    time.advance(ofMillis(1));
    assertEquals(0, breaker.snapshot().failures(), "both were in the first bucket");
  }

  @Example
  @Label("case R38: reading alone lets results go")
  void readingAloneLetsResultsGo() {
    Breaker breaker = breaker(TEN_SECONDS);
    for (int i = 0; i < 5; i++) {
      report(breaker, Handling.FAILURE, 0);
    }
    time.advance(ofSeconds(30));
    assertEquals(0, breaker.snapshot().failures());
  }

  @Example
  @Label("case R41: a window of one bucket drops it at the boundary")
  void aWindowOfOneBucket() {
    BreakerSettings s = TEN_SECONDS;
    Breaker breaker = breaker(new BreakerSettings(
        new BreakerSettings.Window.Time(ofSeconds(1), ofSeconds(1)),
        100,
        0.5,
        s.slowCalls(),
        s.openTime(),
        s.probing()));
    for (int i = 0; i < 3; i++) {
      report(breaker, Handling.FAILURE, 0);
      assertEquals(1, breaker.snapshot().failures());
      time.advance(ofSeconds(1));
    }
    assertEquals(0, breaker.snapshot().failures());
  }

  @Example
  @Label("case R43: after long idleness one result costs one write and is alone")
  void idlenessCostsNothing() {
    int[] accesses = {0};
    TimeWindow window =
        new TimeWindow(new BreakerSettings.Window.Time(ofSeconds(10), ofSeconds(1)), false, 0, 1);
    for (int i = 0; i < 10; i++) {
      window.record(true, false, ofSeconds(i).toNanos());
    }
    Turns.install(() -> accesses[0]++);
    window.record(true, false, ofSeconds(7 * 10 + 3).toNanos());
    Turns.remove();
    assertEquals(3, accesses[0], "who owns the stripe, what the cell holds, and the write");
    assertEquals(new Window.Tally(1, 1, 0), window.tally(ofSeconds(73).toNanos()));
    long after = 400L * 86_400 * 1_000_000_000; // beyond the tag's range
    window.record(true, false, after);
    assertEquals(new Window.Tally(1, 1, 0), window.tally(after));
  }

  @Example
  @Label("case R44: slow is strictly more than the threshold, to the nanosecond")
  void slowIsStrictlyMore() {
    Breaker breaker = breaker(BreakerSettings.countWindow(10).withSlowCalls(ofMillis(100), 0.5));
    report(breaker, Handling.SUCCESS, 100);
    assertEquals(0, breaker.snapshot().slow());
    Breaker.Permit permit = breaker.tryAcquire().orElseThrow();
    time.advance(ofNanos(100_000_001));
    permit.complete(Handling.SUCCESS);
    assertEquals(1, breaker.snapshot().slow());
    assertEquals(0, breaker.snapshot().failures());
  }

  @Example
  void theFirstSlowCallInAFullWindowOfGoodOnesIsCounted() {
    for (int size : new int[] {10, 100}) {
      Breaker breaker =
          breaker(BreakerSettings.countWindow(size).withSlowCalls(ofMillis(100), 1.0));
      for (int i = 0; i < size; i++) {
        report(breaker, Handling.SUCCESS, 1);
      }
      report(breaker, Handling.SUCCESS, 101);
      assertEquals(1, breaker.snapshot().slow());
      assertEquals(size, breaker.snapshot().calls());
    }
  }

  @Property
  void everyWindowOpensAtItsShareOfSlowCalls(@ForAll @IntRange(max = 2) int shape) {
    BreakerSettings settings = switch (shape) {
      case 0 -> BreakerSettings.countWindow(20);
      case 1 -> BreakerSettings.countWindow(100);
      default -> BreakerSettings.timeWindow(ofSeconds(100));
    };
    Breaker breaker =
        breaker(settings.withMinimumCalls(10).withSlowCalls(ofMillis(100), 0.5).withOpenJitter(0));
    for (int i = 0; i < 9; i++) {
      report(breaker, Handling.SUCCESS, i % 2 == 0 ? 101 : 1);
    }
    assertEquals(Breaker.State.CLOSED, breaker.state());
    report(breaker, Handling.SUCCESS, 101);
    assertEquals(Breaker.State.OPEN, breaker.state());
    time.advance(ofSeconds(5));
    report(breaker, Handling.SUCCESS, 101);
    assertEquals(Breaker.State.OPEN, breaker.state(), "a slow probe is a failed probe");
  }

  @Property // the oracle: a list of (bucket, failed)
  void aTimeWindowHoldsExactlyTheLastBuckets(
      @ForAll @IntRange(min = 1, max = 12) int buckets,
      @ForAll @Size(max = 200) List<@IntRange(max = 40) Integer> steps) {
    long origin = Long.MAX_VALUE - 5_000_000_000L;
    TimeWindow window = new TimeWindow(
        new BreakerSettings.Window.Time(ofSeconds(buckets), ofSeconds(1)), true, origin, 2);
    record Result(long bucket, boolean failed, boolean slow) {}
    List<Result> oracle = new ArrayList<>();
    long elapsed = 0;
    for (int step : steps) {
      elapsed += step * 97_000_000L;
      boolean failed = step % 3 == 0;
      boolean slow = step % 5 == 0;
      window.record(failed, slow, origin + elapsed);
      long bucket = elapsed / 1_000_000_000L;
      oracle.add(new Result(bucket, failed, slow));
      oracle.removeIf(r -> bucket - r.bucket >= buckets);
      assertEquals(
          new Window.Tally(
              oracle.size(), (int) oracle.stream().filter(Result::failed).count(), (int)
                  oracle.stream().filter(Result::slow).count()),
          window.tally(origin + elapsed));
    }
    assertTrue(oracle.size() <= steps.size());
  }
}
