package cnkit.benchmarks;

import static cnkit.benchmarks.Judge.text;

import java.util.ArrayList;
import java.util.List;

/** Writes a suite's results as Markdown. */
final class Table {
  private Table() {}

  static String of(
      Contest contest, Results results, List<Judge.Ruling> rulings, List<Integer> threads) {
    StringBuilder out = new StringBuilder();
    out.append("### ").append(contest.suite().title());
    out.append(" (`").append(contest.suite().name()).append("`)\n\n");
    List<List<String>> rows = new ArrayList<>();
    for (String contender : contest.contenders()) {
      List<String> row = row(contest, contender, results, threads);
      if (row.stream().skip(1).anyMatch(cell -> !cell.equals("–"))) {
        rows.add(row);
      }
    }
    if (!rows.isEmpty()) {
      List<String> head = new ArrayList<>(List.of("contender"));
      for (int t : threads) {
        head.add(
            text("%d thread%s, %s ns", t, t == 1 ? "" : "s", results.unit(t).word()));
      }
      head.add("B/op");
      table(out, head, rows);
    }
    if (!rulings.isEmpty()) {
      table(
          out,
          List.of("goal", "measured (95 %)", ""),
          rulings.stream()
              .map(r -> List.of(r.goal(), r.measured(), r.verdict().word()))
              .toList());
    }
    return out.toString();
  }

  private static List<String> row(
      Contest contest, String contender, Results results, List<Integer> threads) {
    List<String> row = new ArrayList<>(List.of(contender));
    for (int t : threads) {
      row.add(number(results.time(contest, contender, t).median()));
    }
    double bytes = results.of(contest, contender, 1, Results.Unit.BYTES).median();
    row.add(Double.isNaN(bytes) ? "–" : text("%,.0f", Math.abs(bytes)));
    return row;
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "–";
    }
    return value < 10
        ? text("%.2f", value)
        : value < 100 ? text("%.1f", value) : text("%,.0f", value);
  }

  private static void table(StringBuilder out, List<String> head, List<List<String>> rows) {
    line(out, head);
    line(
        out,
        head.stream().map(cell -> cell.equals(head.get(0)) ? "---" : "---:").toList());
    rows.forEach(row -> line(out, row));
    out.append('\n');
  }

  private static void line(StringBuilder out, List<String> cells) {
    out.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
