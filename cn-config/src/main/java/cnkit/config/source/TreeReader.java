package cnkit.config.source;

import cnkit.config.Origin;
import cnkit.config.Problem;
import cnkit.config.format.FileFormat;
import cnkit.config.format.FileFormat.Event;
import cnkit.config.format.FileFormat.Events;
import cnkit.config.format.FileFormat.Kind;
import cnkit.config.schema.Node;
import cnkit.config.schema.Origins;
import cnkit.config.text.Names;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Grows a tree from what a format tells, and trusts the format in nothing: it may throw, tell nonsense or never end. */
public final class TreeReader {
  private static final int DEEPEST = 64;

  private final String name;
  private final Events events;
  private final List<Problem> problems;

  /** What is left of a bound that no honest format reaches. */
  private long budget;

  private TreeReader(String name, Events events, int length, List<Problem> problems) {
    this.name = name;
    this.events = events;
    this.budget = 8L * length + 64;
    this.problems = problems;
  }

  /** The object that a file holds; null after a problem. */
  static Node.@Nullable Obj read(
      String name, FileFormat format, String text, List<Problem> problems) {
    try {
      return new TreeReader(name, format.open(text), text.length(), problems).file();
    } catch (Stop stop) {
      problems.add(
          new Problem(Problem.Code.SYNTAX, "", "the file " + stop.what, List.of(stop.origin), ""));
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      // no message of theirs: it may quote the file
      problems.add(new Problem(
          Problem.Code.SYNTAX,
          "",
          "its format failed with " + e.getClass().getName(),
          List.of(Origins.file(name, 0, 0)),
          ""));
    }
    return null;
  }

  private Node.@Nullable Obj file() throws Stop {
    Event first = next();
    if (first.kind() == Kind.END) {
      return Node.Obj.of(new LinkedHashMap<>(), at(first)); // a file of comments alone
    }
    Node node = node(first, "", 0);
    Event last = next();
    if (last.kind() != Kind.END) {
      throw new Stop("goes on after its end", at(last));
    }
    if (node instanceof Node.Obj object) {
      return object;
    }
    if (!(node instanceof Node.Nil)) {
      throw new Stop("must hold an object, with the names of the settings as its keys", at(first));
    }
    throw new Stop("is null: expected an object", at(first));
  }

  private Node node(Event begin, String path, int depth) throws Stop {
    if (depth > DEEPEST) {
      throw new Stop("nests deeper than " + DEEPEST, at(begin));
    }
    return switch (begin.kind()) {
      case VALUE -> new Node.Text(begin.text(), at(begin));
      case NULL -> new Node.Nil(at(begin));
      case LIST -> list(begin, path, depth);
      case OBJECT -> object(begin, path, depth);
      default -> throw new Stop("has no value where one is expected", at(begin));
    };
  }

  private Node.Arr list(Event begin, String path, int depth) throws Stop {
    var items = new ArrayList<Node>();
    for (Event event = next(); event.kind() != Kind.CLOSE; event = next()) {
      items.add(node(event, path + "." + items.size(), depth + 1));
    }
    return new Node.Arr(items, at(begin));
  }

  private Node.Obj object(Event begin, String path, int depth) throws Stop {
    var members = new LinkedHashMap<String, Node>();
    var places = new HashMap<String, Origin>();
    for (Event event = next(); event.kind() != Kind.CLOSE; event = next()) {
      if (event.kind() != Kind.KEY) {
        throw new Stop("has no key where one is expected", at(event));
      }
      String key = event.text();
      String below = Names.join(path, '.', key);
      Origin place = at(event);
      Origin first = places.putIfAbsent(key, place);
      Node value = node(next(), below, depth + 1);
      if (first == null) {
        members.put(key, value);
      } else {
        problems.add(FlatFile.twice(below, first, place));
      }
    }
    return Node.Obj.of(members, at(begin));
  }

  private Event next() throws Stop {
    Event event = events.next();
    if (event == null || budget-- <= 0) {
      throw new IllegalStateException();
    }
    if (event.kind() == Kind.MALFORMED) {
      throw new Stop(event.text(), at(event));
    }
    return event;
  }

  private Origin at(Event event) {
    return Origins.file(name, event.line(), event.column());
  }

  /** The file cannot be read further. */
  private static final class Stop extends Exception {
    private static final long serialVersionUID = 1L;

    final transient String what;
    final transient Origin origin;

    Stop(String what, Origin origin) {
      super(null, null, false, false);
      this.what = what;
      this.origin = origin;
    }
  }
}
