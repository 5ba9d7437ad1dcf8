package cnkit.config;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandles;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Settings as a record, bound once, with the origin of every value. Immutable and safe for use by
 * many threads; reading a setting is reading a record's field.
 *
 * <pre>{@code
 * record Settings(@Default("8080") @Range("0..65535") int port, Optional<URI> upstream) {}
 *
 * Config<Settings> config = Config.of(Settings.class, MethodHandles.lookup())
 *     .prefix("APP").args(args).environment()
 *     .loadOrExit();
 * int port = config.value().port();
 * }</pre>
 *
 * @param <T> the record
 */
public final class Config<T> {
  private static final String REDACTED = "[secret]";

  private final T value;
  final Layout layout;

  /** Lowest first, defaults included. */
  final List<Layer> layers;

  final Layer merged;
  private final List<String> arguments;
  private final List<Problem> warnings;

  Config(
      T value,
      Layout layout,
      List<Layer> layers,
      Layer merged,
      List<String> arguments,
      List<Problem> warnings) {
    this.value = value;
    this.layout = layout;
    this.layers = layers;
    this.merged = merged;
    this.arguments = arguments;
    this.warnings = warnings.isEmpty() ? List.of() : List.copyOf(Report.sorted(warnings));
  }

  /**
   * Begins the configuration of a record.
   *
   * @param <T> the record
   * @param type the record's class; its components are the settings
   * @param lookup {@code MethodHandles.lookup()} of the caller, so that neither the record nor its
   *     package has to be public or open
   * @return a builder without any source
   * @throws IllegalArgumentException if the class is no record
   */
  public static <T> ConfigBuilder<T> of(Class<T> type, MethodHandles.Lookup lookup) {
    return new ConfigBuilder<>(type, lookup);
  }

  /**
   * What the annotation processor would say of a record, without a compiler: names that meet,
   * defaults outside their own rules, components that cannot be settings, rules that name nothing.
   * Those have the code {@link Problem.Code#SCHEMA}, and {@code load} refuses them. What only
   * deserves a second look, such as a password of type String, has {@link Problem.Code#DOUBTFUL}.
   * The prefix and the application's converters are not known here; {@code load} judges them.
   *
   * @param type the record's class
   * @return the problems in the order of a report; immutable, empty when all is well
   * @throws IllegalArgumentException if the class is no record
   */
  public static List<Problem> lint(Class<?> type) {
    if (!type.isRecord()) {
      throw new IllegalArgumentException(type.getName() + " is not a record");
    }
    Shape.Group root = new SchemaReader(Set.of(), new HashMap<>()).group(type);
    Lint.Result result = Lint.schema(root, true);
    var problems = new ArrayList<Problem>();
    for (Finding finding : result.errors()) {
      problems.add(finding.problem());
    }
    for (Finding finding : result.warnings()) {
      problems.add(finding.problem());
    }
    return List.copyOf(Report.sorted(problems));
  }

  /**
   * The settings.
   *
   * @return the bound record, the same each time
   */
  public T value() {
    return value;
  }

  /**
   * What is not wrong but deserves attention: variables that look like misspelled settings, former
   * names still in use. They are returned rather than logged, since logging is rarely configured yet.
   *
   * @return problems in the order of a report; immutable, usually empty
   */
  public List<Problem> warnings() {
    return warnings;
  }

  /**
   * The arguments that are no flags, and all that follow {@code --}.
   *
   * @return the arguments in their order; immutable
   */
  public List<String> arguments() {
    return arguments;
  }

  /**
   * Where a setting's value came from, and what it hides.
   *
   * @param path the setting, such as {@code db.max-pool-size}
   * @return the winner and all that it shadows
   * @throws IllegalArgumentException if no single setting has this path
   */
  public Explanation explain(String path) {
    Slot slot = layout.byPath.get(requireNonNull(path, "path"));
    if (slot == null || !slot.isLeaf()) {
      throw new IllegalArgumentException("no setting has the path " + Text.quoted(path));
    }
    var candidates = new ArrayList<Explanation.Candidate>();
    for (int i = layers.size() - 1; i >= 0; i--) {
      Node node = layers.get(i).nodes[slot.index];
      if (node != null) {
        candidates.add(new Explanation.Candidate(shown(slot.shape(), node), node.origin()));
      }
      // an object that is null in a file hides everything below it
      for (Slot parent = slot.parent; node == null && parent != null; parent = parent.parent) {
        node = layers.get(i).nodes[parent.index];
        if (node instanceof Node.Nil) {
          candidates.add(new Explanation.Candidate("null", node.origin()));
        } else {
          node = null;
        }
      }
    }
    return new Explanation(path, candidates);
  }

  /**
   * All effective settings with their origin, one a line. Secrets and passwords inside URIs are
   * redacted.
   *
   * @return several lines of text
   */
  public String dump() {
    var text = new StringBuilder();
    for (Slot slot : layout.slots) {
      if (slot.isLeaf()) {
        Node node = merged.nodes[slot.index];
        text.append(slot.path).append(" = ");
        if (node == null) {
          text.append("(not set)");
        } else {
          text.append(shown(slot.shape(), node))
              .append("  (")
              .append(node.origin())
              .append(')');
        }
        text.append('\n');
      }
    }
    return text.toString();
  }

