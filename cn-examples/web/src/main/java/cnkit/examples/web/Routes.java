package cnkit.examples.web;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Finds the handler of a request: exact paths, and templates whose last segment is a variable. */
public final class Routes {
  /** Answers one request; whatever it throws becomes a problem without details. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Answers.
     *
     * @param request what is asked
     * @return the answer
     * @throws Exception anything: what is away is a 503, a bug a 500
     */
    Reply handle(Request request) throws Exception;
  }

  /** No routes yet. */
  public Routes() {}

  /** What was found, or the refusal to send instead; {@code template} names it with few values. */
  record Match(String template, String variable, Handler handler) {}

  private record Route(String template, Map<String, Handler> handlers) {}

  private static final Route NONE = new Route("", Map.of());
  private final Map<String, Route> exact = new HashMap<>();
  private final Map<String, Route> below = new HashMap<>(); // by what stands before the variable

  /**
   * {@code GET} and {@code HEAD} of a template.
   *
   * @param template a path, whose last segment may be {@code {name}}
   * @param handler who answers
   * @return this
   */
  public Routes get(String template, Handler handler) {
    return add("GET", template, handler);
  }

  /**
   * {@code POST} of a template.
   *
   * @param template a path, whose last segment may be {@code {name}}
   * @param handler who answers
   * @return this
   */
  public Routes post(String template, Handler handler) {
    return add("POST", template, handler);
  }

  /**
   * Any method of a template.
   *
   * @param method in capitals
   * @param template a path, whose last segment may be {@code {name}}
   * @param handler who answers
   * @return this
   */
  public Routes add(String method, String template, Handler handler) {
    int open = template.indexOf('{');
    (open < 0 ? exact : below)
        .computeIfAbsent(
            open < 0 ? template : template.substring(0, open),
            path -> new Route(template, new LinkedHashMap<>()))
        .handlers()
        .put(method, handler);
    return this;
  }

  Match match(String method, String path) {
    String variable = exact.containsKey(path) ? "" : path.substring(path.lastIndexOf('/') + 1);
    Route route = variable.isEmpty()
        ? exact.getOrDefault(path, NONE)
        : below.getOrDefault(path.substring(0, path.length() - variable.length()), NONE);
    Handler handler = route.handlers().get(method.equals("HEAD") ? "GET" : method);
    return handler == null
        ? new Match("", variable, refusal(String.join(", ", route.handlers().keySet())))
        : new Match(route.template(), variable, handler);
  }

  private static Handler refusal(String allowed) {
    return allowed.isEmpty()
        ? request -> Reply.problem(404, "no such resource")
        : request -> Reply.problem(405, "use " + allowed).with("Allow", allowed);
  }
}
