package cnkit.config.schema;

import cnkit.config.Origin;
import cnkit.config.Problem;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Builds the records from one merged layer. Every leaf is tried, so that one run reports all. */
public final class Binder {
  private final Layout layout;
  private final Layer layer;
  private final Values values;
  private final Types types;
  private final List<Problem> problems;

  public Binder(Layout layout, Layer layer, Values values, Types types, List<Problem> problems) {
    this.layout = layout;
    this.layer = layer;
    this.values = values;
    this.types = types;
    this.problems = problems;
  }

  public Object root() {
    return group(layout.root, layout.top, null);
  }

  private Object group(Shape.Group group, Slot[] children, @Nullable Slot self) {
    var arguments = new Object[children.length];
    boolean failed = false;
    for (int i = 0; i < children.length; i++) {
      Object value = component(children[i], group.fields().get(i));
      arguments[i] = value;
      failed |= value == Types.FAILED;
    }
    failed |= group.isRuled() && !Rules.hold(group, children, arguments, layout, layer, problems);
    if (failed) {
      return Types.FAILED;
    }
    try {
      return types.construct(group, arguments);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      problems.add(new Problem(
          Problem.Code.REJECTED,
          path(self),
          Rejection.message(cause == null ? e : cause, layout, layer),
          origins(children),
          ""));
      return Types.FAILED;
    }
  }

  private String path(@Nullable Slot self) {
    return self == null ? layout.path : self.path;
  }

  /** Where the values came from that a constructor refused: those that somebody set. */
  private List<Origin> origins(Slot[] children) {
    var origins = new ArrayList<Origin>();
    for (Slot child : children) {
      Node node = layer.given(child);
      if (node != null && origins.size() < 4) {
        origins.add(node.origin());
      }
    }
    return origins;
  }

  private Object component(Slot slot, Shape.Field field) {
    Node node = layer.at(slot);
    if (slot.isLeaf()) {
      return node == null ? absent(slot, field) : values.leaf(slot, node);
    }
    boolean set = anySet(slot);
    if (node != null && !(node instanceof Node.Nil && (set || field.optional()))) {
      return misshapen(slot, node);
    }
    if (field.optional() && !set) {
      return Optional.empty();
    }
    Object value = field.shape() instanceof Shape.Choice choice
        ? choice(slot, choice)
        : group((Shape.Group) field.shape(), slot.children, slot);
    return value == Types.FAILED || !field.optional() ? value : Optional.of(value);
  }

  private Object misshapen(Slot slot, Node node) {
    if (node instanceof Node.Faulty) {
      return Types.FAILED;
    }
    boolean isNull = node instanceof Node.Nil;
    String found = isNull
        ? "null: expected an object"
        : "expected an object, found " + (node instanceof Node.Arr ? "a list" : "text");
    problems.add(new Problem(
        isNull ? Problem.Code.NULL : Problem.Code.TYPE,
        slot.path,
        found,
        List.of(node.origin()),
        "set its parts"));
    return Types.FAILED;
  }

  private boolean anySet(Slot slot) {
    for (Slot child : slot.children) {
      Node node = layer.given(child);
      boolean set = node != null && !(node instanceof Node.Nil && !child.isLeaf());
      if (set || anySet(child)) {
        return true;
      }
    }
    return false;
  }

  private Object absent(Slot slot, Shape.Field field) {
    if (field.optional()) {
      return Optional.empty();
    }
    if (field.shape() instanceof Shape.Many) {
      return values.leaf(slot, new Node.Arr(List.of(), Origins.DEFAULTED));
    }
    if (field.shape() instanceof Shape.Keyed) {
      return values.leaf(slot, Node.Obj.of(Map.of(), Origins.DEFAULTED));
    }
    Origin place = layer.place(slot.parent);
    problems.add(new Problem(
        Problem.Code.MISSING,
        slot.path,
        "missing",
        place == null ? List.of() : List.of(place),
        layout.remedy(slot)));
    return Types.FAILED;
  }

  private Object choice(Slot slot, Shape.Choice choice) {
    Slot discriminator = slot.children[0];
    Node node = layer.at(discriminator);
    if (node == null) {
      problems.add(new Problem(
          Problem.Code.MISSING,
          discriminator.path,
          "missing: expected one of " + String.join(", ", choice.names()),
          List.of(),
          layout.remedy(discriminator)));
      return Types.FAILED;
    }
    Object name = values.leaf(discriminator, node);
    if (name == Types.FAILED) {
      return name;
    }
    for (int v = 0; v < slot.variants.length; v++) {
      Shape.Variant variant = choice.variants().get(v);
      if (variant.name().equals(name)) {
        Object value = group(variant.group(), slot.variants[v], slot);
        return foreignParts(slot, slot.variants[v], variant.name()) ? Types.FAILED : value;
      }
    }
    throw new IllegalStateException("no variant " + name);
  }

  /** Settings of another variant than the selected one would be ignored in silence. */
  private boolean foreignParts(Slot slot, Slot[] selected, String name) {
    boolean found = false;
    List<Slot> own = List.of(selected);
    for (int i = 1; i < slot.children.length; i++) {
      Slot child = slot.children[i];
      if (!own.contains(child)) {
        Node node = layer.given(child);
        if (node != null) {
          problems.add(new Problem(
              Problem.Code.MISPLACED,
              child.path,
              "does not belong to \"" + name + "\"",
              List.of(node.origin()),
              "remove it"));
          found = true;
        }
      }
    }
    return found;
  }
}
