package cnkit.health;

import cnkit.core.internal.Pure;

/**
 * MicroProfile Health JSON: {@code {"status":"DOWN","checks":[{"name":"orders-db","status":"DOWN"}]}}. It knows up and
 * down only, so a status says whether the probe passes on it, and {@code data.state} says what lies between. What is
 * not a check (draining, …) and what did not fit is listed as one.
 */
@Pure
final class JsonRenderer implements Renderer {
  static final JsonRenderer INSTANCE = new JsonRenderer();
  private static final String END = "]}\n";

  private JsonRenderer() {}

  @Override
  public String contentType() {
    return "application/json";
  }

  @Override
  public String render(Page page) {
    var body = new LimitedText(LIMIT - 1);
    body.add("{\"status\":\"" + upOrDown(page.passing()) + "\",\"checks\":[");
    String separator = "";
    for (String note : page.notes()) {
      body.add(separator + procedure(note, false, ""));
      separator = ",";
    }
    for (String warning : page.warnings()) {
      if (body.add(separator + procedure("warning", true, member("text", warning)), RESERVE)) {
        separator = ",";
      }
    }
    int shown = 0;
    for (CheckReport check : page.checks()) {
      if (!body.add(separator + procedure(check, page.details()), RESERVE)) {
        boolean passing = check.effect().passes(); // the worst of those that are left
        int left = page.checks().size() - shown;
        body.add(separator + procedure("omitted", passing, "\"count\":" + left));
        break;
      }
      separator = ",";
      shown++;
    }
    body.add(END);
    return body.toString();
  }

  /** Room for the entry about what did not fit, and for the end. */
  private static final int RESERVE = 80;

  private static String procedure(CheckReport check, boolean details) {
    var data = new StringBuilder();
    boolean passing = check.effect().passes();
    String state = check.status().name();
    if (!state.equals(upOrDown(passing))) {
      data.append(member("state", state));
    }
    if (check.remoteForLiveness()) {
      data.append(data.isEmpty() ? "" : ",").append("\"remote\":true");
    }
    if (details) {
      data.append(data.isEmpty() ? "" : ",")
          .append(member("outcome", check.outcome().text()));
      if (!check.reason().isEmpty()) {
        data.append(',').append(member("reason", check.reason()));
      }
      check.age().ifPresent(age -> data.append(",\"ageMillis\":").append(age.toMillis()));
      check.took().ifPresent(took -> data.append(",\"tookMillis\":").append(took.toMillis()));
    }
    return procedure(check.name(), passing, data.toString());
  }

  private static String procedure(String name, boolean passing, String data) {
    String start = "{" + member("name", name) + "," + member("status", upOrDown(passing));
    return data.isEmpty() ? start + "}" : start + ",\"data\":{" + data + "}}";
  }

  private static String upOrDown(boolean passing) {
    return passing ? "UP" : "DOWN";
  }

  private static String member(String name, String value) {
    return quoted(name) + ":" + quoted(value);
  }

  private static String quoted(String text) {
    var quoted = new StringBuilder(text.length() + 8).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ' || (Character.isSurrogate(c) && !isPaired(text, i))) {
        quoted.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          quoted.append(Character.forDigit((c >> shift) & 0xf, 16));
        }
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  private static boolean isPaired(String text, int i) {
    char c = text.charAt(i);
    return Character.isHighSurrogate(c)
        ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
  }
}
