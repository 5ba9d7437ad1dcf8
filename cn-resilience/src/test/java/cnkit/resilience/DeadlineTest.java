package cnkit.resilience;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.testing.VirtualTime;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlineTest {
  private final VirtualTime time = VirtualTime.startingAt(Long.MAX_VALUE - 5_000_000);

  @Test
  void itExpiresOnceAndStaysSo() {
    Deadline deadline = Deadline.in(ofMillis(10), time);
    time.advance(ofMillis(9));
    assertFalse(deadline.isExpired());
    assertEquals(ofMillis(1), deadline.remaining());
    time.advance(ofMillis(1));
    assertTrue(deadline.isExpired());
    time.advance(ofSeconds(1000));
    assertTrue(deadline.isExpired());
    assertEquals(Duration.ZERO, deadline.remaining());
  }

  @Test
  void aNestedDeadlineOnlyShrinks() {
    Deadline parent = Deadline.in(ofMillis(10), time);
    assertSame(parent, parent.within(ofMillis(20)));
    assertEquals(ofMillis(5), parent.within(ofMillis(5)).remaining());
    assertFalse(Deadline.none().isBounded());
    assertTrue(Deadline.none().within(ofMillis(5)).isBounded());
  }

  @Test
  void itTravelsAsRemainingTimeRoundedDown() {
    Deadline deadline = Deadline.in(Duration.ofNanos(1_999_999), time);
    assertEquals("1", deadline.toHeader());
    assertEquals("", Deadline.none().toHeader());
    assertEquals(
        ofMillis(250),
        Deadline.fromHeader(Optional.of("250"), ofSeconds(1), time).remaining());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5s", "-1", "1e3", " 5", "99999999999999999999", "5000000"})
  void whatACallerSendsNeverLiftsTheCap(String header) {
    assertEquals(
        ofSeconds(1),
        Deadline.fromHeader(Optional.of(header), ofSeconds(1), time).remaining());
  }
}
