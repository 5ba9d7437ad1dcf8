package cnkit.config.schema;

import cnkit.config.Converter;
import cnkit.config.Origin;
import cnkit.config.Problem;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A record's schema under one prefix with all that loading needs, made once for a builder.
 *
 * @param problems all that makes it unusable, found before any source is read; empty when it is sound
 */
public record Schema(Layout layout, Types types, Layer defaults, List<Problem> problems) {
  /** The classes and converters of the application, by which its values are made. */
  public record Application(
      Class<?> type,
      MethodHandles.Lookup lookup,
      Map<String, Converter<?>> converters,
      Rotations rotations) {}

  /** The schema of an application's record, with its converters. */
  public static Schema of(Application application, String prefix, Origin.Channel naming) {
    return of(application, prefix, naming, true);
  }

  /** The schema where the application's converters are not known: what needs one counts as right. */
  public static Schema offline(Application application, String prefix, Origin.Channel naming) {
    return of(application, prefix, naming, false);
  }

  private static Schema of(
      Application application, String prefix, Origin.Channel naming, boolean converted) {
    var classes = new HashMap<String, Class<?>>();
    Map<String, Converter<?>> converters = application.converters();
    Set<String> custom = Set.copyOf(converters.keySet());
    Shape.Group root = SchemaResource.read(application.type(), custom, classes);
    // the processor wrote it only when there was nothing to refuse; of converters it knew nothing
    boolean judged =
        root != null && converters.isEmpty() && !SchemaResource.needsConverters(classes);
    if (root == null) {
      root = new SchemaReader(custom, classes).group(application.type());
    }
    Layout layout = Layout.of(root, prefix, naming);
    var types = new RuntimeTypes(application, classes);
    var problems = problems(judged ? Lint.ofJudged(layout) : Lint.of(layout));
    if (!judged && converted) {
      Lint.converters(root, custom, "", problems);
    }
    if (!judged && problems.isEmpty()) {
      problems = problems(TriedDefaults.of(layout, converted ? types : Unclassed.TYPES));
    }
    return new Schema(layout, types, Defaults.of(layout), problems);
  }

  private static List<Problem> problems(List<Finding> findings) {
    var problems = new ArrayList<Problem>(findings.size());
    for (Finding finding : findings) {
      problems.add(finding.problem());
    }
    return problems;
  }

  /** What is set, but for values that nobody here can convert: they count as right. */
  public Layer withoutCustom(Layer layer) {
    Layer judged = layer.copy();
    for (Slot slot : layout.slots) {
      Node node = judged.at(slot);
      Shape.Scalar scalar = slot.shape().innermost();
      if (node != null && scalar != null && scalar.kind() == Kind.CUSTOM) {
        judged.set(slot, new Node.Faulty(node.origin()));
      }
    }
    return judged;
  }
}
