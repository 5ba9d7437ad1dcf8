package cnkit.examples.architecture;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Groups of top-level classes that all need each other, directly or through others of the group. */
final class Cycles {
  private Cycles() {}

  /** A nested class counts with its top-level class. */
  static List<Set<String>> among(Collection<JavaClass> classes) {
    Map<String, Set<String>> needs = new TreeMap<>();
    classes.forEach(type -> needs.put(Kit.topLevel(type).getName(), new TreeSet<>()));
    for (JavaClass type : classes) {
      String from = Kit.topLevel(type).getName();
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        String to =
            Kit.topLevel(dependency.getTargetClass().getBaseComponentType()).getName();
        if (needs.containsKey(to) && !to.equals(from)) {
          needs.computeIfAbsent(from, name -> new TreeSet<>()).add(to);
        }
      }
    }
    return of(needs);
  }

  /** Two classes are of one group when each reaches the other. */
  static List<Set<String>> of(Map<String, Set<String>> needs) {
    Map<String, Set<String>> groups = new TreeMap<>();
    Map<String, Set<String>> reached = new TreeMap<>();
    needs.keySet().forEach(name -> reached.put(name, reach(needs, name)));
    reached.forEach((name, others) -> {
      Set<String> group = new TreeSet<>(others);
      group.removeIf(other -> !reached.getOrDefault(other, Set.of()).contains(name));
      if (!group.isEmpty()) { // a class that reaches itself is in its own group
        groups.put(String.join(" ", group), group);
      }
    });
    return List.copyOf(groups.values());
  }

  private static Set<String> reach(Map<String, Set<String>> needs, String start) {
    Set<String> reached = new TreeSet<>();
    Deque<String> open = new ArrayDeque<>(needs.getOrDefault(start, Set.of()));
    while (!open.isEmpty()) {
      String next = open.pop();
      if (reached.add(next)) {
        open.addAll(needs.getOrDefault(next, Set.of()));
      }
    }
    return reached;
  }
}
