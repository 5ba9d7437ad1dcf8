package cnkit.config.processor;

import cnkit.config.Discriminator;
import cnkit.config.ExactlyOneOf;
import cnkit.config.Key;
import cnkit.config.Problem;
import cnkit.config.schema.Finding;
import cnkit.config.schema.Lint;
import cnkit.config.schema.SchemaResource;
import cnkit.config.schema.SchemaText;
import cnkit.config.schema.Shape;
import cnkit.config.schema.Slot;
import java.io.IOException;
import java.io.Writer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.annotation.processing.Messager;
import javax.annotation.processing.ProcessingEnvironment;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.RecordComponentElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.ElementFilter;
import javax.tools.Diagnostic;
import javax.tools.StandardLocation;
import org.jspecify.annotations.Nullable;

/*
 * The schemas of one compilation: what start-up would refuse is said at the component, and what it
 * would accept is written for it to read. A record counts as a schema when it carries an annotation
 * of ours, or when it holds one that does and nothing that could not be a setting: an application's
 * own record of services may well hold its settings too.
 */
final class Compilation {
  private final Set<String> done = new HashSet<>();
  private final Set<String> said = new HashSet<>();
  private Map<String, TypeElement> waiting = new LinkedHashMap<>();

  /** Records whose own run reports them, so that those around them need not. */
  private final Set<String> linted = new HashSet<>();

  /** Records that are a part of another one. */
  private final Set<String> parts = new HashSet<>();

  private final Set<String> sources = new HashSet<>();

  void accept(ProcessingEnvironment javac, RoundEnvironment round) {
    Messager messager = javac.getMessager();
    misplaced(round, messager);
    Map<String, TypeElement> records = waiting;
    waiting = new LinkedHashMap<>();
    for (TypeElement type : ElementFilter.typesIn(round.getRootElements())) {
      collect(type, javac, records);
    }
    if (round.processingOver() || round.errorRaised()) {
      return; // a class that is still missing now is javac's to report
    }
    sources.addAll(records.keySet());
    var readers = new LinkedHashMap<String, MirrorReader>();
    var roots = new LinkedHashMap<String, Shape.Group>();
    for (Map.Entry<String, TypeElement> entry : records.entrySet()) {
      String name = entry.getKey();
      // javac hands out a new element for an old class in each round
      TypeElement record =
          javac.getElementUtils().getTypeElement(entry.getValue().getQualifiedName());
      var reader = new MirrorReader(javac.getElementUtils());
      Shape.Group root = reader.group(record == null ? entry.getValue() : record);
      if (reader.incomplete) {
        waiting.put(name, entry.getValue());
      } else if (reader.annotated && (reader.closed || isAnnotated(entry.getValue()))) {
        readers.put(name, reader);
        roots.put(name, root);
        linted.add(name);
        for (String part : reader.types.keySet()) {
          if (!part.equals(name)) {
            parts.add(part);
          }
        }
      }
    }
    for (Map.Entry<String, MirrorReader> entry : readers.entrySet()) {
      String name = entry.getKey();
      if (done.add(name)) {
        schema(name, entry.getValue(), roots.get(name), javac);
      }
    }
  }

  private static void collect(
      TypeElement type, ProcessingEnvironment javac, Map<String, TypeElement> records) {
    if (type.getKind() == ElementKind.RECORD && type.getTypeParameters().isEmpty()) {
      records.put(javac.getElementUtils().getBinaryName(type).toString(), type);
    }
    for (TypeElement member : ElementFilter.typesIn(type.getEnclosedElements())) {
      collect(member, javac, records);
    }
  }

  private static boolean isAnnotated(TypeElement record) {
    for (RecordComponentElement component : record.getRecordComponents()) {
      if (hasOurs(component)) {
        return true;
      }
    }
    return hasOurs(record);
  }

  private static boolean hasOurs(Element element) {
    return element.getAnnotationMirrors().stream().anyMatch(annotation -> {
      var type = (TypeElement) annotation.getAnnotationType().asElement();
      return type.getQualifiedName().toString().startsWith("cnkit.config.");
    });
  }

  private void schema(
      String name, MirrorReader reader, Shape.@Nullable Group root, ProcessingEnvironment javac) {
    if (root == null) {
      return;
    }
    Lint.Result result = Lint.schema(root, !parts.contains(name));
    for (Finding finding : result.errors()) {
      report(finding, Diagnostic.Kind.ERROR, name, reader, javac.getMessager());
    }
    for (Finding finding : result.warnings()) {
      report(finding, Diagnostic.Kind.WARNING, name, reader, javac.getMessager());
    }
    if (!result.errors().isEmpty()) {
      return;
    }
    try (Writer out = javac
        .getFiler()
        .createResource(
            StandardLocation.CLASS_OUTPUT,
            "",
            SchemaResource.location(name),
            reader.types.values().toArray(new Element[0]))
        .openWriter()) {
      out.write(SchemaText.write(root, reader.fingerprints));
    } catch (IOException e) {
      javac
          .getMessager()
          .printMessage(
              Diagnostic.Kind.WARNING,
              "cn-config: the schema of " + name + " cannot be written, start-up will reflect: "
                  + e);
    }
  }

