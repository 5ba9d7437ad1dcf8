package cnkit.config.schema;

import cnkit.config.ByteSize;
import cnkit.config.Conversion;
import cnkit.config.Percentage;
import cnkit.config.text.Names;
import cnkit.config.text.Nearest;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneId;
import java.util.Base64;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/*
 * Text to value: strict, independent of the locale, no overflow, ASCII digits only, units
 * mandatory. Nothing is trimmed and nothing is guessed. Runs at start-up and inside javac alike.
 */
public final class Converters {
  private Converters() {}

  /** Converts a text that is not empty; enums answer with the name of their constant. */
  static Conversion<?> convert(Shape.Scalar scalar, String text) {
    Kind kind = scalar.kind();
    return switch (kind
        .name()) { // by name, since the table of a switch over an enum is a class to load
      case "STRING" -> Conversion.ok(text);
      case "CHAR" -> text.length() == 1 ? Conversion.ok(text.charAt(0)) : bad(kind);
      case "BOOLEAN" -> bool(text);
      case "BYTE" -> whole(kind, text, Byte.MIN_VALUE, Byte.MAX_VALUE);
      case "SHORT" -> whole(kind, text, Short.MIN_VALUE, Short.MAX_VALUE);
      case "INT" -> whole(kind, text, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case "LONG" -> whole(kind, text, Long.MIN_VALUE, Long.MAX_VALUE);
      case "FLOAT", "DOUBLE" -> floating(kind, text);
      case "BIG_INTEGER" -> wholeLength(text) ? Conversion.ok(new BigInteger(text)) : bad(kind);
      case "BIG_DECIMAL" -> isDecimal(text, true) ? decimal(text) : bad(kind);
      case "DURATION" -> duration(text);
      case "BYTE_SIZE" -> byteSize(text);
      case "PERCENTAGE" -> percentage(text);
      case "HOST_PORT" -> Addresses.hostPort(text);
      case "INET_ADDRESS" -> Addresses.address(text);
      case "UUID" -> uuid(text);
      case "ENUM" -> constant(scalar, text);
      case "CUSTOM" -> throw new IllegalStateException("custom types have their own converter");
      default -> ofTheJdk(kind, text);
    };
  }

  /** The kinds that the JDK parses strictly; its exceptions quote the text and are dropped. */
  private static Conversion<?> ofTheJdk(Kind kind, String text) {
    try {
      return switch (kind.name()) {
        case "URI" -> Conversion.ok(URI.create(text));
        case "PATH" -> Conversion.ok(Path.of(text));
        case "CHARSET" -> Conversion.ok(Charset.forName(text));
        case "LOCALE" -> Conversion.ok(new Locale.Builder().setLanguageTag(text).build());
        case "ZONE_ID" -> Conversion.ok(ZoneId.of(text));
        case "PERIOD" -> Conversion.ok(Period.parse(text));
        case "INSTANT" -> Conversion.ok(Instant.parse(text));
        case "LOCAL_DATE" -> Conversion.ok(LocalDate.parse(text));
        case "LOCAL_TIME" -> Conversion.ok(LocalTime.parse(text));
        case "PATTERN" -> Conversion.ok(Pattern.compile(text));
        case "BYTES" -> Conversion.ok(Base64.getDecoder().decode(text));
        default -> throw new AssertionError(kind.name());
      };
    } catch (
        RuntimeException e) { // not by their names, since verifying those would load each of them
      return bad(kind);
    }
  }

  private static Conversion<?> bool(String text) {
    if (text.equals("true")) {
      return Conversion.ok(Boolean.TRUE);
    }
    if (text.equals("false")) {
      return Conversion.ok(Boolean.FALSE);
    }
    return switch (Names.lower(text)) {
      case "true", "yes", "on", "1", "y", "t" ->
        Conversion.bad(Kind.BOOLEAN.expected, "write true");
      case "false", "no", "off", "0", "n", "f" ->
        Conversion.bad(Kind.BOOLEAN.expected, "write false");
      default -> bad(Kind.BOOLEAN);
    };
  }

  private static Conversion<?> whole(Kind kind, String text, long min, long max) {
    boolean negative = !text.isEmpty() && text.charAt(0) == '-';
    int from = negative ? 1 : 0;
    if (!isWhole(text, from)) {
      return notWhole(kind, text);
    }
    long value = 0; // counted downwards, since the negative range is the larger one
    for (int i = from; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (value < (Long.MIN_VALUE + digit) / 10) {
        return Conversion.bad("a whole number " + min + ".." + max);
      }
      value = value * 10 - digit;
    }
    if (negative ? value < min : value < -max) {
      return Conversion.bad("a whole number " + min + ".." + max);
    }
    long signed = negative ? value : -value;
    if (kind == Kind.INT) {
      return Conversion.ok((int) signed);
    }
    if (kind == Kind.LONG) {
      return Conversion.ok(signed);
    }
    return kind == Kind.SHORT ? Conversion.ok((short) signed) : Conversion.ok((byte) signed);
  }

  private static Conversion<?> notWhole(Kind kind, String text) {
    int from = text.startsWith("-") ? 1 : 0;
    int zeros = from;
    while (zeros < text.length() - 1 && text.charAt(zeros) == '0') {
      zeros++;
    }
    return zeros > from && isWhole(text, zeros)
        ? Conversion.bad(
            "a whole number without leading zeros",
            "write " + text.substring(0, from) + text.substring(zeros))
        : bad(kind);
  }

  /** ASCII digits only, at least one, without a superfluous zero in front. */
  static boolean isWhole(String text, int from) {
    if (from >= text.length() || (text.charAt(from) == '0' && text.length() > from + 1)) {
      return false;
    }
    for (int i = from; i < text.length(); i++) {
      if (!Names.isDigit(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /** A length limit keeps a hostile text from costing quadratic time. */
  private static boolean wholeLength(String text) {
    return text.length() <= 1_000 && isWhole(text, text.startsWith("-") ? 1 : 0);
  }

  private static Conversion<?> floating(Kind kind, String text) {
    if (!isDecimal(text, true)) {
      return bad(kind);
    }
    if (kind == Kind.FLOAT) {
      float value = Float.parseFloat(text);
      return Float.isInfinite(value)
          ? Conversion.bad("a number that fits a float")
          : Conversion.ok(value);
    }
    double value = Double.parseDouble(text);
    return Double.isInfinite(value)
        ? Conversion.bad("a number that fits a double")
        : Conversion.ok(value);
  }

  private static Conversion<?> decimal(String text) {
    int e = Math.max(text.indexOf('e'), text.indexOf('E'));
    // a huge exponent is a tiny text that expands to gigabytes as soon as anybody does arithmetic
    if (text.length() > 1_000 || (e >= 0 && text.length() - e > 6)) {
      return Conversion.bad(
          "a number of at most 1000 characters with an exponent of at most 4 digits");
    }
    return Conversion.ok(new BigDecimal(text));
  }

  /** {@code -12.5e-3}: digits on both sides of the point, no plus in front, exponent only if asked. */
  private static boolean isDecimal(String text, boolean signed) {
    int i = signed && text.startsWith("-") ? 1 : 0;
    int digits = digitsFrom(text, i);
    if (digits == i) {
      return false;
    }
    i = digits;
    if (i < text.length() && text.charAt(i) == '.') {
      digits = digitsFrom(text, i + 1);
      if (digits == i + 1) {
        return false;
      }
      i = digits;
    }
    if (signed && i < text.length() && (text.charAt(i) == 'e' || text.charAt(i) == 'E')) {
      i++;
      if (i < text.length() && (text.charAt(i) == '-' || text.charAt(i) == '+')) {
        i++;
      }
      digits = digitsFrom(text, i);
      if (digits == i) {
        return false;
      }
      i = digits;
    }
    return i == text.length();
  }

  static int digitsFrom(String text, int from) {
    int i = from;
    while (i < text.length() && Names.isDigit(text.charAt(i))) {
      i++;
    }
    return i;
  }

  /** Where the number at {@code from} ends: digits, and a fraction if a point is followed by digits. */
  private static int numberEnd(String text, int from) {
    int end = digitsFrom(text, from);
    if (end > from && end < text.length() - 1 && text.charAt(end) == '.') {
      int fraction = digitsFrom(text, end + 1);
      return fraction == end + 1 ? from : fraction;
    }
    return end;
  }

  private static Conversion<?> duration(String text) {
    int start = text.startsWith("-") ? 1 : 0;
    if (start < text.length() && text.charAt(start) == 'P') {
      try {
        return Conversion.ok(Duration.parse(text));
      } catch (RuntimeException e) { // of two kinds
        return bad(Kind.DURATION);
      }
    }
    Conversion<?> simple = start == 0 ? seconds(text) : null;
    if (simple != null) {
      return simple;
    }
    if (isDecimal(text, true)) {
      return Conversion.bad(Kind.DURATION.expected, "write " + text + "s or " + text + "ms");
    }
    if (text.length() > 100) {
      return bad(Kind.DURATION);
    }
    long seconds = 0;
    long nanos = 0;
    long previous = Long.MAX_VALUE;
    int i = start;
    while (i < text.length()) {
      int end = numberEnd(text, i);
      int unitEnd = end;
      while (unitEnd < text.length() && !Names.isDigit(text.charAt(unitEnd))) {
        unitEnd++;
      }
      String unit = text.substring(end, unitEnd);
      long unitNanos = unitNanos(unit);
      if (end == i || unitNanos == 0 || unitNanos >= previous) {
        return Conversion.bad("a duration such as 500ms, 30s, 5m, 1h30m or 2d");
      }
      previous = unitNanos;
      if (end - i <= 9 && digitsFrom(text, i) == end) { // the usual case, without big numbers
        long amount = Long.parseLong(text, i, end, 10);
        long perSecond = unitNanos / 1_000_000_000L;
        if (perSecond > 0) {
          seconds += amount * perSecond;
        } else {
          long unitsPerSecond = 1_000_000_000L / unitNanos;
          seconds += amount / unitsPerSecond;
          nanos += amount % unitsPerSecond * unitNanos;
        }
      } else {
        BigDecimal exact =
            new BigDecimal(text.substring(i, end)).multiply(BigDecimal.valueOf(unitNanos));
        if (exact.stripTrailingZeros().scale() > 0) {
          return Conversion.bad("a duration of whole nanoseconds");
        }
        BigInteger[] parts =
            exact.toBigInteger().divideAndRemainder(BigInteger.valueOf(1_000_000_000L));
        if (parts[0].add(BigInteger.valueOf(seconds)).bitLength() > 62) {
          return Conversion.bad("a duration that fits " + Long.MAX_VALUE + " seconds");
        }
        seconds += parts[0].longValue();
        nanos += parts[1].longValue();
      }
      i = unitEnd;
    }
    if (i == start) {
      return bad(Kind.DURATION);
    }
    try {
      Duration magnitude = Duration.ofSeconds(seconds, nanos);
      // most callers go on to toNanos or toMillis; a value that overflows there is a typing error
      if (magnitude.toSeconds() > Long.MAX_VALUE / 1_000) {
        return Conversion.bad("a duration that fits a long of milliseconds");
      }
      return Conversion.ok(start == 1 ? magnitude.negated() : magnitude);
    } catch (ArithmeticException e) {
      return Conversion.bad("a duration that fits " + Long.MAX_VALUE + " seconds");
    }
  }

  /** The form that nearly all have, {@code 30s} or {@code 250ms}, without an intermediate text; null for others. */
  private static @Nullable Conversion<?> seconds(String text) {
    int last = text.length() - 1;
    int end = digitsFrom(text, 0);
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

  private static Conversion<?> byteSize(String text) {
    int start = text.startsWith("-") ? 1 : 0;
    int end = numberEnd(text, start);
    if (end == start || text.length() > 100) {
      return Conversion.bad("a size such as 512B, 64KiB or 1.5GB");
    }
    String unit = text.substring(end);
    if (unit.isEmpty()) {
      return Conversion.bad(Kind.BYTE_SIZE.expected, "write " + text + "B or " + text + "KiB");
    }
    long factor = ByteSize.factor(unit);
    if (factor == 0) {
      String number = text.substring(0, end);
      String hint = switch (unit) {
        case "K", "KB", "kb", "k", "Ki", "kib" ->
          "write " + number + "KiB (1024) or " + number + "kB (1000)";
        case "M", "mb", "m", "Mi", "mib" ->
          "write " + number + "MiB (1024²) or " + number + "MB (1000²)";
        case "G", "gb", "g", "Gi", "gib" ->
          "write " + number + "GiB (1024³) or " + number + "GB (1000³)";
        default -> "";
      };
      return Conversion.bad("a size in B, kB, MB, GB, TB, PB, KiB, MiB, GiB, TiB or PiB", hint);
    }
    BigDecimal bytes =
        new BigDecimal(text.substring(start, end)).multiply(BigDecimal.valueOf(factor));
    if (bytes.stripTrailingZeros().scale() > 0) {
      return Conversion.bad("a size of whole bytes");
    }
    if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      return Conversion.bad("a size of at most " + Long.MAX_VALUE + "B");
    }
    return Conversion.ok(new ByteSize(start == 1 ? -bytes.longValue() : bytes.longValue()));
  }

  private static Conversion<?> percentage(String text) {
    if (!text.endsWith("%")) {
      return isDecimal(text, true)
          ? Conversion.bad(Kind.PERCENTAGE.expected, "write " + text + "%")
          : bad(Kind.PERCENTAGE);
    }
    String number = text.substring(0, text.length() - 1);
    boolean plain = isDecimal(number.startsWith("-") ? number.substring(1) : number, false);
    return plain && number.length() <= 100
        ? Conversion.ok(new Percentage(new BigDecimal(number)))
        : bad(Kind.PERCENTAGE);
  }

  private static Conversion<?> uuid(String text) {
    boolean shaped = text.length() == 36;
    for (int i = 0; shaped && i < 36; i++) {
      char c = Names.lower(text.charAt(i));
      boolean hyphen = i == 8 || i == 13 || i == 18 || i == 23;
      shaped = hyphen ? c == '-' : Names.isDigit(c) || (c >= 'a' && c <= 'f');
    }
    return shaped ? Conversion.ok(UUID.fromString(text)) : bad(Kind.UUID);
  }

  private static Conversion<?> constant(Shape.Scalar scalar, String text) {
    for (String constant : scalar.constants()) {
      if (Names.sameConstant(constant, text)) {
        return Conversion.ok(constant);
      }
    }
    String nearest = Nearest.of(text.replace('-', '_'), scalar.constants());
    return Conversion.bad(
        "one of " + String.join(", ", scalar.constants()),
        nearest.isEmpty() ? "" : "did you mean " + nearest + "?");
  }

  private static Conversion<?> bad(Kind kind) {
    return Conversion.bad(kind.expected);
  }
}
