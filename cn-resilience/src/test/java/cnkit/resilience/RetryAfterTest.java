package cnkit.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
  private static final Instant NOW = Instant.parse("1994-11-06T08:49:30Z");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0|0",
        "120|120",
        "9|9",
        "190|190",
        "999999999|999999999",
        " 7 |7",
        "Sun, 06 Nov 1994 08:49:37 GMT|7",
        "Sunday, 06-Nov-94 08:49:37 GMT|7",
        "Sun Nov  6 08:49:37 1994|7"
      })
  void secondsAndAllThreeFormsOfADateAreRead(String header, long seconds) {
    assertEquals(Optional.of(Duration.ofSeconds(seconds)), RetryAfter.parse(header, NOW));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-5",
        "5s",
        "1.5",
        "soon",
        "1000000000",
        "1/",
        "1:",
        "/1",
        ":1",
        "Sun, 06 Nov 1994 08:49:29 GMT"
      })
  @DisplayName("case R11: a hint that is negative, past or unreadable is none")
  void whatIsNoWaitIsIgnored(String header) {
    assertEquals(Optional.empty(), RetryAfter.parse(header, NOW));
  }
}
