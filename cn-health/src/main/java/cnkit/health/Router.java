package cnkit.health;

import cnkit.core.internal.Complaints;
import cnkit.core.internal.Guarded;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

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
  /** The first is the default. */
  private final List<Renderer> renderers;

  private final Complaints complaints =
      new Complaints(LoggerFactory.getLogger("cnkit.health.Health"));

  Router(
      Board board,
      EnumMap<Probe, String> paths,
      Map<String, Set<String>> groups,
      List<Renderer> renderers) {
    this.board = board;
    this.renderers = List.copyOf(renderers);
    this.live = path(paths, Probe.LIVE);
    this.ready = path(paths, Probe.READY);
    this.startup = path(paths, Probe.STARTUP);
    this.groups = Map.copyOf(groups);
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
      return answerBelow(method, path, accept, details);
    }
    boolean head = method.equals("HEAD");
    if (!head && !method.equals("GET")) {
      return METHOD_NOT_ALLOWED;
    }
    Renderer renderer = Negotiation.choose(accept, renderers);
    if ((query == null || query.isEmpty()) && renderer == TextRenderer.INSTANCE) {
      return plain(probe, head);
    }
    return answerQuery(probe, head, Query.of(query == null ? "" : query), renderer, details);
  }

  private static boolean never() {
    return false;
  }

  Optional<ProbeReply> plain(Probe probe, boolean head) {
    Snapshot seen = board.snapshot();
    return seen.pages().of(probe, board.isFresh(seen)).answer(head);
  }

  private Optional<ProbeReply> answerQuery(
      Probe probe, boolean head, Query asked, Renderer renderer, BooleanSupplier details) {
    if (!asked.verbose() && asked.excluded().isEmpty() && renderer == TextRenderer.INSTANCE) {
      return plain(probe, head); // the rest of a query is noise
    }
    HealthReport report = board.report();
    var excluded = new HashSet<String>();
    var warnings = new ArrayList<String>();
    for (String name : asked.excluded()) {
      List<CheckReport> members = members(report, name, probe);
      for (CheckReport member : members) {
        excluded.add(member.name().toLowerCase(Locale.ROOT));
      }
      if (members.isEmpty()) {
        warnings.add("no check or group to exclude: " + Query.printable(name));
      }
    }
    boolean detailed = asked.verbose() && allows(details);
    Page page = Selection.probe(
        report,
        probe,
        check -> excluded.contains(check.name().toLowerCase(Locale.ROOT)),
        asked.verbose() || renderer != TextRenderer.INSTANCE,
        detailed,
        warnings);
    return reply(page, head, renderer);
  }

  /** {@code /readyz/orders-db}, {@code /readyz/storage}. */
  private Optional<ProbeReply> answerBelow(
      String method, String path, @Nullable String accept, BooleanSupplier details) {
    Probe probe = null;
    for (Probe candidate : Probe.values()) {
      // of /health and /health/live the longer one is meant
      if (isBelow(path, path(candidate))
          && (probe == null || path(candidate).length() > path(probe).length())) {
        probe = candidate;
      }
    }
    if (probe == null) {
      return Optional.empty();
    }
    boolean head = method.equals("HEAD");
    if (!head && !method.equals("GET")) {
      return METHOD_NOT_ALLOWED;
    }
    String name = decoded(path.substring(path(probe).length() + 1));
    String title = probe.endpoint() + "/" + Query.printable(name);
    List<CheckReport> checks = members(board.report(), name, probe);
    if (checks.isEmpty()) {
      ProbeReply unknown = ProbeReply.of(
          404, Renderer.text().contentType(), "no check or group for " + title + '\n');
      return Optional.of(head ? unknown.headOnly() : unknown);
    }
    Page page = Selection.checks(title, checks, probe, allows(details));
    return reply(page, head, Negotiation.choose(accept, renderers));
  }

  /** The checks that a name stands for, a check's or a group's; with a probe only those that belong to it. */
  private List<CheckReport> members(HealthReport report, String name, @Nullable Probe probe) {
    String lower = name.toLowerCase(Locale.ROOT);
    Set<String> names = groups.getOrDefault(lower, Set.of(lower));
    var checks = new ArrayList<CheckReport>();
    for (CheckReport check : report.checks()) {
      boolean belongs = probe == null || check.probes().contains(probe);
      if (belongs && names.contains(check.name().toLowerCase(Locale.ROOT))) {
        checks.add(check);
      }
    }
    return checks;
  }

  ServingStatus servingStatus(String service) {
    if (service.isEmpty()) {
      return serving(Probe.READY);
    }
    for (Probe probe : Probe.values()) {
      if (probe.endpoint().equals(service)) {
        return serving(probe);
      }
    }
    List<CheckReport> checks = members(board.report(), service, null);
    if (checks.isEmpty()) {
      return ServingStatus.SERVICE_UNKNOWN;
    }
    boolean passing = Selection.checks(service, checks, Probe.READY, false).passing();
    return passing ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  }

  private ServingStatus serving(Probe probe) {
    int status = plain(probe, false).orElseThrow().status();
    return status == 200 ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  }

  private Optional<ProbeReply> reply(Page page, boolean head, Renderer renderer) {
    Guarded.Result<ProbeReply> rendered = Guarded.get(() -> Pages.reply(page, renderer));
    ProbeReply reply = rendered.value();
    if (reply == null) { // a probe is better answered than rendered nicely
      if (rendered.thrown() != null) {
        complaints.warn(
            "renderer " + renderer.getClass().getName() + ", in whose place text is sent,",
            rendered.thrown());
      }
      reply = Pages.reply(page, TextRenderer.INSTANCE);
    }
    return Optional.of(head ? reply.headOnly() : reply);
  }

  static String path(EnumMap<Probe, String> paths, Probe probe) {
    return paths.getOrDefault(probe, "/" + probe.endpoint());
  }

  String path(Probe probe) {
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
    /** What a query may ask for without costing the answer its room for failing checks. */
    private static final int MOST_EXCLUDED = 50;

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
          if (excluded.size() < MOST_EXCLUDED) {
            excluded.add(decoded(parameter.substring("exclude=".length())));
          }
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
