package cnkit.config.source;

import cnkit.config.Origin;
import cnkit.config.Problem;
import cnkit.config.schema.Origins;
import cnkit.core.internal.Pure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The entries of a file of keys and values, in order, each key once; everything else about it is a problem. */
@Pure
public final class FlatFile {
  /** One value and its place. */
  public record Entry(String key, String value, Origin origin) {}

  private final String name;
  private final List<Problem> problems;
  private final Map<String, Origin> keys = new HashMap<>();
  public final List<Entry> entries = new ArrayList<>();

  public FlatFile(String name, List<Problem> problems) {
    this.name = name;
    this.problems = problems;
  }

  /** Adds an entry; {@code keyLine} and {@code keyColumn} are where the key stands. */
  void add(String key, String value, int keyLine, int keyColumn, int line, int column) {
    Origin place = Origins.file(name, keyLine, keyColumn);
    Origin first = keys.putIfAbsent(key, place);
    if (first == null) {
      entries.add(new Entry(key, value, Origins.file(name, line, column)));
    } else {
      problems.add(twice(key, first, place));
    }
  }

  static Problem twice(String path, Origin first, Origin second) {
    return new Problem(
        Problem.Code.DUPLICATE,
        path,
        "the same key twice in one file",
        List.of(first, second),
        "remove one");
  }

  void malformed(String what, String remedy, int line, int column) {
    problems.add(new Problem(
        Problem.Code.SYNTAX, "", what, List.of(Origins.file(name, line, column)), remedy));
  }
}
