package cnkit.health;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/*
 * From a request to an answer. The plain probes are handed out as they were prepared: one volatile load, one clock
 * read, no allocation. Everything else is rendered on the asking thread from one report.
 */
final class Router {
  private static final Optional<ProbeReply> METHOD_NOT_ALLOWED =
      Optional.of(ProbeReply.methodNotAllowed());

  private final Board board;
  private final String live;
  private final String ready;
  private final String startup;
  private final Map<String, Set<String>> groups;

  Router(Board board, EnumMap<Probe, String> paths, Map<String, Set<String>> groups) {
    this.board = board;
    this.live = paths.getOrDefault(Probe.LIVE, "/" + Probe.LIVE.endpoint());
    this.ready = paths.getOrDefault(Probe.READY, "/" + Probe.READY.endpoint());
    this.startup = paths.getOrDefault(Probe.STARTUP, "/" + Probe.STARTUP.endpoint());
    this.groups = groups;
  }

  Optional<ProbeReply> answer(
      String method, String path, @Nullable String query, @Nullable String accept) {
    return answer(method, path, query, accept, Router::never);
  }

  Optional<ProbeReply> answer(
      String method,
      String path,
      @Nullable String query,
      @Nullable String accept,
      BooleanSupplier details) {
    Probe probe = path.equals(ready)
        ? Probe.READY
        : path.equals(live) ? Probe.LIVE : path.equals(startup) ? Probe.STARTUP : null;
    if (probe == null) {
      return answerBelow(method, path, details);
    }
    boolean head = method.equals("HEAD");
    if (!head && !method.equals("GET")) {
      return METHOD_NOT_ALLOWED;
    }
    if (query != null && !query.isEmpty()) {
      return answerQuery(probe, head, query, details);
    }
    return plain(probe, head);
  }

  private static boolean never() {
    return false;
  }

  Optional<ProbeReply> plain(Probe probe, boolean head) {
    Snapshot seen = board.snapshot();
    return seen.pages().of(probe, board.isFresh(seen)).answer(head);
  }

  private Optional<ProbeReply> answerQuery(
      Probe probe, boolean head, String query, BooleanSupplier details) {
    Query asked = Query.of(query);
    if (!asked.verbose() && asked.excluded().isEmpty()) {
      return plain(probe, head);
    }
    HealthReport report = board.report();
    var excluded = new HashSet<String>();
    var warnings = new ArrayList<String>();
    for (String name : asked.excluded()) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (groups.containsKey(lower)) {
        excluded.addAll(groups.getOrDefault(lower, Set.of()));
      } else if (report.check(name).isPresent()) {
        excluded.add(lower);
      } else {
        warnings.add("no check or group to exclude: " + Query.printable(name));
      }
    }
    boolean detailed = asked.verbose() && allows(details);
    Page page = Selection.probe(
        report,
        probe,
        check -> excluded.contains(check.name().toLowerCase(Locale.ROOT)),
        asked.verbose(),
        detailed,
        warnings);
    return reply(page, head);
  }

  /** {@code /readyz/orders-db}, {@code /readyz/storage}. */
  private Optional<ProbeReply> answerBelow(String method, String path, BooleanSupplier details) {
    Probe probe = isBelow(path, ready)
        ? Probe.READY
        : isBelow(path, live) ? Probe.LIVE : isBelow(path, startup) ? Probe.STARTUP : null;
    if (probe == null) {
      return Optional.empty();
    }
    boolean head = method.equals("HEAD");
    if (!head && !method.equals("GET")) {
      return METHOD_NOT_ALLOWED;
    }
    String name = decoded(path.substring(path(probe).length() + 1));
    String title = probe.endpoint() + "/" + Query.printable(name);
    Set<String> members =
        groups.getOrDefault(name.toLowerCase(Locale.ROOT), Set.of(name.toLowerCase(Locale.ROOT)));
    var checks = new ArrayList<CheckReport>();
    for (CheckReport check : board.report().checks()) {
      if (check.probes().contains(probe)
          && members.contains(check.name().toLowerCase(Locale.ROOT))) {
        checks.add(check);
      }
    }
    if (checks.isEmpty()) {
      ProbeReply unknown = ProbeReply.of(
          404, Renderer.text().contentType(), "no check or group for " + title + '\n');
      return Optional.of(head ? unknown.headOnly() : unknown);
    }
    return reply(Selection.checks(title, checks, probe, allows(details)), head);
  }

  private static Optional<ProbeReply> reply(Page page, boolean head) {
    ProbeReply reply = Pages.reply(page, Renderer.text());
    return Optional.of(head ? reply.headOnly() : reply);
  }

  private String path(Probe probe) {
    return switch (probe) {
      case LIVE -> live;
      case READY -> ready;
      case STARTUP -> startup;
    };
  }

  private static boolean isBelow(String path, String endpoint) {
    return path.length() > endpoint.length()
        && path.charAt(endpoint.length()) == '/'
        && path.startsWith(endpoint);
  }

  private static boolean allows(BooleanSupplier details) {
    try {
      return details.getAsBoolean();
    } catch (RuntimeException | Error refused) {
      return false; // an authorisation that breaks allows nothing
    }
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      return text;
    }
  }

  /**
   * The part of a query that means something here; the rest is noise.
   *
   * @param verbose whether every check is to be listed
   * @param excluded names of checks and groups, as sent
   */
  record Query(boolean verbose, List<String> excluded) {
    static Query of(String query) {
      boolean verbose = false;
      var excluded = new ArrayList<String>();
      int from = 0;
      while (from <= query.length()) {
        int end = query.indexOf('&', from);
        String parameter = query.substring(from, end < 0 ? query.length() : end);
        if (parameter.equals("verbose") || parameter.startsWith("verbose=")) {
          verbose = !parameter.equals("verbose=false");
        } else if (parameter.startsWith("exclude=")) {
          excluded.add(decoded(parameter.substring("exclude=".length())));
        }
        from = end < 0 ? query.length() + 1 : end + 1;
      }
      return new Query(verbose, excluded);
    }

    /** Shows what a stranger sent without letting it forge a line. */
    static String printable(String name) {
      var text = new StringBuilder();
      for (int i = 0; i < name.length() && i < 63; i++) {
        char c = name.charAt(i);
        text.append(c > ' ' && c < 0x7f ? c : '?');
      }
      return text.toString();
    }
  }
}
