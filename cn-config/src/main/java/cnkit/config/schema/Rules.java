package cnkit.config.schema;

import cnkit.config.Origin;
import cnkit.config.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The declared rules over several settings of one record. */
public final class Rules {
  private Rules() {}

  /** Whether they hold; each that does not is a problem that names every setting concerned. */
  static boolean hold(
      Shape.Group group,
      Slot[] children,
      Object[] arguments,
      Layout layout,
      Layer layer,
      List<Problem> problems) {
    boolean hold = true;
    if (!group.exclusive().isEmpty()) {
      hold = exactlyOne(group, children, layout, layer, problems);
    }
    for (int i = 0; i < children.length; i++) {
      Shape.Rules rules = children[i].field.rules();
      if (!rules.isConditional()) {
        continue;
      }
      if (isSet(layer, children[i])) {
        continue;
      }
      for (String key : rules.requiredWith()) {
        Slot other = Slot.named(children, key);
        if (other != null && isSet(layer, other)) {
          problems.add(broken(
              children[i].path, "required with " + other.path, layout, layer, other, children[i]));
          hold = false;
        }
      }
      hold &= conditional(children, arguments, i, layout, layer, problems);
    }
    return hold;
  }

  private static boolean conditional(
      Slot[] children,
      Object[] arguments,
      int i,
      Layout layout,
      Layer layer,
      List<Problem> problems) {
    Shape.Rules rules = children[i].field.rules();
    for (int other = 0; other < children.length; other++) {
      Slot condition = children[other];
      if (!condition.field.key().equals(rules.requiredIfKey())
          || !(condition.shape() instanceof Shape.Scalar scalar)
          || arguments[other] == Types.FAILED) {
        continue;
      }
      Object actual = arguments[other] instanceof Optional<?> optional
          ? optional.orElse(null)
          : arguments[other];
      Object shown = actual instanceof Enum<?> constant ? constant.name() : actual;
      boolean applies = shown != null
          && scalar.kind() != Kind.CUSTOM
          && !scalar.secret()
          && shown.equals(
              Converters.convert(scalar, rules.requiredIfValue()).value().orElse(null));
      if (applies) {
        problems.add(broken(
            children[i].path,
            "required when " + condition.path + " is " + rules.requiredIfValue(),
            layout,
            layer,
            condition,
            children[i]));
        return false;
      }
    }
    return true;
  }

  private static boolean exactlyOne(
      Shape.Group group, Slot[] children, Layout layout, Layer layer, List<Problem> problems) {
    var set = new ArrayList<Origin>();
    var names = new ArrayList<String>();
    var variables = new ArrayList<String>();
    for (String key : group.exclusive()) {
      Slot slot = Slot.named(children, key);
      if (slot != null) {
        names.add(slot.path);
        variables.add(layout.spelled(slot));
        if (isSet(layer, slot)) {
          set.add(origin(layer, slot));
        }
      }
    }
    if (set.size() == 1) {
      return true;
    }
    problems.add(new Problem(
        Problem.Code.RULE,
        String.join(", ", names),
        "expected exactly one of " + String.join(", ", names) + ", found "
            + (set.isEmpty() ? "none" : String.valueOf(set.size())),
        set,
        set.isEmpty() ? "set one of " + String.join(", ", variables) : "keep one of them"));
    return false;
  }

  private static Problem broken(
      String path, String message, Layout layout, Layer layer, Slot cause, Slot missing) {
    return new Problem(
        Problem.Code.RULE,
        path,
        "missing: " + message,
        isSet(layer, cause) ? List.of(origin(layer, cause)) : List.of(),
        layout.remedy(missing));
  }

  private static Origin origin(Layer layer, Slot slot) {
    Node node = layer.at(slot);
    return node == null ? slot.envOrigin : node.origin();
  }

  /** Whether there is a value: an explicit none counts as unset. */
  private static boolean isSet(Layer layer, Slot slot) {
    Node node = layer.at(slot);
    if (slot.isLeaf()) {
      return node != null
          && !(node instanceof Node.Nil)
          && !(slot.field.optional() && Node.isEmpty(slot.shape(), node));
    }
    for (Slot child : slot.children) {
      if (isSet(layer, child)) {
        return true;
      }
    }
    return false;
  }
}
