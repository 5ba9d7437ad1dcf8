package cnkit.config.schema;

import cnkit.config.Problem;
import java.util.ArrayList;
import java.util.List;

/** A default must pass the same converters and rules as input, also while something hides it. */
public final class TriedDefaults {
  private TriedDefaults() {}

  /** The defaults that do not. */
  static List<Finding> of(Layout layout, Types types) {
    var findings = new ArrayList<Finding>(0);
    var found = new ArrayList<Problem>(0);
    var layer = new Layer(layout);
    var source = new TreeSource(layout, layer, found, new ArrayList<>(0));
    var values = new Values(types, found);
    for (Slot slot : layout.slots) {
      String text = slot.field.fallback();
      if (text != null && slot.isLeaf()) {
        source.put(slot, new Node.Text(text, Origins.DEFAULTED));
        Node node = layer.at(slot);
        if (node != null) {
          values.leaf(slot, node);
        }
        for (Problem problem : found) {
          findings.add(new Finding(ofDefault(problem), slot));
        }
        found.clear();
      }
      // the elements of lists and maps have defaults too
      if (slot.hasParts() && slot.shape().element() instanceof Shape.Group group) {
        for (Finding below :
            of(Layout.ofElement(group, slot.path + ".0", slot.env + "_0"), types)) {
          findings.add(below.outside(slot, group));
        }
      }
    }
    return findings;
  }

  private static Problem ofDefault(Problem problem) {
    return new Problem(
        Problem.Code.SCHEMA,
        problem.path(),
        "@Default: " + problem.message(),
        List.of(),
        problem.remedy());
  }
}
