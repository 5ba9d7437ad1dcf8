package cnkit.config;

import cnkit.config.schema.Node;
import cnkit.config.schema.Slot;
import cnkit.config.schema.Types;
import cnkit.config.schema.Values;
import cnkit.config.source.Disk;
import cnkit.config.text.Text;
import cnkit.core.Time;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Follows the file of one setting: each look converts and checks as the first one did. Only the thread that looks uses it. */
final class Rotation implements Rotating.Source<Object> {
  private final Slot slot;
  private final String file;
  private final Origin origin;
  private final Types types;
  private byte[] seen;

  private Rotation(Slot slot, Node.Bytes first, Types types) {
    this.slot = slot;
    this.file = first.file();
    this.origin = first.origin();
    this.types = types;
    this.seen = first.content().clone();
  }

  /** A value that follows the file of its first content. */
  static Rotating<Object> of(Slot slot, Node.Bytes first, Object value, Types types, Time time) {
    return Rotating.of(value, new Rotation(slot, first, types), time);
  }

  @Override
  public Rotating.Look<Object> look(Object current) {
    byte[] content;
    try {
      content = Disk.content(Path.of(file));
    } catch (IOException e) {
      return new Rotating.Look<>(
          null,
          new Problem(
              Problem.Code.UNREADABLE,
              slot.path,
              Text.shown(file) + ": " + Disk.reason(e),
              List.of(origin),
              ""));
    }
    if (Arrays.equals(content, seen)) {
      return new Rotating.Look<>(current, null);
    }
    var problems = new ArrayList<Problem>(1);
    Object made = new Values(types, problems).part(slot, new Node.Bytes(content, "", origin));
    if (made == Types.FAILED) {
      return new Rotating.Look<>(null, problems.get(0));
    }
    Arrays.fill(seen, (byte) 0);
    seen = content;
    return new Rotating.Look<>(((Rotating<?>) made).current(), null);
  }
}
