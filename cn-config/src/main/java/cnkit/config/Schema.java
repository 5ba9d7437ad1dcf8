package cnkit.config;

import java.util.ArrayList;
import java.util.HashMap;
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
      Lint.converters(root, converters.keySet(), "", problems);
    }
    Layer defaults = layout.defaults();
    if (problems.isEmpty() && !judged) {
      for (Finding finding : Lint.defaults(layout, offline ? Unclassed.TYPES : types)) {
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
}
