package cnkit.config.schema;

import cnkit.config.Conversion;
import cnkit.config.Rotating;

/** Binding without classes, as inside javac: only whether something converts is of interest. */
public final class Unclassed implements Types {
  static final Types TYPES = new Unclassed();

  private Unclassed() {}

  @Override
  public Conversion<?> custom(String type, String text) {
    return Conversion.ok(text); // the converter is not known here; start-up asks it
  }

  @Override
  public Object constant(String type, String name) {
    return name;
  }

  @Override
  public Object construct(Shape.Group group, Object[] arguments) {
    return group;
  }

  @Override
  public Object rotating(Slot slot, Node.Bytes first, Object value) {
    return Rotating.of(value);
  }
}
