package cnkit.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * What is made from the contract file: constants, reference page, dashboard, alert rules. Run with the
 * module's folder as the argument to write them; {@link ContractTest} says when that was forgotten.
 */
final class ContractPages {
  private static final Map<String, Function<ContractFile, String>> PAGES = new LinkedHashMap<>();

  static {
    PAGES.put("src/main/java/cnkit/telemetry/Contract.java", ContractPages::constants);
    PAGES.put("contract/reference.md", ContractPages::reference);
    PAGES.put("contract/dashboard.json", ContractPages::dashboard);
    PAGES.put("contract/alerts.yml", ContractPages::alerts);
    PAGES.put("contract/runbook.md", ContractPages::runbook);
  }

  /** Endings that mean something to Prometheus: its Java exporter removes them from the name. */
  private static final List<String> RESERVED = List.of("_info", "_total", "_created", "_bucket");

  private ContractPages() {}

  /** Path below the module's folder, and the text that belongs there. */
  static Map<String, String> all(ContractFile file) {
    Map<String, String> pages = new LinkedHashMap<>();
    PAGES.forEach((path, page) -> pages.put(path, page.apply(file)));
    return pages;
  }

  public static void main(String[] args) throws IOException {
    for (Map.Entry<String, String> page : all(ContractFile.read()).entrySet()) {
      Path path = Path.of(args[0]).resolve(page.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, page.getValue(), UTF_8);
    }
  }

  /** The name under which Prometheus' exporters publish a metric. */
  static String prometheusName(ContractFile.Listed metric) {
    String unit = switch (metric.unit()) {
      case "s" -> "_seconds";
      case "By" -> "_bytes";
      default -> "";
    };
    String name = label(metric.name());
    if (RESERVED.stream().anyMatch(name::endsWith)) {
      throw new IllegalStateException(metric.name() + ": exporters cut a reserved suffix off");
    }
    return name + unit + (metric.kind().equals("counter") ? "_total" : "");
  }

  static String label(String attribute) {
    return attribute.replace('.', '_');
  }

  private static String constants(ContractFile file) {
    StringBuilder java = new StringBuilder("""
        package cnkit.telemetry;

        import static io.opentelemetry.api.common.AttributeKey.longKey;
        import static io.opentelemetry.api.common.AttributeKey.stringKey;

        import io.opentelemetry.api.common.AttributeKey;
        import java.util.List;

        /** Names, units and buckets of all signals. Made from META-INF/cn-telemetry/contract.txt by ContractPages. */
        final class Contract {
        """);
    for (ContractFile.Attribute a : file.attributes().values()) {
      String type = a.type().equals("long") ? "Long" : "String";
      java.append("  static final AttributeKey<%s> %s = %sKey(\"%s\");\n"
          .formatted(type, constant(a.name()), type.toLowerCase(Locale.ROOT), a.name()));
    }
    java.append("\n  private Contract() {}\n\n  static final class Metrics {\n");
    for (ContractFile.Listed m : file.metrics().values()) {
      List<String> bounds = m.buckets().stream().map(String::valueOf).toList();
      String buckets = bounds.isEmpty() ? "" : ", List.of(" + String.join(", ", bounds) + ')';
      java.append("  static final Metric %s = new Metric(\"%s\", \"%s\", \"%s\"%s);\n"
          .formatted(constant(m.name()), m.name(), m.unit(), m.doc(), buckets));
    }
    java.append("\n    private Metrics() {}\n  }\n\n  static final class Events {\n");
    for (String event : file.events().keySet()) {
      java.append("  static final String %s = \"%s\";\n".formatted(constant(event), event));
    }
    return java.append("\n    private Events() {}\n  }\n}\n").toString();
  }

