package cnkit.config.schema;

import cnkit.core.internal.Pure;
import org.jspecify.annotations.Nullable;

/** The types that a single text converts to. */
@Pure
public enum Kind {
  STRING("text", "java.lang.String"),
  CHAR("a single character", "char"),
  BOOLEAN("true or false", "boolean"),
  BYTE("a whole number", "byte"),
  SHORT("a whole number", "short"),
  INT("a whole number", "int"),
  LONG("a whole number", "long"),
  FLOAT("a number", "float"),
  DOUBLE("a number", "double"),
  BIG_INTEGER("a whole number", "java.math.BigInteger"),
  BIG_DECIMAL("a number", "java.math.BigDecimal"),
  DURATION("a duration with a unit", "java.time.Duration"),
  PERIOD("a period such as P1Y2M3D", "java.time.Period"),
  BYTE_SIZE("a size with a unit", "cnkit.config.ByteSize"),
  PERCENTAGE("a percentage such as 12.5%", "cnkit.config.Percentage"),
  URI("a URI", "java.net.URI"),
  HOST_PORT("host:port", "cnkit.config.HostPort"),
  INET_ADDRESS("an IP address", "java.net.InetAddress"),
  PATH("a path", "java.nio.file.Path"),
  CHARSET("a character set such as UTF-8", "java.nio.charset.Charset"),
  LOCALE("a language tag such as de-CH", "java.util.Locale"),
  ZONE_ID("a time zone such as Europe/Zurich", "java.time.ZoneId"),
  INSTANT("an instant such as 2026-01-31T12:00:00Z", "java.time.Instant"),
  LOCAL_DATE("a date such as 2026-01-31", "java.time.LocalDate"),
  LOCAL_TIME("a time such as 23:30", "java.time.LocalTime"),
  UUID("a UUID", "java.util.UUID"),
  PATTERN("a regular expression", "java.util.regex.Pattern"),
  BYTES("base64", "byte[]"),
  ENUM("one of a list", ""),
  /** A type of the application's, converted by what it registered. */
  CUSTOM("a value", "");

  /** Completes the sentence "expected …". */
  final String expected;

  /** The name of the type in source, empty where it varies. */
  public final String type;

  Kind(String expected, String type) {
    this.expected = expected;
    this.type = type;
  }

  /** Whether {@link Range} has a meaning. No switch: its table would be one more class to load at every start. */
  boolean isOrdered() {
    return (compareTo(BYTE) >= 0 && compareTo(BIG_DECIMAL) <= 0)
        || this == DURATION
        || this == BYTE_SIZE
        || this == PERCENTAGE
        || this == HOST_PORT
        || this == INSTANT
        || this == LOCAL_DATE
        || this == LOCAL_TIME;
  }

  /** The kind of a type by its name in source, boxes included; null for everything else. */
  public static @Nullable Kind of(String type) {
    return switch (type) {
      case "java.lang.String" -> STRING;
      case "char", "java.lang.Character" -> CHAR;
      case "boolean", "java.lang.Boolean" -> BOOLEAN;
      case "byte", "java.lang.Byte" -> BYTE;
      case "short", "java.lang.Short" -> SHORT;
      case "int", "java.lang.Integer" -> INT;
      case "long", "java.lang.Long" -> LONG;
      case "float", "java.lang.Float" -> FLOAT;
      case "double", "java.lang.Double" -> DOUBLE;
      case "java.math.BigInteger" -> BIG_INTEGER;
      case "java.math.BigDecimal" -> BIG_DECIMAL;
      case "java.time.Duration" -> DURATION;
      case "java.time.Period" -> PERIOD;
      case "cnkit.config.ByteSize" -> BYTE_SIZE;
      case "cnkit.config.Percentage" -> PERCENTAGE;
      case "java.net.URI" -> URI;
      case "cnkit.config.HostPort" -> HOST_PORT;
      case "java.net.InetAddress" -> INET_ADDRESS;
      case "java.nio.file.Path" -> PATH;
      case "java.nio.charset.Charset" -> CHARSET;
      case "java.util.Locale" -> LOCALE;
      case "java.time.ZoneId" -> ZONE_ID;
      case "java.time.Instant" -> INSTANT;
      case "java.time.LocalDate" -> LOCAL_DATE;
      case "java.time.LocalTime" -> LOCAL_TIME;
      case "java.util.UUID" -> UUID;
      case "java.util.regex.Pattern" -> PATTERN;
      case "byte[]" -> BYTES;
      default -> null;
    };
  }
}
