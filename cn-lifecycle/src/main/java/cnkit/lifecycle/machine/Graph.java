package cnkit.lifecycle.machine;

import cnkit.core.internal.Pure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Names and the edges between them, in the order in which they were added. */
@Pure
public final class Graph {
  private final Map<String, Set<String>> needs = new LinkedHashMap<>();

  /** A node and what must come before it. */
  public Graph node(String name, Iterable<String> earlier) {
    Set<String> edges = needs.computeIfAbsent(name, n -> new LinkedHashSet<>());
    for (String edge : earlier) {
      edges.add(edge);
    }
    return this;
  }

  /** All nodes, each after what it needs; otherwise as added. Empty when there is a cycle. */
  public Optional<List<String>> order() {
    var order = new LinkedHashSet<String>();
    while (order.size() < needs.size()) {
      Optional<String> next = Optional.empty();
      for (Map.Entry<String, Set<String>> node : needs.entrySet()) {
        if (!order.contains(node.getKey()) && order.containsAll(node.getValue())) {
          next = Optional.of(node.getKey());
          break;
        }
      }
      if (next.isEmpty()) {
        return Optional.empty();
      }
      order.add(next.get());
    }
    return Optional.of(List.copyOf(order));
  }

  /** A cycle as a path that ends where it began, each name needing the next; empty when there is none. */
  public List<String> cycle() {
    for (String start : needs.keySet()) {
      List<String> path = pathBack(start);
      if (!path.isEmpty()) {
        return path;
      }
    }
    return List.of();
  }

  private List<String> pathBack(String start) {
    Map<String, String> cameFrom = new HashMap<>();
    var queue = new ArrayDeque<String>(List.of(start));
    while (!queue.isEmpty()) {
      String node = queue.remove();
      for (String next : needs.getOrDefault(node, Set.of())) {
        if (next.equals(start)) {
          var path = new ArrayList<String>(List.of(start));
          for (Optional<String> at = Optional.of(node);
              at.isPresent() && !at.get().equals(start);
              at = Optional.ofNullable(cameFrom.get(at.get()))) {
            path.add(1, at.get());
          }
          path.add(start);
          return path;
        }
        if (cameFrom.putIfAbsent(next, node) == null) {
          queue.add(next);
        }
      }
    }
    return List.of();
  }
}
