package cnkit.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/** A record's schema under one prefix with all that loading needs, made once for a builder. */
final class Schema {
  final Layout layout;
  final Types types;
  final Layer defaults;

  private Schema(Layout layout, Types types, Layer defaults) {
    this.layout = layout;
    this.types = types;
    this.defaults = defaults;
  }

  /** Reads the schema and refuses it, with all that is wrong, before any source is read. */
  static Schema of(
      Class<?> type,
      java.lang.invoke.MethodHandles.Lookup lookup,
      String prefix,
      Map<String, Converter<?>> converters,
      @Nullable LongSupplier ticker,
      boolean offline) {
    var classes = new HashMap<String, Class<?>>();
    Set<String> custom = Set.copyOf(converters.keySet());
    Shape.Group root = SchemaResource.read(type, custom, classes);
    // the processor wrote it only when there was nothing to refuse; of converters it knew nothing
    boolean judged =
        root != null && converters.isEmpty() && !SchemaResource.needsConverters(classes);
    if (root == null) {
      root = new SchemaReader(custom, classes).group(type);
    }
    Layout layout = judged ? Layout.ofJudged(root, prefix) : Layout.of(root, prefix);
    var types = new RuntimeTypes(lookup, classes, converters, ticker);
    var problems = new ArrayList<>(layout.problems());
    if (!offline && !judged) {
      converters(root, converters.keySet(), "", problems);
    }
    Layer defaults = layout.defaults();
    if (problems.isEmpty() && !judged) {
      for (Finding finding : defaults(layout, offline ? Unclassed.TYPES : types)) {
        problems.add(finding.problem());
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(Report.sorted(problems));
    }
    return new Schema(layout, types, defaults);
  }

  /** What is set, but for values that nobody here can convert: they count as right. */
  Layer withoutCustom(Layer layer) {
    Layer judged = layer.copy();
    for (Slot slot : layout.slots) {
      Node node = judged.nodes[slot.index];
      Shape.Scalar scalar = Checks.innermost(slot.shape());
      if (node != null && scalar != null && scalar.kind() == Kind.CUSTOM) {
        judged.nodes[slot.index] = new Node.Faulty(node.origin());
      }
    }
    return judged;
  }

  /** Types that are nothing to us must have a converter. */
  private static void converters(
      Shape shape, Set<String> known, String path, List<Problem> problems) {
    if (shape instanceof Shape.Scalar scalar) {
      if (scalar.kind() == Kind.CUSTOM && !known.contains(scalar.type())) {
        problems.add(new Problem(
            Problem.Code.SCHEMA,
            path,
            scalar.type() + " cannot be a setting by itself",
            List.of(),
            "register a converter, or make it a record"));
      }
    } else if (shape instanceof Shape.Many many) {
      converters(many.element(), known, path, problems);
    } else if (shape instanceof Shape.Keyed keyed) {
      converters(keyed.value(), known, path, problems);
    } else if (shape instanceof Shape.Group group) {
      for (Shape.Field field : group.fields()) {
        converters(field.shape(), known, Names.join(path, '.', field.key()), problems);
      }
    } else if (shape instanceof Shape.Choice choice) {
      for (Shape.Variant variant : choice.variants()) {
        converters(variant.group(), known, path, problems);
      }
    }
  }

  /** A default must pass the same converters and rules as input, also while something hides it. */
  static List<Finding> defaults(Layout layout, Types types) {
    var findings = new ArrayList<Finding>(0);
    var found = new ArrayList<Problem>(0);
    var layer = new Layer(layout);
    var source = new TreeSource(layout, layer, found, new ArrayList<>(0));
    var values = new Values(types, found);
    for (Slot slot : layout.slots) {
      String text = slot.field.fallback();
      if (text != null && slot.isLeaf()) {
        source.put(slot, new Node.Text(text, Origin.DEFAULTED));
        Node node = layer.nodes[slot.index];
        if (node != null) {
          values.leaf(slot, node);
        }
        for (Problem problem : found) {
          findings.add(new Finding(
              new Problem(
                  Problem.Code.SCHEMA,
                  problem.path(),
                  "@Default: " + problem.message(),
                  List.of(),
                  problem.remedy()),
              slot));
        }
        found.clear();
      }
      // the elements of lists and maps have defaults too
      if (slot.hasParts()) {
        Shape element = slot.shape() instanceof Shape.Many many
            ? many.element()
            : ((Shape.Keyed) slot.shape()).value();
        if (element instanceof Shape.Group group) {
          for (Finding below :
              defaults(Layout.ofElement(group, slot.path + ".0", slot.env + "_0"), types)) {
            findings.add(Lint.outside(below, slot, group));
          }
        }
      }
    }
    return findings;
  }
}
