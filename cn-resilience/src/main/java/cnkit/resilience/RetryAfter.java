package cnkit.resilience;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads the HTTP header {@code Retry-After}. */
public final class RetryAfter {
  private static final int MOST_DIGITS = 9;
  private static final DateTimeFormatter RFC_1123 = DateTimeFormatter.RFC_1123_DATE_TIME;
  private static final DateTimeFormatter ASCTIME = DateTimeFormatter.ofPattern(
          "EEE MMM ppd HH:mm:ss yyyy", Locale.ENGLISH)
      .withZone(ZoneOffset.UTC);

  private RetryAfter() {}

  /**
   * How long the server asks to wait. The wall-clock time, which HTTP dates need, is a parameter, so the result
   * depends on the arguments only.
   *
   * <pre>{@code
   * classifier.retryAfter(HttpResponse.class,
   *     r -> r.headers().firstValue("Retry-After").flatMap(h -> RetryAfter.parse(h, Instant.now())));
   * }</pre>
   *
   * @param header whole seconds, or an HTTP date in any of its three forms
   * @param now the wall-clock time at which the header was received
   * @return the time to wait; empty if the header has another form, is negative or is in the past
   */
  public static Optional<Duration> parse(String header, Instant now) {
    String text = header.strip();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    char first = text.charAt(0);
    return first >= '0' && first <= '9' ? seconds(text) : date(text, now);
  }

  private static Optional<Duration> seconds(String text) {
    long seconds = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9' || i >= MOST_DIGITS) {
        return Optional.empty();
      }
      seconds = seconds * 10 + (c - '0');
    }
    return Optional.of(Duration.ofSeconds(seconds));
  }

  private static Optional<Duration> date(String text, Instant now) {
    for (DateTimeFormatter format : List.of(RFC_1123, rfc850(now), ASCTIME)) {
      try {
        Duration wait = Duration.between(now, Instant.from(format.parse(text)));
        return wait.isNegative() ? Optional.empty() : Optional.of(wait);
      } catch (DateTimeException e) {
        // not this form
      }
    }
    return Optional.empty();
  }

  /** Its year has two digits: what would lie more than 50 years ahead is past. */
  private static DateTimeFormatter rfc850(Instant now) {
    LocalDate base = LocalDate.ofInstant(now, ZoneOffset.UTC).minusYears(49);
    return new DateTimeFormatterBuilder()
        .appendPattern("EEEE, dd-MMM-")
        .appendValueReduced(ChronoField.YEAR, 2, 2, base)
        .appendPattern(" HH:mm:ss 'GMT'")
        .toFormatter(Locale.ENGLISH)
        .withZone(ZoneOffset.UTC);
  }
}