  /**
   * All effective settings with origin, as one JSON object: {@code settings}, an array of
   * {@code path}, {@code variable}, {@code value} (null when not set), {@code origin} and
   * {@code secret}, and {@code warnings}. Secrets and passwords inside URIs are redacted.
   *
   * @return JSON without line breaks
   */
  public String toJson() {
    var json = new Json();
    json.open('{').name("settings").open('[');
    for (Slot slot : layout.slots) {
      if (slot.isLeaf()) {
        Node node = merged.nodes[slot.index];
        json.open('{').field("path", slot.path).field("variable", slot.env).name("value");
        if (node == null || node instanceof Node.Nil) {
          json.raw("null");
        } else {
          json.text(shown(slot.shape(), node));
        }
        json.field("origin", node == null ? "unset" : node.origin().toString());
        json.name("secret").raw(String.valueOf(slot.isSecret())).close('}');
      }
    }
    json.close(']').name("warnings").open('[');
    for (Problem warning : warnings) {
      warning.writeTo(json);
    }
    return json.close(']').close('}').toString();
  }

  /**
   * Tells configurations apart without telling what is in them: equal for all processes whose
   * settings have the same texts, wherever those stand. Secrets are no part of it, since a
   * fingerprint of a weak one could be guessed.
   *
   * @return sixteen hexadecimal digits
   */
  public String fingerprint() {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyPlatformHasIt) {
      throw new IllegalStateException(everyPlatformHasIt);
    }
    for (Slot slot : layout.slots) {
      if (slot.isLeaf()) {
        String line =
            slot.path + "\0" + value(merged.nodes[slot.index], slot.shape(), false) + "\0";
        digest.update(line.getBytes(StandardCharsets.UTF_8));
      }
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 8);
  }

  /** What differs from an earlier configuration of the same schema. */
  List<ReloadEvent.Change> changesSince(Config<T> before) {
    var changes = new ArrayList<ReloadEvent.Change>();
    for (Slot slot : layout.slots) {
      ReloadEvent.Change change =
          change(slot, before.merged.nodes[slot.index], merged.nodes[slot.index]);
      if (change != null) {
        changes.add(change);
      }
    }
    return changes;
  }

  static ReloadEvent.@Nullable Change change(
      Slot slot, @Nullable Node before, @Nullable Node after) {
    Node place = after == null ? before : after;
    if (!slot.isLeaf() || place == null || Node.same(before, after)) {
      return null;
    }
    return new ReloadEvent.Change(
        slot.path,
        value(before, slot.shape(), true),
        value(after, slot.shape(), true),
        place.origin());
  }

  private static String value(@Nullable Node node, Shape shape, boolean brief) {
    if (node == null) {
      return "(not set)";
    }
    return brief ? shown(shape, node) : full(shape, node);
  }

  /** A node as text in full, without secrets: not for people. */
  private static String full(Shape shape, Node node) {
    if (shape.isSecret()) {
      return REDACTED;
    }
    if (node instanceof Node.Arr list) {
      var items = new StringBuilder("[");
      for (Node item : list.items()) {
        items
            .append(full(shape instanceof Shape.Many many ? many.element() : shape, item))
            .append('\0');
      }
      return items.append(']').toString();
    }
    if (node instanceof Node.Bytes bytes && Values.text(node) == null) {
      return HexFormat.of().formatHex(bytes.content());
    }
    String text = node instanceof Node.Obj ? null : Values.text(node);
    return text == null ? shown(shape, node) : text;
  }

  /** A node as text, without what must not be seen. */
  private static String shown(Shape shape, Node node) {
    if (node instanceof Node.Nil) {
      return "null";
    }
    if (node instanceof Node.Obj object) {
      var entries = new TreeMap<String, String>();
      for (Map.Entry<String, Node> member : object.members().entrySet()) {
        entries.put(
            Text.shown(member.getKey()), shown(part(shape, member.getKey()), member.getValue()));
      }
      return entries.toString();
    }
    if (shape.isSecret()) {
      return REDACTED;
    }
    if (node instanceof Node.Arr list) {
      var items = new ArrayList<String>();
      for (Node item : list.items()) {
        items.add(shown(shape instanceof Shape.Many many ? many.element() : shape, item));
      }
      return items.toString();
    }
    String text = Values.text(node);
    if (text == null) {
      return node instanceof Node.Bytes bytes ? bytes.content().length + " bytes" : "(refused)";
    }
    return Text.shown(text);
  }

  /** The shape below a key; what the schema does not know there is shown as a secret would be. */
  private static Shape part(Shape shape, String key) {
    if (shape instanceof Shape.Keyed keyed) {
      return keyed.value();
    }
    if (shape instanceof Shape.Group group) {
      for (Shape.Field field : group.fields()) {
        if (field.key().equals(key)) {
          return field.shape();
        }
      }
    }
    return new Shape.Scalar(Kind.STRING, Kind.STRING.type, List.of(), true, false);
  }

  /** Names the record only; the values are in {@link #dump()}. */
  @Override
  public String toString() {
    return "Config[" + layout.root.describe() + "]";
  }
}
