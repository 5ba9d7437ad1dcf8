package cnkit.config.schema;

import cnkit.config.text.Names;
import cnkit.core.internal.Pure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * A schema as lines of text: what the annotation processor writes and start-up reads. One token a
 * line, so that reading is cutting, without a grammar. The first line names the format; a reader
 * that does not know it leaves the resource alone. A rule that start-up must not overlook needs a new format, since
 * what was written has been judged by the rules of its time.
 */
@Pure
public final class SchemaText {
  public static final String FORMAT = "cn-config schema 2";

  private SchemaText() {}

  // ---- writing

  /**
   * The text of a schema.
   *
   * @param fingerprints of all its records, sealed interfaces, enums and other classes
   */
  public static String write(Shape.Group root, Map<String, String> fingerprints) {
    var text = new StringBuilder(1024);
    line(text, FORMAT);
    line(text, String.valueOf(fingerprints.size()));
    for (Map.Entry<String, String> part : fingerprints.entrySet()) {
      line(text, part.getKey());
      line(text, part.getValue());
    }
    group(text, root);
    return text.toString();
  }

  private static void line(StringBuilder text, String token) {
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      switch (c) {
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        default -> {
          if (Character.isSurrogate(c)) { // UTF-8 has no lone ones
            text.append("\\u").append((int) c).append(';');
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('\n');
  }

  private static void lines(StringBuilder text, List<String> tokens) {
    line(text, String.valueOf(tokens.size()));
    for (String token : tokens) {
      line(text, token);
    }
  }

  private static void shape(StringBuilder text, Shape shape) {
    if (shape instanceof Shape.Scalar scalar) {
      String mark = (scalar.secret() ? "s" : "") + (scalar.rotating() ? "r" : "");
      if (scalar.kind() == Kind.ENUM) {
        line(text, "enum" + mark);
        line(text, scalar.type());
        lines(text, scalar.constants());
      } else if (scalar.kind() == Kind.CUSTOM) {
        line(text, "custom" + mark);
        line(text, scalar.type());
      } else {
        line(text, "scalar" + mark);
        line(text, scalar.kind().type);
      }
    } else if (shape instanceof Shape.Many many) {
      line(text, many.distinct() ? "set" : "list");
      shape(text, many.element());
    } else if (shape instanceof Shape.Keyed keyed) {
      line(text, "map");
      shape(text, keyed.key());
      shape(text, keyed.value());
    } else if (shape instanceof Shape.Group group) {
      line(text, "record");
      group(text, group);
    } else if (shape instanceof Shape.Choice choice) {
      line(text, "choice");
      line(text, choice.type());
      line(text, choice.discriminator());
      line(text, String.valueOf(choice.variants().size()));
      for (Shape.Variant variant : choice.variants()) {
        line(text, variant.name());
        group(text, variant.group());
      }
    } else {
      throw new IllegalArgumentException("not a usable schema: " + shape);
    }
  }

  private static void group(StringBuilder text, Shape.Group group) {
    line(text, group.type());
    line(text, group.doc());
    lines(text, group.exclusive());
    line(text, String.valueOf(group.fields().size()));
    for (Shape.Field field : group.fields()) {
      field(text, field);
    }
  }

  private static void field(StringBuilder text, Shape.Field field) {
    Shape.Rules rules = field.rules();
    line(text, field.component());
    line(text, field.key());
    String fallback = field.fallback();
    line(
        text,
        (field.optional() ? "o" : "")
            + (rules.allowBlank() ? "b" : "")
            + (fallback == null ? "" : "=")
            + (field.doc().isEmpty() ? "" : "d")
            + (rules.range().isEmpty() ? "" : "r")
            + (rules.size().isEmpty() ? "" : "s")
            + (rules.matches().isEmpty() ? "" : "m")
            + (rules.formerly().isEmpty() ? "" : "f")
            + (rules.requiredWith().isEmpty() ? "" : "w")
            + (rules.requiredIfKey().isEmpty() ? "" : "i")
            + (rules.restartOnly() ? "x" : ""));
    if (fallback != null) {
      line(text, fallback);
    }
    optional(text, field.doc());
    optional(text, rules.range());
    optional(text, rules.size());
    optional(text, rules.matches());
    if (!rules.formerly().isEmpty()) {
      line(text, rules.formerly());
      line(text, rules.until());
    }
    if (!rules.requiredWith().isEmpty()) {
      lines(text, rules.requiredWith());
    }
    if (!rules.requiredIfKey().isEmpty()) {
      line(text, rules.requiredIfKey());
      line(text, rules.requiredIfValue());
    }
    shape(text, field.shape());
  }

  private static void optional(StringBuilder text, String token) {
    if (!token.isEmpty()) {
      line(text, token);
    }
  }

  // ---- reading

  /** Cuts a text into tokens. Whatever is no schema ends in an {@code IllegalArgumentException}. */
  public static final class Reader {
    private final String text;
    private int at;

    public Reader(String text) {
      this.text = text;
    }

    /** The fingerprints of the classes that the schema was made from; null when the format is another one. */
    @Nullable
    public Map<String, String> parts() {
      if (!text.startsWith(FORMAT) || !token().equals(FORMAT)) {
        return null;
      }
      int count = count();
      var parts = new HashMap<String, String>();
      for (int i = 0; i < count; i++) {
        String type = token();
        parts.put(type, token());
      }
      return parts;
    }

    /** The schema, which follows its parts. */
    public Shape.Group root() {
      Shape.Group root = group();
      if (at != text.length()) {
        throw new IllegalArgumentException("more than one schema");
      }
      return root;
    }

    private String token() {
      int end = text.indexOf('\n', at);
      if (end < 0) {
        throw new IllegalArgumentException("the schema ends early");
      }
      String token = text.substring(at, end);
      at = end + 1;
      return token.indexOf('\\') < 0 ? token : unescaped(token);
    }

    private static String unescaped(String token) {
      var plain = new StringBuilder(token.length());
      for (int i = 0; i < token.length(); i++) {
        char c = token.charAt(i);
        if (c == '\\') {
          c = token.charAt(++i);
          if (c == 'u') {
            int end = token.indexOf(';', i);
            c = (char) Integer.parseInt(token, i + 1, end, 10);
            i = end;
          } else if (c == 'n') {
            c = '\n';
          } else if (c == 'r') {
            c = '\r';
          }
        }
        plain.append(c);
      }
      return plain.toString();
    }

    private int count() {
      String token = token();
      int count = Names.indexEnd(token, 0) == token.length() ? Integer.parseInt(token) : -1;
      if (count < 0) {
        throw new IllegalArgumentException("expected a count");
      }
      return count;
    }

    private List<String> tokens() {
      int count = count();
      if (count == 0) {
        return List.of();
      }
      var tokens = new ArrayList<String>(count);
      for (int i = 0; i < count; i++) {
        tokens.add(token());
      }
      return tokens;
    }

    private Shape shape() {
      String tag = token();
      return switch (tag) {
        case "list", "set" -> new Shape.Many(shape(), tag.equals("set"));
        case "map" -> new Shape.Keyed((Shape.Scalar) shape(), shape());
        case "record" -> group();
        case "choice" -> choice();
        default -> scalar(tag);
      };
    }

    private Shape.Scalar scalar(String tag) {
      boolean rotating = tag.endsWith("r") && !tag.equals("scalar");
      String rest = rotating ? tag.substring(0, tag.length() - 1) : tag;
      boolean secret = rest.endsWith("s");
      String type = token();
      switch (secret ? rest.substring(0, rest.length() - 1) : rest) {
        case "scalar" -> {
          Kind kind = Kind.of(type);
          if (kind == null) {
            throw new IllegalArgumentException("no such type: " + type);
          }
          return secret || rotating
              ? new Shape.Scalar(kind, kind.type, List.of(), secret, rotating)
              : Shape.Scalar.of(kind);
        }
        case "enum" -> {
          return new Shape.Scalar(Kind.ENUM, type, tokens(), secret, rotating);
        }
        case "custom" -> {
          return new Shape.Scalar(Kind.CUSTOM, type, List.of(), secret, rotating);
        }
        default -> throw new IllegalArgumentException("no such shape: " + tag);
      }
    }

    private Shape.Choice choice() {
      String type = token();
      String discriminator = token();
      int count = count();
      var variants = new ArrayList<Shape.Variant>(count);
      for (int i = 0; i < count; i++) {
        String name = token();
        variants.add(new Shape.Variant(name, group()));
      }
      return new Shape.Choice(type, discriminator, variants);
    }

    private Shape.Group group() {
      String type = token();
      String doc = token();
      List<String> exclusive = tokens();
      int count = count();
      var fields = new ArrayList<Shape.Field>(count);
      for (int i = 0; i < count; i++) {
        fields.add(field());
      }
      return new Shape.Group(type, doc, fields, exclusive);
    }

    private Shape.Field field() {
      String component = token();
      String key = token();
      String flags = token();
      boolean ruled = false;
      for (int i = 0; i < flags.length(); i++) {
        ruled |= "brsmfwix".indexOf(flags.charAt(i)) >= 0;
      }
      String fallback = has(flags, '=') ? token() : null;
      String doc = has(flags, 'd') ? token() : "";
      Shape.Rules rules = ruled ? rules(flags) : Shape.Rules.NONE;
      return new Shape.Field(component, key, shape(), has(flags, 'o'), fallback, doc, rules);
    }

    private Shape.Rules rules(String flags) {
      String range = has(flags, 'r') ? token() : "";
      String size = has(flags, 's') ? token() : "";
      String matches = has(flags, 'm') ? token() : "";
      boolean renamed = has(flags, 'f');
      String formerly = renamed ? token() : "";
      String until = renamed ? token() : "";
      List<String> with = has(flags, 'w') ? tokens() : List.of();
      boolean conditional = has(flags, 'i');
      String ifKey = conditional ? token() : "";
      return new Shape.Rules(
          range,
          size,
          matches,
          has(flags, 'b'),
          formerly,
          until,
          with,
          ifKey,
          conditional ? token() : "",
          has(flags, 'x'));
    }

    private static boolean has(String flags, char flag) {
      return flags.indexOf(flag) >= 0;
    }
  }
}