  private static String constant(String name) {
    return name.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  private static String reference(ContractFile file) {
    StringBuilder page = new StringBuilder("""
        # Signals of cn-telemetry

        Generated from `META-INF/cn-telemetry/contract.txt` in the jar. Attributes in brackets are not on every series. The second
        name is the one in Prometheus.

        ## Metrics

        | metric | kind, unit | attributes | meaning |
        | --- | --- | --- | --- |
        """);
    for (ContractFile.Listed m : file.metrics().values()) {
      page.append("| `%s`<br>`%s` | %s, `%s` | %s | %s |\n"
          .formatted(
              m.name(),
              prometheusName(m),
              m.kind(),
              m.unit(),
              listed(m.required(), m.optional()),
              m.doc()));
    }
    page.append("\n## Events (OpenTelemetry log records with an event name)\n\n");
    page.append("| event | attributes | meaning |\n| --- | --- | --- |\n");
    for (ContractFile.Event e : file.events().values()) {
      page.append(
          "| `%s` | %s | %s |\n".formatted(e.name(), listed(e.required(), e.optional()), e.doc()));
    }
    page.append(
        "\n## Attributes\n\n| attribute | type | values | meaning |\n| --- | --- | --- | --- |\n");
    for (ContractFile.Attribute a : file.attributes().values()) {
      String values = a.values().isEmpty() ? "" : '`' + String.join("` `", a.values()) + '`';
      page.append("| `%s` | %s | %s | %s |\n".formatted(a.name(), a.type(), values, a.doc()));
    }
    return page.toString();
  }

  private static String listed(List<String> required, List<String> optional) {
    List<String> all = new ArrayList<>();
    required.forEach(name -> all.add('`' + name + '`'));
    optional.forEach(name -> all.add("[`" + name + "`]"));
    return String.join(" ", all);
  }

  /** {@code <metric>} and {@code <attribute>} become Prometheus' names; what is not listed is an error. */
  private static String query(ContractFile file, String expression) {
    StringBuilder promql = new StringBuilder();
    int from = 0;
    for (int open = expression.indexOf('<'); open >= 0; open = expression.indexOf('<', from)) {
      int close = Math.max(expression.indexOf('>', open), open);
      String name = close == open ? "" : expression.substring(open + 1, close);
      if (file.metrics().containsKey(name)) {
        promql
            .append(expression, from, open)
            .append(prometheusName(file.metrics().get(name)));
      } else if (file.attributes().containsKey(name)) {
        promql.append(expression, from, open).append(label(name));
      } else if (name.startsWith(" ") || name.isEmpty()) {
        promql.append(expression, from, open + 1); // a comparison
        close = open;
      } else {
        throw new IllegalStateException("not in the contract: " + name + " in " + expression);
      }
      from = close + 1;
    }
    return promql.append(expression, from, expression.length()).toString();
  }

  private static String dashboard(ContractFile file) {
    StringBuilder panels = new StringBuilder();
    String row = "";
    int id = 0;
    int y = 0;
    int column = 0;
    for (ContractFile.Panel panel : file.panels()) {
      if (!panel.row().equals(row)) {
        y += column > 0 ? 8 : 0;
        column = 0;
        row = panel.row();
        panels.append(
            "    {\"id\": %d, \"type\": \"row\", \"title\": %s, \"collapsed\": false, \"panels\": [], \"gridPos\": {\"h\": 1, \"w\": 24, \"x\": 0, \"y\": %d}},\n"
                .formatted(++id, json(row), y++));
      }
      List<String> targets = new ArrayList<>();
      for (String[] query : panel.queries()) {
        targets.add(
            "{\"refId\": \"%c\", \"datasource\": {\"type\": \"prometheus\", \"uid\": \"${datasource}\"}, \"expr\": %s, \"legendFormat\": %s}"
                .formatted(
                    'A' + targets.size(),
                    json(query(file, query[1])),
                    json(query(file, query[0]))));
      }
      panels.append(
          "    {\"id\": %d, \"type\": \"timeseries\", \"title\": %s, \"datasource\": {\"type\": \"prometheus\", \"uid\": \"${datasource}\"}, \"gridPos\": {\"h\": 8, \"w\": 8, \"x\": %d, \"y\": %d},\n     \"fieldConfig\": {\"defaults\": {\"unit\": %s, \"min\": 0}, \"overrides\": []},\n     \"targets\": [%s]},\n"
              .formatted(
                  ++id,
                  json(panel.title()),
                  column * 8,
                  y,
                  json(panel.unit()),
                  String.join(",\n       ", targets)));
      column++;
      if (column == 3) {
        column = 0;
        y += 8;
      }
    }
    if (panels.length() > 0) {
      panels.setLength(panels.length() - 2);
    }
    return """
        {
          "title": "Cloud-native kit",
          "uid": "cn-kit",
          "tags": ["cn-kit"],
          "schemaVersion": 39,
          "timezone": "browser",
          "time": {"from": "now-1h", "to": "now"},
          "refresh": "10s",
          "templating": {"list": [
            {"name": "datasource", "type": "datasource", "query": "prometheus"},
            {"name": "job", "type": "query", "datasource": {"type": "prometheus", "uid": "${datasource}"}, "query": "label_values(%s, job)", "includeAll": true, "multi": true},
            {"name": "instance", "type": "query", "datasource": {"type": "prometheus", "uid": "${datasource}"}, "query": "label_values(%s{job=~\\"$job\\"}, instance)", "includeAll": true, "multi": true}
          ]},
          "panels": [
        %s
          ]
        }
        """.formatted(
            query(file, "<cn.build.identity>"), query(file, "<cn.build.identity>"), panels);
  }

  private static String alerts(ContractFile file) {
    StringBuilder yaml = new StringBuilder("""
        # Prometheus alert rules, generated from rules.txt by ContractPages.
        groups:
          - name: cn-kit
            rules:
        """);
    for (ContractFile.Alert alert : file.alerts()) {
      yaml.append("      - alert: %s\n        expr: %s\n"
          .formatted(alert.name(), json(query(file, alert.expr()))));
      alert
          .lasting()
          .ifPresent(time -> yaml.append("        for: ").append(time).append('\n'));
      yaml.append("        labels:\n          severity: %s\n".formatted(alert.severity()));
      yaml.append(
          "        annotations:\n          summary: %s\n          action: %s\n          runbook_url: %s\n"
              .formatted(
                  json(query(file, alert.summary())),
                  json(alert.action()),
                  json("cn-telemetry/contract/runbook.md#"
                      + alert.name().toLowerCase(Locale.ROOT))));
    }
    return yaml.toString();
  }

  private static String runbook(ContractFile file) {
    StringBuilder page = new StringBuilder("""
        # What to do when an alert fires

        Generated from [rules.txt](rules.txt). The `runbook_url` of each alert links to a heading here.
        """);
    for (ContractFile.Alert alert : file.alerts()) {
      page.append("\n## %s\n%s, severity %s.\n\n**Means:** %s\n\n**Do:** %s\n"
          .formatted(
              alert.name(),
              alert.lasting().map(time -> "After " + time).orElse("At once"),
              alert.severity(),
              alert.means(),
              alert.action()));
    }
    return page.toString();
  }

  /** A JSON string; it is also one in YAML. */
  private static String json(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
