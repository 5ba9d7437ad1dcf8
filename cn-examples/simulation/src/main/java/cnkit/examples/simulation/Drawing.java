package cnkit.examples.simulation;

import cnkit.resilience.testing.StormReport;
import cnkit.resilience.testing.StormReport.Second;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;

/** One run as SVG: what was asked for, what was answered, what the server got, second by second. */
final class Drawing {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 240;
  private static final int LEFT = 56;
  private static final int TOP = 40;
  private static final int BOTTOM = 32;

  private final StormReport report;
  private final int most;
  private final StringBuilder svg = new StringBuilder();

  private Drawing(StormReport report, int most) {
    this.report = report;
    this.most = most;
  }

  static String of(String title, StormReport report, int most) {
    return new Drawing(report, most).draw(title);
  }

  private String draw(String title) {
    int width = LEFT + WIDTH + 16;
    int height = TOP + HEIGHT + BOTTOM;
    svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + width + " " + height)
        .append("\" font-family=\"sans-serif\" font-size=\"12\">\n")
        .append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
    text(LEFT, 16, "start", "#222222", title);
    double from = x(report.start().toSeconds());
    double to = x(report.end().toSeconds());
    svg.append(format(
        "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"#f4dada\"/>\n",
        from, TOP, to - from, HEIGHT));
    for (int i = 0; i <= 4; i++) {
      int calls = most / 4 * i;
      svg.append(format(
          "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>\n",
          LEFT, LEFT + WIDTH, y(calls), y(calls)));
      text(LEFT - 6, y(calls) + 4, "end", "#555555", calls + "/s");
    }
    int seconds = report.seconds().size();
    for (int second = 0; second <= seconds; second += 30) {
      text(x(second), TOP + HEIGHT + 18, "middle", "#555555", second + " s");
    }
    line("#b8b8b8", Second::offered);
    line("#d9822b", Second::sent);
    line("#1f6fb2", Second::succeeded);
    legend(LEFT, "#b8b8b8", "calls begun");
    legend(LEFT + 130, "#d9822b", "requests at the server");
    legend(LEFT + 320, "#1f6fb2", "calls answered in time");
    return svg.append("</svg>\n").toString();
  }

  private void legend(int x, String color, String text) {
    svg.append(
        format("<rect x=\"%d\" y=\"25\" width=\"14\" height=\"4\" fill=\"%s\"/>\n", x, color));
    text(x + 20, 31, "start", "#555555", text);
  }

  private void text(double x, double y, String anchor, String color, String text) {
    svg.append(format(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>\n",
        x, y, anchor, color, text));
  }

  /** In steps of two seconds: single ones are chance. */
  private void line(String color, ToIntFunction<Second> what) {
    List<Second> seconds = report.seconds();
    svg.append("<polyline fill=\"none\" stroke-width=\"1.5\" stroke=\"" + color + "\" points=\"");
    for (int i = 0; i + 1 < seconds.size(); i += 2) {
      double mean = (what.applyAsInt(seconds.get(i)) + what.applyAsInt(seconds.get(i + 1))) / 2.0;
      svg.append(format(i == 0 ? "%.1f,%.1f" : " %.1f,%.1f", x(i + 1), y(mean)));
    }
    svg.append("\"/>\n");
  }

  private double x(long second) {
    return LEFT + (double) WIDTH * second / report.seconds().size();
  }

  private double y(double calls) {
    return TOP + HEIGHT - Math.min(calls / most, 1) * HEIGHT;
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
