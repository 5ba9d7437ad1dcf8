package cnkit.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.config.schema.Finding;
import cnkit.config.schema.Kind;
import cnkit.config.schema.Layout;
import cnkit.config.schema.Lint;
import cnkit.config.schema.SchemaReader;
import cnkit.config.schema.SchemaResource;
import cnkit.config.schema.SchemaText;
import cnkit.config.schema.Shape;
import cnkit.config.schema.Slot;
import cnkit.config.text.Names;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Laws of schemas over random ones: the two readings agree, and names are injective or refused. */
class SchemaTest {
  private static final List<String> WORDS = List.of(
      "a", "b", "aB", "AB", "a1", "file", "aFile", "no", "noA", "b0", "x2y", "URLPath", "b_0");

  @Provide
  Arbitrary<String> words() {
    return Arbitraries.of(WORDS);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().ofMaxLength(12);
  }

  @Provide
  Arbitrary<Shape> shapes() {
    return shapes(2);
  }

  private Arbitrary<Shape> shapes(int depth) {
    Arbitrary<Shape> scalars = Arbitraries.of(Kind.values()).flatMap(kind -> switch (kind) {
      case ENUM ->
        Arbitraries.of("A", "B_C").list().ofMaxSize(2).map(c ->
            (Shape) new Shape.Scalar(kind, "some.Enum", c, c.isEmpty(), false));
      case CUSTOM ->
        Arbitraries.of((Shape) new Shape.Scalar(kind, "some.Custom", List.of(), false, true));
      default ->
        Arbitraries.of(true, false).map(secret -> (Shape)
            new Shape.Scalar(kind, kind.type, List.of(), secret, !secret && kind == Kind.INT));
    });
    if (depth == 0) {
      return scalars;
    }
    Arbitrary<Shape> inner = shapes(depth - 1);
    return Arbitraries.oneOf(
        scalars,
        scalars,
        Combinators.combine(inner, Arbitraries.of(true, false)).as(Shape.Many::new),
        inner.map(value -> new Shape.Keyed(Shape.Scalar.of(Kind.INT), value)),
        groups(inner).map(group -> group),
        Combinators.combine(words(), groups(inner).list().ofMinSize(1).ofMaxSize(2))
            .as((key, records) -> {
              var variants = new ArrayList<Shape.Variant>();
              for (Shape.Group record : records) {
                variants.add(new Shape.Variant("v" + variants.size(), record));
              }
              return new Shape.Choice("some.Choice", key, variants);
            }));
  }

  private Arbitrary<Shape.Group> groups(Arbitrary<Shape> inner) {
    Arbitrary<Shape.Rules> rules = Combinators.combine(
            texts(),
            texts(),
            texts(),
            Arbitraries.of(true, false),
            texts(),
            texts().list().ofMaxSize(2),
            texts())
        .as((range, size, matches, blank, formerly, with, key) -> new Shape.Rules(
            range,
            size,
            matches,
            blank,
            formerly,
            formerly.isEmpty() ? "" : range,
            with,
            key,
            key.isEmpty() ? "" : size,
            !blank));
    Arbitrary<Shape.Field> fields = Combinators.combine(
            words(), inner, Arbitraries.of(true, false), texts().injectNull(0.5), texts(), rules)
        .as((name, shape, optional, fallback, doc, r) ->
            new Shape.Field(name, Names.key(name), shape, optional, fallback, doc, r));
    return Combinators.combine(
            fields.list().ofMaxSize(4), texts(), words().list().ofMaxSize(2))
        .as((list, doc, exclusive) -> new Shape.Group("some.Record", doc, list, exclusive));
  }

  @Provide
  Arbitrary<Shape.Group> schemas() {
    return groups(shapes(2));
  }

  @Property(tries = 300)
  void whatIsWrittenIsRead(@ForAll("schemas") Shape.Group schema) {
    Map<String, String> parts = new LinkedHashMap<>(Map.of("some.Record", "f-1"));
    var reader = new SchemaText.Reader(SchemaText.write(schema, parts));
    assertEquals(Map.of("some.Record", "f-1"), reader.parts());
    assertEquals(schema, reader.root());
  }

  // ---- the processor over random sources

  private static final List<String> TYPES = List.of(
      "int",
      "String",
      "Duration",
      "Optional<Integer>",
      "List<String>",
      "Map<String, Integer>",
      "boolean",
      "Secret<String>",
      "Set<URI>",
      "Map<Mode, Duration>",
      "Optional<List<Integer>>",
      "Mode",
      "byte[]",
      "Optional<Part>",
      "Part",
      "List<Part>",
      "Rotating<Secret<String>>",
      "Optional<Rotating<String>>",
      "Either");

  @Provide
  Arbitrary<List<String>> components() {
    Arbitrary<String> annotations = Arbitraries.oneOf(
        Arbitraries.of(""),
        texts().map(text -> "@Doc(" + literal(text) + ") "),
        Arbitraries.of(
            "@AllowBlank ",
            "@RestartOnly ",
            "@Formerly(\"was-this\") ",
            "@Formerly(value = \"w\", until = \"2031-01-01\") ",
            "@Range(\"1..\") ",
            "@Size(\"0..9\") ",
            "@RequiredWith({\"c0\", \"c1\"}) @Doc(\"d\") ",
            "@RequiredIf(key = \"c0\", is = \"1\") ",
            "@Key(\"k\") "));
    return Combinators.combine(annotations, Arbitraries.of(TYPES))
        .as((annotation, type) -> annotation + type)
        .list()
        .ofMinSize(1)
        .ofMaxSize(8);
  }

