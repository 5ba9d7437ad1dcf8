package cnkit.config.schema;

import cnkit.config.Origin;
import org.jspecify.annotations.Nullable;

/** The place of one component in the whole configuration: its spelling on every channel. */
public final class Slot {
  private static final Slot[] NONE = {};

  public final int index;
  public final @Nullable Slot parent;
  public final Shape.Field field;
  public final String path;
  public final String env;
  public final Checks checks;

  /** For a record: one for each component, in order. For a choice: the discriminator, then every variant's. */
  Slot[] children = NONE;

  /** For a choice: the slots of each variant's components, in the order of the variants. */
  Slot[][] variants = {};

  /** Whether this is a part of an element of a list or map, which may not be there at all. */
  public boolean inElement;

  /** Where this variable comes from, made once. */
  public final Origin envOrigin;

  Slot(
      int index, @Nullable Slot parent, Shape.Field field, String path, String env, Checks checks) {
    this.index = index;
    this.parent = parent;
    this.field = field;
    this.path = path;
    this.env = env;
    this.checks = checks;
    this.envOrigin = Origins.env(env);
  }

  public Shape shape() {
    return field.shape();
  }

  /** Whether it takes a value itself, rather than having parts with values. */
  public boolean isLeaf() {
    return isScalar()
        || (!(field.shape() instanceof Shape.Group) && !(field.shape() instanceof Shape.Choice));
  }

  /** Whether parts of its value have names of their own: {@code HOSTS_0}, {@code LABELS__KEY}. */
  public boolean hasParts() {
    return !isScalar()
        && (field.shape() instanceof Shape.Many || field.shape() instanceof Shape.Keyed);
  }

  /** Asked before anything else about a shape: the others' classes are loaded only where a schema has them. */
  private boolean isScalar() {
    return field.shape() instanceof Shape.Scalar;
  }

  public boolean isBoolean() {
    return field.shape() instanceof Shape.Scalar scalar && scalar.kind() == Kind.BOOLEAN;
  }

  /** Whether it, or a record around it, waits for a restart. */
  public boolean isRestartOnly() {
    for (Slot at = this; at != null; at = at.parent) {
      if (at.field.rules().restartOnly()) {
        return true;
      }
    }
    return false;
  }

  public boolean isSecret() {
    return field.shape().isSecret();
  }

  /** The one of these slots that has this key; null for none. */
  static @Nullable Slot named(Slot[] children, String key) {
    for (Slot slot : children) {
      if (slot.field.key().equals(key)) {
        return slot;
      }
    }
    return null;
  }

  @Override
  public String toString() {
    return path;
  }
}
