package cnkit.config;

import cnkit.config.schema.Layout;
import cnkit.config.schema.Slot;
import cnkit.config.show.Help;

/**
 * The documentation of the settings, as files to keep with the code. The files are generated from the schema only, so
 * they always match it. Immutable; the same schema gives the same text, byte for byte.
 *
 * <pre>{@code
 * Reference reference = Config.builder(Settings.class, MethodHandles.lookup()).prefix("APP").reference();
 * reference.markdown();              // docs/settings.md
 * reference.envExample();            // .env.example
 * reference.configMap("orders");     // k8s/configmap.yaml
 * }</pre>
 *
 * <p>{@code cnkit.config.testing.GeneratedFiles} asserts that the copies are current, and rewrites
 * them on request.
 */
public final class Reference {
  private static final String NOTICE =
      "Made from the record of settings by cn-config. Do not edit: a test compares it.";

  private final Layout layout;
  private final boolean variables;

  Reference(Layout layout, boolean variables) {
    this.layout = layout;
    this.variables = variables;
  }

  /**
   * The text that {@code --help} prints.
   *
   * @return several lines of text
   */
  public String help() {
    return Help.text(layout, variables);
  }

  /**
   * A table of all settings: path, variable, flag, type, default, rules and description.
   *
   * @return a Markdown document
   */
  public String markdown() {
    var text = new StringBuilder("<!-- ").append(NOTICE).append(" -->\n\n# Settings\n\n");
    if (!layout.root.doc().isEmpty()) {
      text.append(layout.root.doc()).append("\n\n");
    }
    text.append(
        "Highest precedence first: flag, environment variable, mounted file, file, default.\n\n");
    text.append(
        variables
            ? "| setting | variable | flag | type | default | rules | description |\n|---|---|---|---|---|---|---|\n"
            : "| setting | flag | type | default | rules | description |\n|---|---|---|---|---|---|\n");
    for (Slot slot : Help.leaves(layout)) {
      text.append("| ").append(code(slot.path)).append(" | ");
      if (variables) {
        text.append(code(slot.env)).append(" | ");
      }
      text.append(slot.isSecret() ? "none: secret" : code("--" + slot.path))
          .append(" | ")
          .append(cell(slot.shape().describe()))
          .append(" | ")
          .append(standing(slot))
          .append(" | ")
          .append(cell(String.join("; ", Help.rules(layout, slot))))
          .append(" | ")
          .append(cell(slot.field.doc()))
          .append(" |\n");
    }
    return text.toString();
  }

  private static String standing(Slot slot) {
    String fallback = slot.field.fallback();
    if (fallback == null) {
      return Help.standing(slot);
    }
    return fallback.isEmpty() ? "empty" : code(fallback);
  }

  private static String code(String text) {
    String plain = cell(text);
    return plain.indexOf('`') < 0 ? "`" + plain + "`" : "`` " + plain + " ``";
  }

  /** A text within one cell of a table. */
  private static String cell(String text) {
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\r", "").replace("\n", "<br>");
  }

  /**
   * A file of variables to copy and fill in. Required settings have an empty value; all others are comments that show
   * their default. Secrets are listed without a value.
   *
   * @return lines that {@code docker run --env-file} and the module's own reader accept
   * @throws IllegalStateException if neither {@code prefix} nor {@code noPrefix} was decided
   */
  public String envExample() {
    needsVariables();
    var text = new StringBuilder("# ").append(NOTICE).append('\n');
    for (Slot slot : Help.leaves(layout)) {
      text.append('\n');
      comment(text, "# ", slot);
      String fallback = slot.field.fallback();
      text.append(Help.isRequired(slot) ? "" : "#")
          .append(slot.env)
          .append('=')
          .append(fallback == null ? "" : dotenv(fallback))
          .append('\n');
    }
    return text.toString();
  }

