package cnkit.health;

import cnkit.core.internal.JsonWriter;
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
      body.add(separator + procedure(note, false, data()));
      separator = ",";
    }
    for (String warning : page.warnings()) {
      if (body.add(
          separator + procedure("warning", true, data().field("text", warning)), RESERVE)) {
        separator = ",";
      }
    }
    int shown = 0;
    for (CheckReport check : page.checks()) {
      if (!body.add(separator + procedure(check, page.details()), RESERVE)) {
        boolean passing = check.effect().passes(); // the worst of those that are left
        int left = page.checks().size() - shown;
        body.add(separator + procedure("omitted", passing, data().field("count", left)));
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
    JsonWriter data = data();
    boolean passing = check.effect().passes();
    String state = check.status().name();
    if (!state.equals(upOrDown(passing))) {
      data.field("state", state);
    }
    if (check.remoteForLiveness()) {
      data.field("remote", true);
    }
    if (details) {
      data.field("outcome", check.outcome().text());
      if (!check.reason().isEmpty()) {
        data.field("reason", check.reason());
      }
      check.age().ifPresent(age -> data.field("ageMillis", age.toMillis()));
      check.took().ifPresent(took -> data.field("tookMillis", took.toMillis()));
    }
    return procedure(check.name(), passing, data);
  }

  private static String procedure(String name, boolean passing, JsonWriter data) {
    String members = data.endObject().toString();
    JsonWriter procedure =
        new JsonWriter().beginObject().field("name", name).field("status", upOrDown(passing));
    if (!members.equals("{}")) {
      procedure.name("data").raw(members);
    }
    return procedure.endObject().toString();
  }

  private static JsonWriter data() {
    return new JsonWriter().beginObject();
  }

  private static String upOrDown(boolean passing) {
    return passing ? "UP" : "DOWN";
  }
}
