package cnkit.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneId;
import java.util.Base64;
import java.util.IllformedLocaleException;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/*
 * The kinds that the JDK parses strictly; its exceptions quote the text and are dropped. A class of its own, since
 * verifying it loads all of those exceptions.
 */
final class JdkConverters {
  private JdkConverters() {}

  static Conversion<?> convert(Kind kind, String text) {
    try {
      return switch (kind) {
        case URI -> Conversion.ok(new URI(text));
        case PATH -> Conversion.ok(Path.of(text));
        case CHARSET -> Conversion.ok(Charset.forName(text));
        case LOCALE -> Conversion.ok(new Locale.Builder().setLanguageTag(text).build());
        case ZONE_ID -> Conversion.ok(ZoneId.of(text));
        case PERIOD -> Conversion.ok(Period.parse(text));
        case INSTANT -> Conversion.ok(Instant.parse(text));
        case LOCAL_DATE -> Conversion.ok(LocalDate.parse(text));
        case LOCAL_TIME -> Conversion.ok(LocalTime.parse(text));
        case PATTERN -> Conversion.ok(Pattern.compile(text));
        case BYTES -> Conversion.ok(Base64.getDecoder().decode(text));
        default -> throw new IllegalStateException(kind.name());
      };
    } catch (URISyntaxException
        | DateTimeException
        | InvalidPathException
        | PatternSyntaxException
        | IllegalCharsetNameException
        | UnsupportedCharsetException
        | IllformedLocaleException e) {
      return Conversion.bad(kind.expected);
    } catch (IllegalArgumentException e) {
      return Conversion.bad(kind.expected); // Base64
    }
  }
}
