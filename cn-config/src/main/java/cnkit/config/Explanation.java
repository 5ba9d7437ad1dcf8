package cnkit.config;

import java.util.List;

/**
 * Where one setting's value came from, and what it hides. Values are shown as text; a secret's are
 * {@code ***}. Immutable.
 *
 * @param path the setting
 * @param candidates every source that has a value, the winner first; empty when none has
 */
public record Explanation(String path, List<Candidate> candidates) {
  /** Copies the list. */
  public Explanation {
    candidates = List.copyOf(candidates);
  }

  /**
   * One source's value.
   *
   * @param value the text of the value, redacted if it is secret
   * @param origin where it is
   */
  public record Candidate(String value, Origin origin) {
    @Override
    public String toString() {
      return value + "  " + origin;
    }
  }

  /** Several lines: the winner, then what it shadows. */
  @Override
  public String toString() {
    if (candidates.isEmpty()) {
      return path + "  not set";
    }
    var text = new StringBuilder(path);
    for (int i = 0; i < candidates.size(); i++) {
      text.append(i == 0 ? "  " : "\n  shadows ").append(candidates.get(i));
    }
    return text.toString();
  }
}
