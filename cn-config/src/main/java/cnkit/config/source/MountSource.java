package cnkit.config.source;

import cnkit.config.Origin;
import cnkit.config.Problem;
import cnkit.config.schema.FlatTree;
import cnkit.config.schema.Node;
import cnkit.config.schema.Origins;
import cnkit.config.text.Names;
import cnkit.config.text.Utf8;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A mounted directory: each file is a setting, named by its path below the directory. */
public final class MountSource {
  /** More than any volume has; a directory that is no volume, such as a whole disk, must not be walked. */
  private static final int MOST = 10_000;

  private static final int DEEPEST = 16;

  private final FlatTree tree = new FlatTree(Origins.mount(""));
  private final List<Problem> problems;
  private int count;

  MountSource(List<Problem> problems) {
    this.problems = problems;
  }

  /** The tree of a directory on disk. */
  Node.Obj read(Disk disk, Path directory) {
    walk(disk, directory, "", 0);
    return tree.tree();
  }

  /** The tree of files that are given as values. */
  Node.Obj given(String name, Map<String, byte[]> files) {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Origin origin = Origins.mount(name + "/" + file.getKey());
      put(file.getKey().replace('/', '.'), new Node.Bytes(file.getValue(), "", origin));
    }
    return tree.tree();
  }

  private void walk(Disk disk, Path directory, String prefix, int depth) {
    Origin place = Origins.mount(directory.toString());
    if (depth > DEEPEST) {
      unreadable("", "nests deeper than " + DEEPEST + " directories", place);
      return;
    }
    Set<String> names;
    try {
      names = disk.list(directory);
    } catch (IOException e) {
      unreadable("", Disk.reason(e), place);
      return;
    }
    for (String name : names) {
      if (++count > MOST) {
        if (count == MOST + 1) {
          unreadable("", "holds more than " + MOST + " files: no mounted volume", place);
        }
        return;
      }
      Path file = directory.resolve(name);
      String path = Names.join(prefix, '.', name);
      if (disk.isDirectory(file)) {
        walk(disk, file, path, depth + 1);
      } else {
        put(path, value(disk, file, path));
      }
    }
  }

  private Node value(Disk disk, Path file, String path) {
    Origin origin = Origins.mount(file.toString());
    try {
      return new Node.Bytes(disk.read(file), file.toString(), origin);
    } catch (IOException e) {
      unreadable(path, Disk.reason(e), origin);
      return new Node.Faulty(origin);
    }
  }

  private void put(String path, Node value) {
    Node present = tree.put(path, value);
    if (present != null) {
      problems.add(new Problem(
          Problem.Code.DUPLICATE,
          path,
          "two files for one setting",
          List.of(present.origin(), value.origin()),
          "remove one"));
    }
  }

  private void unreadable(String path, String reason, Origin origin) {
    problems.add(new Problem(Problem.Code.UNREADABLE, path, reason, List.of(origin), ""));
  }

  /** The text of a file that is text: UTF-8, without a byte order mark; null when it is something else. */
  public static @Nullable String text(byte[] bytes) {
    boolean marked = bytes.length >= 3
        && bytes[0] == (byte) 0xef
        && bytes[1] == (byte) 0xbb
        && bytes[2] == (byte) 0xbf;
    int from = marked ? 3 : 0;
    return Utf8.strict(bytes, from, bytes.length - from);
  }
}
