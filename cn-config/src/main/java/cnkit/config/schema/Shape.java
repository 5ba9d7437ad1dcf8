package cnkit.config.schema;

import cnkit.config.text.Names;
import cnkit.core.internal.Pure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * The schema as data: what a component's type is to us. It names types by text, so that the same
 * model is read by reflection, by the annotation processor inside javac, and from its resource.
 */
@Pure
public sealed interface Shape {

  /** One text. {@code type} is the binary name for enums and custom types, else the kind's. */
  record Scalar(Kind kind, String type, List<String> constants, boolean secret, boolean rotating)
      implements Shape {
    public Scalar {
      constants = List.copyOf(constants);
    }

    public static Scalar of(Kind kind) {
      return new Scalar(kind, kind.type, List.of(), false, false);
    }
  }

  /** A list, or a set when {@code distinct}. */
  record Many(Shape element, boolean distinct) implements Shape {}

  /** A map; keys are texts, whole numbers or enum constants. */
  record Keyed(Scalar key, Shape value) implements Shape {
    /** The one spelling of an enum's constant, so that sources with different ones merge; other keys as they are. */
    public String canonical(String written) {
      for (String constant : key.constants()) {
        if (Names.sameConstant(constant, written)) {
          return Names.lower(constant).replace('_', '-');
        }
      }
      return written;
    }
  }

  /** A record. {@code exclusive} holds the keys of each {@link ExactlyOneOf}. */
  record Group(String type, String doc, List<Field> fields, List<String> exclusive)
      implements Shape {
    public Group {
      fields = List.copyOf(fields);
      exclusive = List.copyOf(exclusive);
    }

    /** Whether there are rules over several of its settings. */
    boolean isRuled() {
      for (Field field : fields) {
        if (field.rules().isConditional()) {
          return true;
        }
      }
      return !exclusive.isEmpty();
    }
  }

  /** A sealed interface of records. */
  record Choice(String type, String discriminator, List<Variant> variants) implements Shape {
    public Choice {
      variants = List.copyOf(variants);
    }

    /** The names that select its records, in their order. */
    List<String> names() {
      var names = new ArrayList<String>(variants.size());
      for (Variant variant : variants) {
        names.add(variant.name());
      }
      return names;
    }
  }

  /** One record of a sealed interface and the name that selects it. */
  record Variant(String name, Group group) {}

  /** A type that cannot be a setting, and why; refused with the rest of the schema's problems. */
  record Unsupported(String type, String reason) implements Shape {}

  /**
   * One component of a record.
   *
   * @param component its name in Java
   * @param key its name on every channel
   * @param shape its type, without the Optional around it
   * @param optional whether it is wrapped in Optional
   * @param fallback the text of its default, null for none
   * @param doc its description, empty for none
   * @param rules what its annotations ask for
   */
  record Field(
      String component,
      String key,
      Shape shape,
      boolean optional,
      @Nullable String fallback,
      String doc,
      Rules rules) {}

  /** The annotations of a component; an empty text or list stands for an absent one. */
  record Rules(
      String range,
      String size,
      String matches,
      boolean allowBlank,
      String formerly,
      String until,
      List<String> requiredWith,
      String requiredIfKey,
      String requiredIfValue,
      boolean restartOnly) {
    public static final Rules NONE = new Rules("", "", "", false, "", "", List.of(), "", "", false);

    /** Whether other settings decide about its being required. */
    boolean isConditional() {
      return !requiredWith.isEmpty() || !requiredIfKey.isEmpty();
    }

    public Rules {
      requiredWith = List.copyOf(requiredWith);
    }
  }

  /** Whether a value of this shape, or of a part of it, must not be shown. */
  default boolean isSecret() {
    if (this instanceof Scalar scalar) {
      return scalar.secret();
    }
    if (this instanceof Many many) {
      return many.element().isSecret();
    }
    return this instanceof Keyed keyed && keyed.value().isSecret();
  }

  /** What a list, set or map holds; the shape itself when it is none. */
  default Shape element() {
    if (this instanceof Many many) {
      return many.element();
    }
    return this instanceof Keyed keyed ? keyed.value() : this;
  }

  /** The scalar that a component's values are made of; null for records and choices. */
  default @Nullable Scalar innermost() {
    Shape element = element();
    if (element == this) {
      return this instanceof Scalar scalar ? scalar : null;
    }
    return element.innermost();
  }

  /** The type in the words of the reference: {@code whole number}, {@code list of URI}. */
  default String describe() {
    if (this instanceof Scalar scalar) {
      String name = scalar.kind() == Kind.ENUM
          ? String.join("|", scalar.constants())
          : scalar.type().substring(scalar.type().lastIndexOf('.') + 1);
      String text = scalar.secret() ? "Secret<" + name + ">" : name;
      return scalar.rotating() ? "Rotating<" + text + ">" : text;
    }
    if (this instanceof Many many) {
      return (many.distinct() ? "set of " : "list of ") + many.element().describe();
    }
    if (this instanceof Keyed keyed) {
      return "map of " + keyed.key().describe() + " to " + keyed.value().describe();
    }
    if (this instanceof Group group) {
      return group
          .type()
          .substring(Math.max(group.type().lastIndexOf('.'), group.type().lastIndexOf('$')) + 1);
    }
    if (this instanceof Choice choice) {
      var names = new StringBuilder();
      for (Variant variant : choice.variants()) {
        names.append(names.isEmpty() ? "" : "|").append(variant.name());
      }
      return names.toString();
    }
    return ((Unsupported) this).type();
  }
}
