package cnkit.config.schema;

import cnkit.config.AllowBlank;
import cnkit.config.Default;
import cnkit.config.Discriminator;
import cnkit.config.Doc;
import cnkit.config.ExactlyOneOf;
import cnkit.config.Formerly;
import cnkit.config.Key;
import cnkit.config.Matches;
import cnkit.config.Range;
import cnkit.config.RequiredIf;
import cnkit.config.RequiredWith;
import cnkit.config.RestartOnly;
import cnkit.config.Size;
import cnkit.config.text.Names;
import cnkit.core.internal.Pure;
import java.lang.annotation.Annotation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What annotations say, in one reading for reflection and for the annotation processor. */
@Pure
public final class Declared {
  private Declared() {}

  /** Where annotations are looked up. */
  public interface Annotations {
    /** The annotation of that type; null when there is none. */
    <A extends Annotation> @Nullable A get(Class<A> type);
  }

  public static Shape.Group group(String type, List<Shape.Field> fields, Annotations annotations) {
    Doc doc = annotations.get(Doc.class);
    ExactlyOneOf exclusive = annotations.get(ExactlyOneOf.class);
    return new Shape.Group(
        type,
        doc == null ? "" : doc.value(),
        fields,
        exclusive == null ? List.of() : List.of(exclusive.value()));
  }

  public static Shape.Choice choice(
      String type, List<Shape.Variant> variants, Annotations annotations) {
    Discriminator discriminator = annotations.get(Discriminator.class);
    return new Shape.Choice(type, discriminator == null ? "type" : discriminator.value(), variants);
  }

  /** The name that selects a record of a sealed interface. */
  public static String selector(String simpleName, Annotations annotations) {
    Key key = annotations.get(Key.class);
    return key == null ? Names.key(simpleName) : key.value();
  }

  public static Shape.Field field(
      String component, Shape shape, boolean optional, Annotations annotations) {
    Key key = annotations.get(Key.class);
    Default fallback = annotations.get(Default.class);
    Doc doc = annotations.get(Doc.class);
    return new Shape.Field(
        component,
        key == null ? Names.key(component) : key.value(),
        shape,
        optional,
        fallback == null ? null : fallback.value(),
        doc == null ? "" : doc.value(),
        rules(annotations));
  }

  private static Shape.Rules rules(Annotations annotations) {
    Range range = annotations.get(Range.class);
    Size size = annotations.get(Size.class);
    Matches matches = annotations.get(Matches.class);
    Formerly formerly = annotations.get(Formerly.class);
    RequiredWith with = annotations.get(RequiredWith.class);
    RequiredIf condition = annotations.get(RequiredIf.class);
    return new Shape.Rules(
        range == null ? "" : range.value(),
        size == null ? "" : size.value(),
        matches == null ? "" : matches.value(),
        annotations.get(AllowBlank.class) != null,
        formerly == null ? "" : formerly.value(),
        formerly == null ? "" : formerly.until(),
        with == null ? List.of() : List.of(with.value()),
        condition == null ? "" : condition.key(),
        condition == null ? "" : condition.is(),
        annotations.get(RestartOnly.class) != null);
  }
}
