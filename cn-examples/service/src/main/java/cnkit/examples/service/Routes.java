package cnkit.examples.service;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Finds the handler of a request: exact paths, and templates whose last segment is a variable. */
final class Routes {
  /** Answers one request; whatever it throws becomes a 500 without details. */
  @FunctionalInterface
  interface Handler {
    Reply handle(Request request) throws Exception;
  }

  /** What a handler may know of a request. */
  record Request(
      String variable, String rawQuery, Function<String, Optional<String>> headers, Body body) {
    Optional<String> header(String name) {
      return headers.apply(name);
    }

    /** The last value wins; what is not {@code name=value} has the empty value. */
    Map<String, String> query() {
      Map<String, String> query = new LinkedHashMap<>();
      for (String pair : rawQuery.split("&", -1)) {
        int equals = pair.indexOf('=');
        query.put(
            equals < 0 ? pair : pair.substring(0, equals),
            equals < 0 ? "" : pair.substring(equals + 1));
      }
      return query;
    }
  }

  /** The request's body, read when a handler wants it. */
  @FunctionalInterface
  interface Body {
    byte[] read() throws IOException;
  }

  /** The request ends here, with that answer. */
  static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;
    private final transient Reply reply;

    RefusedException(Reply reply) {
      super("refused", null);
      this.reply = reply;
    }

    Reply reply() {
      return reply;
    }
  }

  /** A route that was found, or the refusal to send instead; {@code template} names it with few values. */
  record Match(String template, String variable, Handler handler) {}

  private record Route(String method, String template, Handler handler) {}

  private final List<Route> routes = new ArrayList<>();

  Routes get(String template, Handler handler) {
    routes.add(new Route("GET", template, handler));
    return this;
  }

  Routes post(String template, Handler handler) {
    routes.add(new Route("POST", template, handler));
    return this;
  }

  Match match(String method, String path) {
    List<String> allowed = new ArrayList<>();
    for (Route route : routes) {
      int open = route.template.indexOf('{');
      boolean fits = open < 0
          ? route.template.equals(path)
          : path.startsWith(route.template.substring(0, open))
              && path.length() > open
              && path.indexOf('/', open) < 0;
      if (fits
          && (route.method.equals(method)
              || (route.method.equals("GET") && method.equals("HEAD")))) {
        return new Match(route.template, open < 0 ? "" : path.substring(open), route.handler);
      }
      if (fits) {
        allowed.add(route.method);
      }
    }
    return allowed.isEmpty()
        ? new Match("", "", request -> Reply.problem(404, "no such resource"))
        : new Match(
            "",
            "",
            request -> Reply.problem(405, "use " + String.join(" or ", allowed))
                .with("Allow", String.join(", ", allowed)));
  }
}
