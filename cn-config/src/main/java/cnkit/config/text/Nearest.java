package cnkit.config.text;

import cnkit.core.internal.Pure;
import java.util.Collection;

/** Did-you-mean: the closest of some names by edit distance, letters compared without their case. */
@Pure
public final class Nearest {
  private Nearest() {}

  /**
   * The closest candidate that is near enough to be meant, or the empty text. Near is one edit for
   * four letters, and one more for every four; the first of equally near ones wins.
   */
  public static String of(String name, Collection<String> candidates) {
    String best = "";
    int bestDistance = Integer.MAX_VALUE;
    String lowered = Names.lower(name);
    for (String candidate : candidates) {
      int limit = Math.max(1, Math.min(name.length(), candidate.length()) / 4);
      int distance = distance(lowered, Names.lower(candidate), Math.min(limit, bestDistance - 1));
      if (distance < bestDistance && distance <= limit) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return best;
  }

  /**
   * Insertions, deletions, replacements and swaps of neighbours between two texts, or
   * {@code limit + 1} as soon as it is clear that there are more.
   */
  public static int distance(String a, String b, int limit) {
    if (Math.abs(a.length() - b.length()) > limit) {
      return limit + 1;
    }
    int[] twoAgo = new int[b.length() + 1];
    int[] previous = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      int smallest = i;
      for (int j = 1; j <= b.length(); j++) {
        int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least = Math.min(Math.min(row[j - 1], previous[j]) + 1, previous[j - 1] + cost);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          least = Math.min(least, twoAgo[j - 2] + 1);
        }
        row[j] = least;
        smallest = Math.min(smallest, least);
      }
      if (smallest > limit) {
        return limit + 1;
      }
      int[] reused = twoAgo;
      twoAgo = previous;
      previous = row;
      row = reused;
    }
    return Math.min(previous[b.length()], limit + 1);
  }
}
