package cnkit.config.processor;

import cnkit.config.schema.Declared;
import cnkit.config.schema.Fingerprint;
import cnkit.config.schema.Kind;
import cnkit.config.schema.Shape;
import cnkit.config.schema.Unfit;
import cnkit.config.text.Names;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.RecordComponentElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.type.WildcardType;
import javax.lang.model.util.Elements;

/** Reads the schema of a record inside javac. What {@link SchemaReader} makes of the class, it makes of the source. */
final class MirrorReader {
  private final Elements elements;
  private final Deque<String> open = new ArrayDeque<>();

  /** What the schema consists of, the root first. */
  final Map<String, String> fingerprints = new LinkedHashMap<>();

  /** The declarations behind the schema. */
  final Map<String, TypeElement> types = new LinkedHashMap<>();

  /** Whether a class was found that is not there yet, as another processor may write it. */
  boolean incomplete;

  /** Whether every type is one of ours, without a class that needs a converter. */
  boolean closed = true;

  /** Whether one of our annotations is somewhere. */
  boolean annotated;

  MirrorReader(Elements elements) {
    this.elements = elements;
  }

  Shape.Group group(TypeElement type) {
    String name = name(type);
    note(type, recordPrint(type));
    open.push(name);
    var fields = new ArrayList<Shape.Field>();
    for (RecordComponentElement component : type.getRecordComponents()) {
      fields.add(field(component));
    }
    open.pop();
    return Declared.group(name, fields, type::getAnnotation);
  }

  private String name(TypeElement type) {
    return elements.getBinaryName(type).toString();
  }

  private void note(TypeElement type, String fingerprint) {
    fingerprints.put(name(type), fingerprint);
    types.put(name(type), type);
  }

  private Shape.Field field(RecordComponentElement component) {
    TypeMirror type = component.asType();
    boolean optional = false;
    if (type instanceof DeclaredType declared
        && declared.getTypeArguments().size() == 1
        && name((TypeElement) declared.asElement()).equals("java.util.Optional")) {
      optional = true;
      type = declared.getTypeArguments().get(0);
    }
    return Declared.field(
        component.getSimpleName().toString(), shape(type), optional, component::getAnnotation);
  }

  private Shape shape(TypeMirror type) {
    if (type.getKind() == TypeKind.ERROR) {
      incomplete = true;
      return unsupported(type);
    }
    if (type instanceof DeclaredType declared) {
      return declared.getTypeArguments().isEmpty()
          ? plain((TypeElement) declared.asElement())
          : generic(declared);
    }
    if (type.getKind().isPrimitive()) {
      Kind kind = Kind.of(Names.lower(type.getKind().name()));
      return kind == null ? unsupported(type) : Shape.Scalar.of(kind);
    }
    if (type instanceof ArrayType array) {
      if (array.getComponentType().getKind() == TypeKind.BYTE) {
        return Shape.Scalar.of(Kind.BYTES);
      }
      closed = false;
      return new Shape.Unsupported(type.toString(), Unfit.reason(type.toString(), true, false));
    }
    return unsupported(type);
  }

  private Shape unsupported(TypeMirror type) {
    closed = false;
    return new Shape.Unsupported(type.toString(), "expected a concrete type");
  }

  private Shape generic(DeclaredType type) {
    var arguments = new ArrayList<Shape>();
    for (TypeMirror argument : type.getTypeArguments()) {
      arguments.add(shape(argument));
    }
    Shape shape = Unfit.generic(name((TypeElement) type.asElement()), arguments);
    closed &= !(shape instanceof Shape.Unsupported);
    return shape;
  }

  private Shape plain(TypeElement type) {
    String name = name(type);
    Kind kind = Kind.of(name);
    if (kind != null) {
      return Shape.Scalar.of(kind);
    }
    if (type.getKind() == ElementKind.ENUM) {
      var constants = constants(type);
      var print = new Fingerprint();
      for (String constant : constants) {
        print.add(constant);
      }
      note(type, annotations(print, type).toString());
      return new Shape.Scalar(Kind.ENUM, name, constants, false, false);
    }
    if (type.getKind() == ElementKind.RECORD) {
      if (!type.getTypeParameters().isEmpty()) {
        closed = false;
        return new Shape.Unsupported(name, "a generic record cannot be a schema");
      }
      if (open.contains(name)) {
        closed = false;
        return new Shape.Unsupported(name, "a record cannot contain itself");
      }
      return group(type);
    }
    boolean isInterface = type.getKind().isInterface();
    if (isInterface && type.getModifiers().contains(Modifier.SEALED)) {
      return choice(type, name);
    }
    closed = false;
    String reason = Unfit.reason(name, false, isInterface);
    if (!reason.isEmpty()) {
      return new Shape.Unsupported(name, reason);
    }
    note(type, "-");
    return new Shape.Scalar(Kind.CUSTOM, name, List.of(), false, false);
  }

