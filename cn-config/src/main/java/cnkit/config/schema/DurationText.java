package cnkit.config.schema;

import cnkit.config.Conversion;
import cnkit.config.text.Digits;
import cnkit.config.text.Names;
import cnkit.core.internal.Pure;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code 1h30m}, {@code 500ms}, {@code PT30S}: the unit is mandatory, units fall, and nothing is rounded. */
@Pure
final class DurationText {
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final String FORM = "a duration such as 500ms, 30s, 5m, 1h30m or 2d";
  private static final String TOO_LONG = "a duration that fits " + Long.MAX_VALUE + " seconds";

  private final String text;
  private long seconds;
  private long nanos;

  private DurationText(String text) {
    this.text = text;
  }

  static Conversion<?> convert(String text) {
    int start = text.startsWith("-") ? 1 : 0;
    if (start < text.length() && text.charAt(start) == 'P') {
      return iso(text);
    }
    Conversion<?> simple = start == 0 ? seconds(text) : null;
    if (simple != null) {
      return simple;
    }
    if (Digits.isDecimal(text, true)) {
      return Conversion.bad(Kind.DURATION.expected, "write " + text + "s or " + text + "ms");
    }
    return text.length() == start || text.length() > 100
        ? Conversion.bad(Kind.DURATION.expected)
        : new DurationText(text).sum(start);
  }

  private static Conversion<?> iso(String text) {
    try {
      return Conversion.ok(Duration.parse(text));
    } catch (RuntimeException e) { // of two kinds
      return Conversion.bad(Kind.DURATION.expected);
    }
  }

  /** The sum of all numbers with their units, from the largest unit to the smallest. */
  private Conversion<?> sum(int start) {
    long previous = Long.MAX_VALUE;
    for (int i = start; i < text.length(); ) {
      int end = Digits.numberEnd(text, i);
      int unitEnd = end;
      while (unitEnd < text.length() && !Names.isDigit(text.charAt(unitEnd))) {
        unitEnd++;
      }
      long unit = unitNanos(text.substring(end, unitEnd));
      String refusal = end == i || unit == 0 || unit >= previous ? FORM : add(i, end, unit);
      if (!refusal.isEmpty()) {
        return Conversion.bad(refusal);
      }
      previous = unit;
      i = unitEnd;
    }
    return total(start == 1);
  }

  /** Adds one number; answers with what was expected when it does not fit. */
  private String add(int from, int end, long unitNanos) {
    if (end - from <= 9 && Digits.digitsFrom(text, from) == end) { // without big numbers
      addSmall(Long.parseLong(text, from, end, 10), unitNanos);
      return "";
    }
    return addExact(
        new BigDecimal(text.substring(from, end)).multiply(BigDecimal.valueOf(unitNanos)));
  }

  private void addSmall(long amount, long unitNanos) {
    if (unitNanos >= SECOND_NANOS) {
      seconds += amount * (unitNanos / SECOND_NANOS);
    } else {
      long unitsPerSecond = SECOND_NANOS / unitNanos;
      seconds += amount / unitsPerSecond;
      nanos += amount % unitsPerSecond * unitNanos;
    }
  }

  private String addExact(BigDecimal exact) {
    if (exact.stripTrailingZeros().scale() > 0) {
      return "a duration of whole nanoseconds";
    }
    BigInteger[] parts = exact.toBigInteger().divideAndRemainder(BigInteger.valueOf(SECOND_NANOS));
    if (parts[0].add(BigInteger.valueOf(seconds)).bitLength() > 62) {
      return TOO_LONG;
    }
    seconds += parts[0].longValue();
    nanos += parts[1].longValue();
    return "";
  }

  private Conversion<?> total(boolean negative) {
    try {
      Duration magnitude = Duration.ofSeconds(seconds, nanos);
      // most callers go on to toNanos or toMillis; a value that overflows there is a typing error
      if (magnitude.toSeconds() > Long.MAX_VALUE / 1_000) {
        return Conversion.bad("a duration that fits a long of milliseconds");
      }
      return Conversion.ok(negative ? magnitude.negated() : magnitude);
    } catch (ArithmeticException e) {
      return Conversion.bad(TOO_LONG);
    }
  }

  /** The form that nearly all have, {@code 30s} or {@code 250ms}, without an intermediate text; null for others. */
  private static @Nullable Conversion<?> seconds(String text) {
    int last = text.length() - 1;
    int end = Digits.digitsFrom(text, 0);
    if (end == 0 || end > 9 || text.charAt(last) != 's') {
      return null;
    }
    if (end == last) {
      return Conversion.ok(Duration.ofSeconds(Integer.parseInt(text, 0, end, 10)));
    }
    return end == last - 1 && text.charAt(end) == 'm'
        ? Conversion.ok(Duration.ofMillis(Integer.parseInt(text, 0, end, 10)))
        : null;
  }

  private static long unitNanos(String unit) {
    return switch (unit) {
      case "ns" -> 1L;
      case "us", "µs" -> 1_000L;
      case "ms" -> 1_000_000L;
      case "s" -> 1_000_000_000L;
      case "m" -> 60_000_000_000L;
      case "h" -> 3_600_000_000_000L;
      case "d" -> 86_400_000_000_000L;
      default -> 0L;
    };
  }
}