  private static String dotenv(String value) {
    boolean plain = true;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      plain &= c > ' ' && c < 0x7f && "\"'`$\\#".indexOf(c) < 0;
    }
    if (plain) {
      return value;
    }
    var quoted = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        case '"', '\\', '$' -> quoted.append('\\').append(c);
        default -> quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  private void comment(StringBuilder text, String margin, Slot slot) {
    if (!slot.field.doc().isEmpty()) {
      for (String line : slot.field.doc().split("\\R", -1)) {
        text.append(margin).append(line).append('\n');
      }
    }
    text.append(margin)
        .append(String.join("; ", Help.facts(layout, slot)).replace("\n", " "))
        .append('\n');
  }

  /**
   * A Kubernetes ConfigMap with every setting that is not a secret. The keys are paths, so it can be mounted as a
   * directory, and {@link #containerEnv} can refer to it. A required setting has an empty value, which start-up
   * rejects until somebody fills it in.
   *
   * @param name the name of the ConfigMap
   * @return a YAML document
   */
  public String configMap(String name) {
    return manifest("ConfigMap", name, "data", false);
  }

  /**
   * The skeleton of a Kubernetes Secret with every secret setting, without values.
   *
   * @param name the name of the Secret
   * @return a YAML document
   */
  public String secret(String name) {
    return manifest("Secret", name, "stringData", true);
  }

  private String manifest(String kind, String name, String data, boolean secret) {
    var lines = new StringBuilder();
    for (Slot slot : Help.leaves(layout)) {
      if (slot.isSecret() == secret && isOwnKey(slot)) {
        comment(lines, "  # ", slot);
        String fallback = slot.field.fallback();
        boolean required = Help.isRequired(slot);
        lines
            .append(required ? "  " : "  #")
            .append(slot.path)
            .append(": ")
            .append(yaml(fallback == null ? "" : fallback))
            .append('\n');
      }
    }
    return "# " + NOTICE + "\napiVersion: v1\nkind: " + kind + "\nmetadata:\n  name: " + yaml(name)
        + "\n" + (secret ? "type: Opaque\n" : "") + data + ":\n" + lines;
  }

  /** Elements of lists have no key of their own: a ConfigMap holds the whole list. */
  private boolean isOwnKey(Slot slot) {
    return layout.byPath.get(slot.path) == slot;
  }

  /**
   * The {@code env:} part of a container that takes its variables from this ConfigMap and Secret. Settings that are
   * not required have {@code optional: true}, so their keys may be left out.
   *
   * @param configMap the name given to {@link #configMap}
   * @param secret the name given to {@link #secret}
   * @return YAML, to be indented to its place
   * @throws IllegalStateException if neither {@code prefix} nor {@code noPrefix} was decided
   */
  public String containerEnv(String configMap, String secret) {
    needsVariables();
    var text = new StringBuilder("# ").append(NOTICE).append("\nenv:\n");
    for (Slot slot : Help.leaves(layout)) {
      if (isOwnKey(slot)) {
        text.append("  - name: ")
            .append(slot.env)
            .append("\n    valueFrom:\n      ")
            .append(slot.isSecret() ? "secretKeyRef" : "configMapKeyRef")
            .append(":\n        name: ")
            .append(yaml(slot.isSecret() ? secret : configMap))
            .append("\n        key: ")
            .append(slot.path)
            .append('\n');
        if (!Help.isRequired(slot)) {
          text.append("        optional: true\n");
        }
      }
    }
    return text.toString();
  }

  /** A text in double quotes, which YAML reads as a string whatever it looks like. */
  private static String yaml(String value) {
    var text = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"', '\\' -> text.append('\\').append(c);
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c >= 0xfff0) {
            text.append("\\u").append(Integer.toHexString(0x10000 + c), 1, 5);
          } else {
            text.append(c);
          }
        }
      }
    }
    return text.append('"').toString();
  }

  private void needsVariables() {
    if (!variables) {
      throw new IllegalStateException(
          "variables have no names yet: decide between prefix(…) and noPrefix()");
    }
  }

  /** Names the record only. */
  @Override
  public String toString() {
    return "Reference[" + layout.root.describe() + "]";
  }
}