  private Shape choice(TypeElement type, String name) {
    var print = new Fingerprint();
    var variants = new ArrayList<Shape.Variant>();
    for (TypeMirror permitted : type.getPermittedSubclasses()) {
      TypeElement record =
          permitted instanceof DeclaredType declared ? (TypeElement) declared.asElement() : type;
      if (record.getKind() != ElementKind.RECORD || open.contains(name(record))) {
        closed = false;
        return new Shape.Unsupported(name, "a sealed interface must permit records only");
      }
      print.add(name(record).replace('.', '/'));
      variants.add(new Shape.Variant(
          Declared.selector(record.getSimpleName().toString(), record::getAnnotation),
          group(record)));
    }
    note(type, annotations(print, type).toString());
    return Declared.choice(name, variants, type::getAnnotation);
  }

  private static List<String> constants(TypeElement type) {
    var constants = new ArrayList<String>();
    for (Element member : type.getEnclosedElements()) {
      if (member.getKind() == ElementKind.ENUM_CONSTANT) {
        constants.add(member.getSimpleName().toString());
      }
    }
    return constants;
  }

  // ---- what a class file will hold

  private String recordPrint(TypeElement type) {
    var print = new Fingerprint();
    for (RecordComponentElement component : type.getRecordComponents()) {
      print.add(component.getSimpleName().toString());
      var signature = new StringBuilder();
      signature(signature, component.asType());
      print.add(signature.toString());
      annotations(print, component);
    }
    return annotations(print, type).toString();
  }

  private Fingerprint annotations(Fingerprint print, Element element) {
    for (AnnotationMirror annotation : element.getAnnotationMirrors()) {
      var descriptor = new StringBuilder();
      signature(descriptor, annotation.getAnnotationType());
      if (descriptor.indexOf(Fingerprint.OURS) == 0) {
        annotated = true;
        print.add(descriptor.toString());
        for (Map.Entry<? extends ExecutableElement, ? extends AnnotationValue> value :
            annotation.getElementValues().entrySet()) {
          print.add(value.getKey().getSimpleName().toString());
          value(print, value.getValue().getValue());
        }
      }
    }
    return print;
  }

  private static void value(Fingerprint print, Object value) {
    if (value instanceof List<?> list) {
      for (Object element : list) {
        value(print, ((AnnotationValue) element).getValue());
      }
    } else if (value instanceof String text) {
      print.add(text);
    }
  }

  private void signature(StringBuilder out, TypeMirror type) {
    switch (type.getKind()) {
      case BOOLEAN -> out.append('Z');
      case BYTE -> out.append('B');
      case SHORT -> out.append('S');
      case INT -> out.append('I');
      case LONG -> out.append('J');
      case CHAR -> out.append('C');
      case FLOAT -> out.append('F');
      case DOUBLE -> out.append('D');
      case ARRAY -> signature(out.append('['), ((ArrayType) type).getComponentType());
      case DECLARED -> {
        var declared = (DeclaredType) type;
        out.append('L').append(name((TypeElement) declared.asElement()).replace('.', '/'));
        if (!declared.getTypeArguments().isEmpty()) {
          out.append('<');
          for (TypeMirror argument : declared.getTypeArguments()) {
            signature(out, argument);
          }
          out.append('>');
        }
        out.append(';');
      }
      case WILDCARD -> {
        TypeMirror above = ((WildcardType) type).getExtendsBound();
        TypeMirror below = ((WildcardType) type).getSuperBound();
        if (above != null) {
          signature(out.append('+'), above);
        } else if (below != null) {
          signature(out.append('-'), below);
        } else {
          out.append('*');
        }
      }
      default -> out.append('T').append(type).append(';');
    }
  }
}
