package cnkit.health;

import cnkit.core.internal.Pure;

/**
 * <pre>
 * readyz check failed: DOWN
 * [-]orders-db DOWN (timed out)
 * [!]recommendations DOWN (threw)
 * [+]cache UP
 * </pre>
 */
@Pure
final class TextRenderer implements Renderer {
  static final TextRenderer INSTANCE = new TextRenderer();

  private TextRenderer() {}

  @Override
  public String contentType() {
    return "text/plain; charset=utf-8";
  }

  @Override
  public String render(Page page) {
    var body = new LimitedText(LIMIT - 1);
    body.add(page.title()
        + (page.passing() ? " check passed: " : " check failed: ")
        + page.status()
        + '\n');
    for (String note : page.notes()) {
      body.add("[-]" + note + '\n');
    }
    for (String warning : page.warnings()) {
      body.add("warn: " + warning + '\n');
    }
    int shown = 0;
    for (CheckReport check : page.checks()) {
      int left = page.checks().size() - shown;
      if (!body.add(line(check, page.details()), left > 1 ? more(left).length() + 2 : 0)) {
        body.add(more(left));
        break;
      }
      shown++;
    }
    return body.toString();
  }

  private static String more(int count) {
    return "… and " + count + " more\n";
  }

  private static String line(CheckReport check, boolean details) {
    var line = new StringBuilder(80);
    line.append(mark(check.effect())).append(check.name()).append(' ').append(check.status());
    String why = why(check);
    if (!why.isEmpty()) {
      line.append(" (").append(why).append(')');
    }
    if (check.remoteForLiveness()) {
      line.append(" (remote)");
    }
    if (details) {
      check.age().ifPresent(age -> line.append(" age ").append(age));
      if (!check.reason().isEmpty()) {
        line.append(": ").append(check.reason());
      }
    }
    return line.append('\n').toString();
  }

  private static String why(CheckReport check) {
    if (check.isStale()) {
      return "too old";
    }
    if (check.outcome().passed()) {
      return check.status().passes() ? "" : "recovering";
    }
    return check.outcome().text();
  }

  private static String mark(HealthStatus effect) {
    return switch (effect) {
      case UP -> "[+]";
      case DEGRADED -> "[!]";
      case DOWN -> "[-]";
      case UNKNOWN -> "[?]";
    };
  }
}
