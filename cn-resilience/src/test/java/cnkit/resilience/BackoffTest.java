package cnkit.resilience;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofNanos;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.internal.Arguments;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class BackoffTest {
  @Property
  void aLineGrowsByItsStep(@ForAll @IntRange(max = 1_000_000) int retry) {
    assertEquals(
        100_000_000L + 30_000_000L * retry,
        new Backoff.Linear(ofMillis(100), ofMillis(30)).nominalNanos(retry));
  }

  @Property
  void theUsersOwnCurveIsTakenAsItIsButNeverNegative(
      @ForAll @IntRange(min = -1_000, max = 1_000) int seconds) {
    assertEquals(
        Math.max(0, seconds) * 1_000_000_000L,
        new Backoff.Custom(retry -> ofSeconds(retry)).nominalNanos(seconds));
  }

  @Property
  void noDurationIsTooLongInEitherDirection(@ForAll long seconds) {
    long most = Arguments.FOREVER_NANOS / 1_000_000_000L;
    long expected = seconds > most
        ? Arguments.FOREVER_NANOS
        : seconds < -most ? -Arguments.FOREVER_NANOS : seconds * 1_000_000_000L;
    assertEquals(expected, Arguments.saturatedNanos(ofSeconds(seconds)));
    assertEquals(Arguments.FOREVER_NANOS, Arguments.saturatedNanos(ofSeconds(Long.MAX_VALUE)));
    assertEquals(-Arguments.FOREVER_NANOS, Arguments.saturatedNanos(ofSeconds(Long.MIN_VALUE)));
  }

  @Example
  void curvesSaturateInsteadOfWrapping() {
    for (Backoff backoff : List.of(
        new Backoff.Linear(ofDays(1), ofDays(1)),
        new Backoff.Exponential(ofNanos(1), 100.0),
        new Backoff.Custom(retry -> ofSeconds(Long.MAX_VALUE)))) {
      assertEquals(
          Arguments.FOREVER_NANOS, backoff.nominalNanos(Integer.MAX_VALUE), backoff::toString);
    }
  }

  @Example
  void theBoundsOfEachRangeAreInIt() {
    assertEquals(0, new Backoff.Constant(Duration.ZERO).nominalNanos(0));
    assertEquals(ofDays(1).toNanos(), new Backoff.Constant(ofDays(1)).nominalNanos(7));
    assertEquals(1, new Backoff.Linear(ofNanos(1), Duration.ZERO).nominalNanos(7));
    assertEquals(2 * ofDays(1).toNanos(), new Backoff.Linear(ofDays(1), ofDays(1)).nominalNanos(1));
    assertEquals(1, new Backoff.Exponential(ofNanos(1), 1.0).nominalNanos(7));
    assertEquals(
        100 * ofDays(1).toNanos(), new Backoff.Exponential(ofDays(1), 100.0).nominalNanos(1));
  }

  @Example
  void whatIsOutsideIsRefusedByName() {
    Duration tooLong = ofDays(1).plusNanos(1);
    refuses("delay", () -> new Backoff.Constant(ofNanos(-1)));
    refuses("delay", () -> new Backoff.Constant(tooLong));
    refuses("base", () -> new Backoff.Linear(Duration.ZERO, Duration.ZERO));
    refuses("base", () -> new Backoff.Linear(tooLong, Duration.ZERO));
    refuses("step", () -> new Backoff.Linear(ofNanos(1), ofNanos(-1)));
    refuses("step", () -> new Backoff.Linear(ofNanos(1), tooLong));
    refuses("base", () -> new Backoff.Exponential(Duration.ZERO, 2.0));
    refuses("base", () -> new Backoff.Exponential(tooLong, 2.0));
    refuses("multiplier", () -> new Backoff.Exponential(ofNanos(1), Math.nextDown(1.0)));
    refuses("multiplier", () -> new Backoff.Exponential(ofNanos(1), Math.nextUp(100.0)));
    refuses("multiplier", () -> new Backoff.Exponential(ofNanos(1), Double.NaN));
    refuses("name", () -> Breaker.of(" ", BreakerSettings.consecutive(1)));
  }

  private static void refuses(String name, Callable<?> wrong) {
    String message = assertThrows(IllegalArgumentException.class, wrong::call).toString();
    assertTrue(message.contains(" " + name + ": expected "), message);
  }
}
