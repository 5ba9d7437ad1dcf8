package cnkit.config;

import java.util.List;

/**
 * Where one setting's value came from, and which values it overrides. Values are shown as text; secrets are masked as
 * {@code ***}. Immutable.
 *
 * @param path the setting
 * @param candidates the values of all sources, the one in effect first; empty if no source has one
 */
public record Explanation(String path, List<Candidate> candidates) {
  /** Copies the list. */
  public Explanation {
    candidates = List.copyOf(candidates);
  }

  /**
   * One source's value.
   *
   * @param value the text of the value, masked if it is a secret
   * @param origin where it is
   */
  public record Candidate(String value, Origin origin) {
    @Override
    public String toString() {
      return value + "  " + origin;
    }
  }

  /** Several lines: the value in effect, then the values that it overrides. */
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
