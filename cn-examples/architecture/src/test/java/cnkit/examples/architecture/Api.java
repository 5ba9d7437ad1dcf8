package cnkit.examples.architecture;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Prints types as their users see them: a heading with the type, then a sorted line for each member. */
final class Api {
  private Api() {}

  static String of(List<Class<?>> types) {
    return types.stream().map(Api::of).collect(Collectors.joining("\n"));
  }

  private static String of(Class<?> type) {
    StringBuilder text = new StringBuilder(heading(type)).append('\n');
    members(type).forEach(line -> text.append("  ").append(line).append('\n'));
    return text.toString();
  }

  private static String heading(Class<?> type) {
    // toGenericString has modifiers, kind, name and type parameters; before JDK 18 not whether a
    // type is sealed
    String declared = type.toGenericString().replaceFirst("\\b(non-)?sealed ", "");
    StringBuilder text = new StringBuilder(declared);
    if (type.isRecord()) {
      text.append(Arrays.stream(type.getRecordComponents())
          .map(part -> part.getGenericType().getTypeName() + " " + part.getName())
          .collect(Collectors.joining(", ", "(", ")")));
    }
    Type parent = type.getGenericSuperclass();
    if (parent != null && parent != Object.class && !type.isRecord() && !type.isEnum()) {
      text.append(" extends ").append(parent.getTypeName());
    }
    list(
        text,
        type.isInterface() ? " extends " : " implements ",
        Arrays.stream(type.getGenericInterfaces()));
    if (type.isSealed()) {
      list(text, " permits ", Arrays.stream(type.getPermittedSubclasses()));
    }
    return shortened(text.toString());
  }

  private static void list(StringBuilder text, String word, Stream<? extends Type> types) {
    String names = types.map(Type::getTypeName).sorted().collect(Collectors.joining(", "));
    if (!names.isEmpty()) {
      text.append(word).append(names);
    }
  }

  /** Those of a superclass that a user cannot name are members of the type that he can name. */
  private static Set<String> members(Class<?> type) {
    Set<String> lines = new TreeSet<>();
    for (Class<?> at = type; at == type || hidden(at); at = at.getSuperclass()) {
      for (Field field : at.getDeclaredFields()) {
        add(lines, field, field.toGenericString(), at);
      }
      for (Method method : at.getDeclaredMethods()) {
        if (!method.isBridge() && !impliedByRecord(at, method)) {
          add(lines, method, method.toGenericString(), at);
        }
      }
      if (at == type) {
        for (Constructor<?> constructor : at.getDeclaredConstructors()) {
          add(lines, constructor, constructor.toGenericString(), at);
        }
      }
    }
    return lines;
  }

  private static boolean hidden(Class<?> type) {
    return type != null
        && type.getName().startsWith("cnkit.")
        && !Modifier.isPublic(type.getModifiers());
  }

  private static boolean impliedByRecord(Class<?> type, Executable method) {
    return type.isRecord() && Set.of("equals", "hashCode", "toString").contains(method.getName());
  }

  private static void add(Set<String> lines, Member member, String text, Class<?> owner) {
    boolean visible =
        Modifier.isPublic(member.getModifiers()) || Modifier.isProtected(member.getModifiers());
    if (visible && !member.isSynthetic()) {
      String ownName = owner.getName();
      String simple = owner.getSimpleName();
      lines.add(shortened(
          text.replace(" " + ownName + "(", " " + simple + "(").replace(" " + ownName + ".", " ")));
    }
  }

  private static String shortened(String text) {
    // how a method is implemented is no part of the API
    return text.replaceAll("\\bjava\\.lang\\.(?=[A-Z])", "")
        .replaceAll("\\b(synchronized|native|strictfp) ", "");
  }
}
