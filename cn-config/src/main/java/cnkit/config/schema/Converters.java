package cnkit.config.schema;

import cnkit.config.ByteSize;
import cnkit.config.Conversion;
import cnkit.config.Percentage;
import cnkit.config.text.Digits;
import cnkit.config.text.Names;
import cnkit.config.text.Nearest;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneId;
import java.util.Base64;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

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
      case "BIG_DECIMAL" -> Digits.isDecimal(text, true) ? decimal(text) : bad(kind);
      case "DURATION" -> DurationText.convert(text);
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
    if (!Digits.isWhole(text, from)) {
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
    return zeros > from && Digits.isWhole(text, zeros)
        ? Conversion.bad(
            "a whole number without leading zeros",
            "write " + text.substring(0, from) + text.substring(zeros))
        : bad(kind);
  }

  /** A length limit keeps a hostile text from costing quadratic time. */
  private static boolean wholeLength(String text) {
    return text.length() <= 1_000 && Digits.isWhole(text, text.startsWith("-") ? 1 : 0);
  }

  private static Conversion<?> floating(Kind kind, String text) {
    if (!Digits.isDecimal(text, true)) {
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

  private static Conversion<?> byteSize(String text) {
    int start = text.startsWith("-") ? 1 : 0;
    int end = Digits.numberEnd(text, start);
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
      return Digits.isDecimal(text, true)
          ? Conversion.bad(Kind.PERCENTAGE.expected, "write " + text + "%")
          : bad(Kind.PERCENTAGE);
    }
    String number = text.substring(0, text.length() - 1);
    boolean plain = Digits.isDecimal(number.startsWith("-") ? number.substring(1) : number, false);
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
