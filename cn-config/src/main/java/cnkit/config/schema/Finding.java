package cnkit.config.schema;

import cnkit.config.Problem;
import java.util.ArrayList;
import java.util.List;

/**
 * A problem of a schema and the components that it is about, the most important first.
 *
 * @param ofType whether it is about the record that holds them
 * @param within the records inside a list or map that have this problem all by themselves
 */
public record Finding(Problem problem, List<Slot> slots, boolean ofType, List<String> within) {
  Finding(Problem problem, Slot... slots) {
    this(problem, List.of(slots), false, List.of());
  }

  static Problem problem(String path, String message) {
    return new Problem(Problem.Code.SCHEMA, path, message, List.of(), "");
  }

  /** What is wrong inside an element of a list or map, as a problem of the list or map. */
  Finding outside(Slot list, Shape.Group element) {
    var around = new ArrayList<>(within);
    around.add(element.type());
    if (slots.size() == 1) {
      for (Slot at = slots.get(0).parent; at != null; at = at.parent) {
        if (at.shape() instanceof Shape.Group group) {
          around.add(group.type());
        }
      }
    }
    return new Finding(problem, List.of(list), false, around);
  }
}
