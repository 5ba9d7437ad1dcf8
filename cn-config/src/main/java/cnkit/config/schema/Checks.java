package cnkit.config.schema;

import cnkit.config.ByteSize;
import cnkit.config.Conversion;
import cnkit.config.HostPort;
import cnkit.config.text.Names;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** The parsed rules of one component: what a converted value must keep besides its type. */
public final class Checks {
  static final Checks NONE =
      new Checks(null, null, "", 0, Integer.MAX_VALUE, "", null, "", List.of());

  private final @Nullable Object low;
  private final @Nullable Object high;

  /** The bounds as the schema writes them; empty for none. */
  final String range;

  private final int least;
  private final int most;
  private final String size;
  private final @Nullable Pattern pattern;
  private final String patternText;
  /** A sentence for each rule that makes no sense; empty for a schema that is sound. */
  final List<String> complaints;

  private Checks(
      @Nullable Object low,
      @Nullable Object high,
      String range,
      int least,
      int most,
      String size,
      @Nullable Pattern pattern,
      String patternText,
      List<String> complaints) {
    this.low = low;
    this.high = high;
    this.range = range;
    this.least = least;
    this.most = most;
    this.size = size;
    this.pattern = pattern;
    this.patternText = patternText;
    this.complaints = complaints;
  }

  /** The rules of a component. */
  static Checks of(Shape shape, Shape.Rules rules) {
    Shape.Scalar scalar = shape.innermost();
    boolean signless =
        scalar != null && (scalar.kind() == Kind.DURATION || scalar.kind() == Kind.BYTE_SIZE);
    if (!signless
        && rules.range().isEmpty()
        && rules.size().isEmpty()
        && rules.matches().isEmpty()) {
      return NONE;
    }
    var complaints = new ArrayList<String>(0);
    Object low = null;
    Object high = null;
    if (!rules.range().isEmpty()) {
      if (scalar == null || !scalar.kind().isOrdered()) {
        complaints.add("@Range does not fit " + shape.describe());
      } else {
        int dots = rules.range().indexOf("..");
        String from = dots < 0 ? "" : rules.range().substring(0, dots);
        String to = dots < 0 ? "" : rules.range().substring(dots + 2);
        low = bound(scalar, from, rules.range(), complaints);
        high = bound(scalar, to, rules.range(), complaints);
        if (from.isEmpty() && to.isEmpty()) {
          complaints.add(notARange(rules.range()));
        } else if (low != null && high != null && compare(low, high) > 0) {
          complaints.add("@Range(\"" + rules.range() + "\") admits nothing");
        }
      }
    }
    if (scalar != null && signless && low == null) {
      low = scalar.kind() == Kind.DURATION ? Duration.ZERO : new ByteSize(0);
    }
    int least = 0;
    int most = Integer.MAX_VALUE;
    if (!rules.size().isEmpty()) {
      boolean countable = !(shape instanceof Shape.Scalar)
          || (scalar != null && (scalar.kind() == Kind.STRING || scalar.kind() == Kind.BYTES));
      int dots = rules.size().indexOf("..");
      least = count(dots < 0 ? rules.size() : rules.size().substring(0, dots), 0);
      most = count(dots < 0 ? rules.size() : rules.size().substring(dots + 2), Integer.MAX_VALUE);
      if (!countable || shape instanceof Shape.Group || shape instanceof Shape.Choice) {
        complaints.add("@Size does not fit " + shape.describe());
      } else if (least < 0 || most < least || rules.size().equals("..")) {
        complaints.add("@Size(\"" + rules.size()
            + "\"): expected a number or two around .., such as \"1..10\"");
      }
    }
    Pattern pattern = null;
    if (!rules.matches().isEmpty()) {
      if (scalar == null) {
        complaints.add("@Matches does not fit " + shape.describe());
      }
      try {
        pattern = Pattern.compile(rules.matches());
      } catch (PatternSyntaxException e) {
        complaints.add("@Matches: " + e.getDescription() + " near index " + e.getIndex());
      }
    }
    return new Checks(
        low, high, rules.range(), least, most, rules.size(), pattern, rules.matches(), complaints);
  }

  private static String notARange(String range) {
    return "@Range(\"" + range
        + "\"): expected two literals around .., such as \"1..10\" or \"1s..\"";
  }

  private static @Nullable Object bound(
      Shape.Scalar scalar, String text, String range, List<String> complaints) {
    if (text.isEmpty()) {
      return null;
    }
    Shape.Scalar language = scalar.kind() == Kind.HOST_PORT ? Shape.Scalar.of(Kind.INT) : scalar;
    Conversion<?> bound = Converters.convert(language, text);
    if (bound.value().isEmpty()) {
      complaints.add(notARange(range) + "; " + bound.expected() + " was expected for a bound");
    }
    return bound.value().orElse(null);
  }

  private static int count(String text, int absent) {
    if (text.isEmpty()) {
      return absent;
    }
    return Names.indexEnd(text, 0) == text.length() ? Integer.parseInt(text) : -1;
  }

  /** What a single value should have been, when it is out of bounds; null when it is fine. */
  @Nullable
  String outOfRange(Kind kind, Object value) {
    if (low == null && high == null) {
      return null;
    }
    Object measured = kind == Kind.HOST_PORT ? (Object) ((HostPort) value).port() : value;
    boolean fits = (low == null || compare(measured, low) >= 0)
        && (high == null || compare(measured, high) <= 0);
    if (fits) {
      return null;
    }
    if (!range.isEmpty()) {
      return kind == Kind.HOST_PORT ? "a port " + range : kind.expected + " " + range;
    }
    return kind == Kind.DURATION ? "a duration of zero or more" : "a size of zero or more";
  }

  /** What was expected of the text, when it does not match; null when it is fine. */
  @Nullable
  String mismatch(String text) {
    return pattern == null || pattern.matcher(text).matches()
        ? null
        : "text that matches " + patternText;
  }

  /** What was expected of the number of elements or characters; null when it is fine. */
  @Nullable
  String missized(Object value) {
    if (size.isEmpty()) {
      return null;
    }
    String unit = "elements";
    int count;
    if (value instanceof String text) {
      count = text.length();
      unit = "characters";
    } else if (value instanceof byte[] bytes) {
      count = bytes.length;
      unit = "bytes";
    } else if (value instanceof Map<?, ?> map) {
      count = map.size();
      unit = "entries";
    } else {
      count = ((Collection<?>) value).size();
    }
    return count >= least && count <= most ? null : size + " " + unit;
  }

  /** Everything that the reference prints about them, empty for none. */
  public String describe() {
    var text = new StringBuilder(range);
    if (!size.isEmpty()) {
      text.append(text.isEmpty() ? "" : ", ").append("size ").append(size);
    }
    if (!patternText.isEmpty()) {
      text.append(text.isEmpty() ? "" : ", ").append("matches ").append(patternText);
    }
    return text.toString();
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // both come from one converter
  private static int compare(Object a, Object b) {
    if (a instanceof BigDecimal number) {
      return number.compareTo((BigDecimal) b);
    }
    return ((Comparable) a).compareTo(b);
  }
}