  private void report(
      Finding finding, Diagnostic.Kind kind, String root, MirrorReader reader, Messager messager) {
    Trail trail = new Trail(root, reader);
    if (reportedWithin(finding)) {
      return;
    }
    Problem problem = finding.problem();
    Element place = trail.place(finding);
    if (kind == Diagnostic.Kind.WARNING && isSuppressed(place)) {
      return;
    }
    String path = problem.path().isEmpty() ? "" : problem.path() + ": ";
    String remedy = problem.remedy().isEmpty() ? "" : "; " + problem.remedy();
    String message = "cn-config: " + path + problem.message() + remedy;
    if (said.add(place + "@" + place.getEnclosingElement() + " " + message)) {
      messager.printMessage(kind, message, place);
    }
  }

  /** Whether all of these are inside one record that is linted by itself. */
  private boolean reportedWithin(Finding finding) {
    for (String record : finding.within()) {
      if (linted.contains(record)) {
        return true;
      }
    }
    List<Slot> slots = finding.slots();
    if (slots.isEmpty()) {
      return false;
    }
    for (Slot at = slots.get(0); at.parent != null; at = at.parent) {
      Slot holder = at.parent;
      boolean common = true;
      for (Slot other : slots) {
        common &= isBelow(other, holder);
      }
      String record = recordOf(at);
      if (common
          && linted.contains(record)
          && (holder.shape() instanceof Shape.Group || slots.size() == 1)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isBelow(Slot slot, Slot holder) {
    for (Slot at = slot.parent; at != null; at = at.parent) {
      if (at == holder) {
        return true;
      }
    }
    return false;
  }

  /** The record that declares the component of a slot which is not at the top; empty for a discriminator. */
  private static String recordOf(Slot slot) {
    Slot holder = slot.parent;
    if (holder != null && holder.shape() instanceof Shape.Group group) {
      return group.type();
    }
    if (holder != null && holder.shape() instanceof Shape.Choice choice) {
      for (Shape.Variant variant : choice.variants()) {
        if (variant.group().fields().contains(slot.field)) {
          return variant.group().type();
        }
      }
    }
    return "";
  }

  /** Follows a slot from the root to the declaration that a person can change. */
  private final class Trail {
    private final String root;
    private final MirrorReader reader;

    Trail(String root, MirrorReader reader) {
      this.root = root;
      this.reader = reader;
    }

    Element place(Finding finding) {
      TypeElement rootType = type(root);
      if (finding.slots().isEmpty()) {
        return rootType;
      }
      // the outermost first; what is in no source of this compilation cannot be pointed at
      for (Slot at = finding.slots().get(0); at != null; at = at.parent) {
        String record = at.parent == null ? root : recordOf(at);
        if (sources.contains(record)) {
          return finding.ofType() && at == finding.slots().get(0)
              ? type(record)
              : component(type(record), at.field.component());
        }
      }
      return rootType;
    }

    private TypeElement type(String name) {
      TypeElement type = reader.types.get(name);
      if (type == null) {
        throw new IllegalStateException("no declaration of " + name);
      }
      return type;
    }

    /** The field, since javac 17 loses the place of a record component. */
    private static Element component(TypeElement record, String name) {
      for (Element field : ElementFilter.fieldsIn(record.getEnclosedElements())) {
        if (field.getSimpleName().contentEquals(name)
            && !field.getModifiers().contains(Modifier.STATIC)) {
          return field;
        }
      }
      return record;
    }
  }

  private static boolean isSuppressed(Element place) {
    for (Element at = place; at != null; at = at.getEnclosingElement()) {
      SuppressWarnings suppressed = at.getAnnotation(SuppressWarnings.class);
      if (suppressed != null && List.of(suppressed.value()).contains("cn-config")) {
        return true;
      }
    }
    return false;
  }

  /** Annotations on types that can have no use for them. */
  private void misplaced(RoundEnvironment round, Messager messager) {
    for (Element type : round.getElementsAnnotatedWith(ExactlyOneOf.class)) {
      if (type.getKind() != ElementKind.RECORD) {
        messager.printMessage(
            Diagnostic.Kind.ERROR, "cn-config: @ExactlyOneOf fits a record only", type);
      }
    }
    for (Element type : round.getElementsAnnotatedWith(Discriminator.class)) {
      if (!type.getKind().isInterface() || !type.getModifiers().contains(Modifier.SEALED)) {
        messager.printMessage(
            Diagnostic.Kind.ERROR,
            "cn-config: @Discriminator fits a sealed interface of records only",
            type);
      }
    }
    for (Element type : round.getElementsAnnotatedWith(Key.class)) {
      if (type instanceof TypeElement named && named.getKind() != ElementKind.RECORD) {
        messager.printMessage(
            Diagnostic.Kind.ERROR,
            "cn-config: @Key on a type fits a record of a sealed interface only",
            type);
      }
    }
  }
}