  private static String literal(String text) {
    var literal = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      literal.append("\\u").append(String.format("%04x", (int) text.charAt(i)));
    }
    // a unicode escape is read before the literal: what ends one there must be escaped twice
    return literal
        .append('"')
        .toString()
        .replace("\\u000a", "\\n")
        .replace("\\u000d", "\\r")
        .replace("\\u0022", "\\\"")
        .replace("\\u005c", "\\\\");
  }

  @Property(tries = 40)
  void theProcessorReadsWhatReflectionReads(@ForAll("components") List<String> components)
      throws Exception {
    var source = new StringBuilder("public record S/*top*/(@Doc(\"first\") int first");
    for (int i = 0; i < components.size(); i++) {
      source.append(", ").append(components.get(i)).append(" c").append(i);
    }
    source
        .append(
            ") { public enum Mode { ON, OFF } public record Part(@Default(\"1\") int x, String y) {}")
        .append(" @Discriminator(\"which\") public sealed interface Either {}")
        .append(" public record One(int n) implements Either {}")
        .append(" @Key(\"second\") public record Two(@Doc(\"d\") URI u) implements Either {} }");
    Path output = Files.createTempDirectory("cn-config-schema");
    try {
      var javac = new Javac(output);
      List<Javac.Told> told = javac.tell(source.toString());
      for (Javac.Told each : told) {
        // whatever it refuses, start-up refuses for the same reason
        assertEquals("cn-config: ", each.text().substring(0, 11), () -> each + "\n" + source);
      }
      if (told.isEmpty()) {
        Class<?> type = javac.load("demo.S");
        Shape.Group read = SchemaResource.read(type, java.util.Set.of(), new HashMap<>());
        assertNotNull(read, source::toString);
        assertEquals(new SchemaReader(java.util.Set.of(), new HashMap<>()).group(type), read);
      }
      Class<?> type = new Javac(output).unprocessed().compile(source.toString()).load("demo.S");
      assertEquals(told.isEmpty(), Config.lint(type).isEmpty(), () -> told + "\n" + source);
    } finally {
      try (var files = Files.walk(output)) {
        for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  // ---- names

  /** Every name that something can be set by, and by whom; the plainest list of them. */
  private static Map<String, String> variables(Layout layout, List<String> twice) {
    var owners = new HashMap<String, String>();
    for (Slot slot : layout.slots) {
      if (owners.put("path " + slot.path, slot.path) != null) {
        twice.add(slot.path);
      }
      if (!slot.isLeaf()) { // a record takes no flag, but its path is nobody else's
        if (owners.put("--" + slot.path, slot.path) != null) {
          twice.add("--" + slot.path);
        }
        continue;
      }
      var names = new ArrayList<>(List.of(slot.env, slot.env + "_FILE"));
      if (slot.shape() instanceof Shape.Many) {
        names.addAll(List.of(slot.env + "_0", slot.env + "_1"));
      }
      if (!slot.field.rules().formerly().isEmpty()) {
        String former = slot.field.rules().formerly();
        names.add(
            Names.join(slot.parent == null ? layout.env : slot.parent.env, '_', Names.env(former)));
        names.add("path " + Names.join(slot.parent == null ? "" : slot.parent.path, '.', former));
      }
      for (String name : names) {
        if (owners.put(name, slot.toString() + slot.index) != null) {
          twice.add(name);
        }
      }
      var flags = new ArrayList<>(List.of("--" + slot.path));
      if (slot.isBoolean()) {
        flags.add("--no-" + slot.path);
      }
      for (String name : flags) {
        if (owners.put(name, slot.path + slot.index) != null) {
          twice.add(name);
        }
      }
    }
    return owners;
  }

  @Provide
  Arbitrary<Shape.Group> named() {
    List<String> names =
        List.of("a", "b", "aB", "file", "aFile", "b0", "noA", "c", "bFile", "bC", "x");
    return named(names, 2);
  }

  private Arbitrary<Shape.Group> named(List<String> names, int depth) {
    Arbitrary<Shape> leaves = Arbitraries.of(
        Shape.Scalar.of(Kind.STRING),
        Shape.Scalar.of(Kind.BOOLEAN),
        new Shape.Many(Shape.Scalar.of(Kind.INT), false));
    Arbitrary<Shape> shapes = depth == 0
        ? leaves
        : Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(3, leaves),
            net.jqwik.api.Tuple.of(2, named(names, depth - 1).map(group -> (Shape) group)));
    Arbitrary<String> former = Arbitraries.of("", "", "", "", "a-b", "b-0", "file", "old");
    Arbitrary<Shape.Field> fields = Combinators.combine(Arbitraries.of(names), shapes, former)
        .as((name, shape, old) -> new Shape.Field(
            name,
            name.equals("b0") ? "b-0" : Names.key(name),
            shape,
            false,
            null,
            "",
            old.isEmpty() || shape instanceof Shape.Group
                ? Shape.Rules.NONE
                : new Shape.Rules("", "", "", false, old, "", List.of(), "", "", false)));
    return fields
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(list -> new Shape.Group("R", "", list, List.of()));
  }

  @Property(tries = 3000) // case C4, case C8
  void namesAreInjectiveOrTheSchemaIsRefusedNamingBoth(@ForAll("named") Shape.Group schema) {
    Layout layout = Layout.of(schema, "APP");
    List<Finding> findings = Lint.of(layout);
    var twice = new ArrayList<String>();
    variables(layout, twice);
    assertEquals(
        twice.isEmpty(),
        findings.isEmpty(),
        () -> "twice " + twice + ", said " + findings + " of " + Arrays.toString(layout.slots));
    for (Finding finding : findings) {
      assertEquals(2, finding.slots().size(), finding::toString);
      for (Slot slot : finding.slots()) {
        assertTrue(finding.problem().message().contains(slot.path), finding.problem()::toString);
      }
    }
  }
}
