package cnkit.config.source;

import cnkit.config.schema.Layout;
import cnkit.config.schema.Slot;
import cnkit.config.text.Names;
import cnkit.config.text.Nearest;
import cnkit.core.internal.Pure;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * Finds variables that were meant for us but are spelled otherwise. There may be thousands of
 * foreign ones, so most are dismissed by their first letter and their length, without an allocation.
 */
@Pure
public final class Suspects {
  /** A name of fewer letters has too many neighbours that mean something else. */
  private static final int LONG_ENOUGH = 6;

  private final Layout layout;
  private final boolean[] firstLetters = new boolean[128];
  private final boolean[] lastLetters = new boolean[128];
  private int shortest = Integer.MAX_VALUE;
  private int longest;

  Suspects(Layout layout) {
    this.layout = layout;
    for (Slot slot : layout.slots) {
      if (slot.isLeaf() && !slot.env.isEmpty()) {
        firstLetters[slot.env.charAt(0)] = true;
        lastLetters[slot.env.charAt(slot.env.length() - 1)] = true;
        shortest = Math.min(shortest, slot.env.length());
        longest = Math.max(longest, slot.env.length());
      }
    }
  }

  /** Whether a name can be another spelling of one of ours, or one edit away from one. */
  boolean worthALook(String name) {
    int length = name.length();
    if (length == 0 || length + 1 < shortest / 2 || length > 2 * longest + 1) {
      return false;
    }
    if (length <= longest + 1 && layout.env.isEmpty()) {
      return true; // an edit may have hit the first or the last letter
    }
    char first = Names.upper(name.charAt(0));
    char last = Names.upper(name.charAt(length - 1));
    return first < 128 && last < 128 && firstLetters[first] && lastLetters[last];
  }

  /** The setting whose name this is in another spelling; null for none. */
  @Nullable
  Slot spelling(String name) {
    for (Slot slot : layout.slots) {
      if (slot.isLeaf() && Names.alike(name, slot.env)) {
        return slot;
      }
    }
    return null;
  }

  /** The unset setting whose name is one edit away; null for none. */
  @Nullable
  Slot nearUnset(String name, Set<String> set) {
    for (Slot slot : layout.slots) {
      if (slot.isLeaf()
          && slot.env.length() >= LONG_ENOUGH
          && Math.abs(slot.env.length() - name.length()) <= 1
          && !set.contains(slot.env)
          && Nearest.distance(name, slot.env, 1) == 1) {
        return slot;
      }
    }
    return null;
  }
}
