package cnkit.examples.simulation;

import cnkit.resilience.testing.StormReport;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** All storms under all policies, as text and drawings: the files of {@code report/}, by name. */
final class Report {
  /** Twice what the server can do, and a little: what is drawn above it is cut off. */
  private static final int MOST_DRAWN = 2_400;

  private static final Duration SECOND = Duration.ofSeconds(1);

  private Report() {}

  static Map<String, String> files() {
    var files = new TreeMap<String, String>();
    var text = new StringBuilder("""
        # Storms

        Written by `cn-examples/simulation/run`; a test compares it with a fresh run, so a change of a policy, or of the kit,
        shows here as a difference. 2,000 clients with a pipeline each, 700 calls a second, a server of four nodes that can
        finish 1,000 a second and lets 3,000 wait; an attempt has a second. All in virtual time.

        - **in the end**: the share of calls that ended well in the last minute; below 95 % the storm feeds itself.
        - **amplification**: requests at the server for each call, in the worst ten seconds.
        - **for nobody**: the share of requests that the server worked on to the end after their caller had gone.
        """);
    for (Storms storm : Storms.ALL) {
      text.append("\n## ").append(Character.toUpperCase(storm.name().charAt(0)));
      text.append(storm.name().substring(1)).append("\n\n");
      text.append(
          "| policy | goodput before | during | in the end | recovered after | amplification | for nobody |\n");
      text.append("| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
      var drawings = new StringBuilder();
      for (Policies policy : Policies.ALL) {
        StormReport report = storm.under(policy);
        text.append(line(policy, report));
        String file = storm.file() + "-" + policy.file() + ".svg";
        files.put(file, Drawing.of(storm.name() + ": " + policy.name(), report, MOST_DRAWN));
        drawings.append("\n![").append(policy.name()).append("](").append(file).append(")");
      }
      text.append(drawings).append('\n');
    }
    files.put("README.md", text.toString());
    return files;
  }

  private static String line(Policies policy, StormReport report) {
    return String.format(
        Locale.ROOT,
        "| %s | %.0f/s | %.0f/s | %.0f %% | %s | %.2f | %.0f %% |\n",
        policy.name(),
        report.goodput(Duration.ZERO, report.start()),
        report.goodput(report.start(), report.end()),
        100 * report.endsWith(),
        report.recovery().map(time -> time.dividedBy(SECOND) + " s").orElse("**never**"),
        report.amplification(),
        100.0 * report.total().wasted() / report.total().sent());
  }
}
