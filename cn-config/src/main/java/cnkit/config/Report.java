package cnkit.config;

import cnkit.config.text.Text;
import cnkit.core.internal.Pure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;

/** Problems as people read them. The same problems give the same text, whatever order they were found in. */
@Pure
final class Report {
  /** What concerns no setting of ours comes last. */
  private static final Comparator<Problem> ORDER = Comparator.comparing(
          (Problem problem) -> problem.path().isEmpty())
      .thenComparing(Problem::path)
      .thenComparing(Problem::code)
      .thenComparing(problem -> problem.origins().toString())
      .thenComparing(Problem::message)
      .thenComparing(Problem::remedy);

  private static final int WIDEST_PATH = 40;
  private static final int WIDEST_MESSAGE = 60;
  private static final int WIDEST_PLACE = 40;

  private Report() {}

  /** Sorted by path, each once. */
  static List<Problem> sorted(List<Problem> problems) {
    var sorted = new ArrayList<>(new LinkedHashSet<>(problems));
    sorted.sort(ORDER);
    return sorted;
  }

  static String render(List<Problem> problems) {
    int count = problems.size();
    var text = new StringBuilder("configuration has ")
        .append(count)
        .append(count == 1 ? " problem" : " problems");
    text.append('\n');
    int path = 0;
    int message = 0;
    int place = 0;
    for (Problem problem : problems) {
      path = Math.max(path, within(name(problem).length(), WIDEST_PATH));
      message = Math.max(message, within(firstLine(problem.message()).length(), WIDEST_MESSAGE));
      if (!problem.remedy().isEmpty()) {
        place = Math.max(place, within(place(problem).length(), WIDEST_PLACE));
      }
    }
    for (Problem problem : problems) {
      text.append("\n  ");
      pad(text, name(problem), path);
      pad(text, firstLine(problem.message()), message);
      if (problem.origins().isEmpty()) {
        text.append(problem.remedy());
      } else {
        pad(text, place(problem), place);
        text.append(problem.remedy());
      }
      trimEnd(text);
      String[] lines = problem.message().split("\n", -1);
      for (int i = 1; i < lines.length; i++) {
        text.append("\n    ").append(lines[i]);
        trimEnd(text);
      }
    }
    return text.append('\n').toString();
  }

  /** One problem without alignment. */
  static String line(Problem problem) {
    var text = new StringBuilder(name(problem)).append("  ").append(problem.message());
    if (!problem.origins().isEmpty()) {
      text.append("  ").append(place(problem));
    }
    if (!problem.remedy().isEmpty()) {
      text.append("  ").append(problem.remedy());
    }
    return text.toString();
  }

  private static String name(Problem problem) {
    if (!problem.path().isEmpty()) {
      return Text.shown(problem.path());
    }
    return switch (problem.code()) {
      case REJECTED -> "(settings)";
      case SYNTAX, UNREADABLE, ENCODING, UNCHANGING -> "(file)";
      default -> "(unknown)";
    };
  }

  private static String place(Problem problem) {
    var text = new StringBuilder();
    for (Origin origin : problem.origins()) {
      text.append(text.isEmpty() ? "" : ", ").append(Text.shown(origin.toString()));
    }
    return text.toString();
  }

  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  /** A text that is too long for its column does not widen it for all the others. */
  private static int within(int length, int widest) {
    return length > widest ? 0 : length;
  }

  private static void pad(StringBuilder text, String value, int width) {
    text.append(value);
    for (int i = value.length(); i < width + 2 || i < value.length() + 2; i++) {
      text.append(' ');
    }
  }

  private static void trimEnd(StringBuilder text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == ' ') {
      end--;
    }
    text.setLength(end);
  }
}
