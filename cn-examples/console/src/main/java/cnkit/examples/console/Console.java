package cnkit.examples.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import cnkit.core.Time;
import cnkit.examples.web.Reply;
import cnkit.examples.web.Request;
import cnkit.examples.web.Routes;
import cnkit.health.CheckReport;
import cnkit.health.Health;
import cnkit.health.Probe;
import cnkit.lifecycle.InFlight;
import cnkit.resilience.Breaker;
import cnkit.resilience.Pipeline;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an operator sees of this instance in a browser: one page, one stream of its state, the switches. */
public final class Console {
  private static final Logger LOG = LoggerFactory.getLogger(Console.class);
  private static final int EVENT_MILLIS = 250;
  private static final int LONGEST_LEVEL_SECONDS = 3600;

  private final Health health;
  private final InFlight inFlight;
  private final List<Pipeline> pipelines;
  private final Recent recent;
  private final String level;
  private final boolean faults;
  private final Semaphore viewers = new Semaphore(8);
  private final Time timer = Time.system();
  private volatile long levelUntil;
  private Time.Pending levelEnds = () -> false;

  /**
   * A console of one instance.
   *
   * @param health its probes
   * @param inFlight its work
   * @param pipelines its dependencies
   * @param recent its last spans and lines; told of all that is logged from now on
   * @param level what is logged when nobody has asked for more
   * @param faults whether there are buttons for faults
   */
  public Console(
      Health health,
      InFlight inFlight,
      List<Pipeline> pipelines,
      Recent recent,
      String level,
      boolean faults) {
    this.health = health;
    this.inFlight = inFlight;
    this.pipelines = pipelines;
    this.recent = recent;
    this.level = level;
    this.faults = faults;
    recent.followLog();
  }

  /**
   * The page, its stream and the switch of the log level.
   *
   * @return routes to add to
   * @throws IOException if the page is not in the jar
   * @throws GeneralSecurityException if this JDK has no SHA-256
   */
  public Routes routes() throws IOException, GeneralSecurityException {
    Reply page = page();
    return new Routes()
        .get("/", request -> page)
        .get("/console/events", this::events)
        .post("/console/log-level", guarded(this::changeLevel));
  }

  /**
   * A fault that a button can cause; the parameter {@code on} is {@code true} or {@code false}.
   *
   * @param name for the log
   * @param fault begins and ends it
   * @return a handler for {@code POST}
   */
  public static Routes.Handler fault(String name, Consumer<Boolean> fault) {
    return guarded(request -> {
      String on = request.parameter("on", "");
      if (!on.matches("true|false")) {
        return Reply.problem(400, "on: expected true or false");
      }
      LOG.warn("fault {}: {}", name, on);
      fault.accept(Boolean.valueOf(on));
      return Reply.json(200, Map.of("fault", name, "on", on));
    });
  }

  /**
   * Refuses what another site's page makes a browser send.
   *
   * @param handler for everybody else
   * @return a handler for {@code POST}
   */
  public static Routes.Handler guarded(Routes.Handler handler) {
    return request -> request.header("Sec-Fetch-Site").orElse("none").matches("same-origin|none")
        ? handler.handle(request)
        : Reply.problem(403, "only from this console");
  }

  private synchronized Reply changeLevel(Request request) {
    String wanted = request.parameter("level", "").toLowerCase(Locale.ROOT);
    String seconds = request.parameter("for", "300");
    if (!wanted.matches("trace|debug|info|warn|error")) {
      return Reply.problem(400, "level: expected trace, debug, info, warn or error");
    }
    if (!seconds.matches("[0-9]{1,4}") || Integer.parseInt(seconds) > LONGEST_LEVEL_SECONDS) {
      return Reply.problem(400, "for: expected seconds, at most " + LONGEST_LEVEL_SECONDS);
    }
    Duration limit = Duration.ofSeconds(Integer.parseInt(seconds));
    boolean unused = levelEnds.cancel();
    levelUntil = System.currentTimeMillis() + limit.toMillis();
    levelEnds = timer.schedule(limit, () -> {
      levelUntil = 0;
      announce(level);
    });
    announce(wanted);
    return Reply.json(200, Map.of("level", wanted, "for", limit.toSeconds()));
  }

  private static void announce(String level) {
    Recent.level(level);
    LOG.atWarn()
        .addKeyValue("event.name", "orders.log_level")
        .addKeyValue("level_now", level)
        .log("log level {}", level);
  }

  /** The state four times a second until the viewer leaves; it is sent here, as it has no end. */
  private Reply events(Request request) throws InterruptedException {
    if (!viewers.tryAcquire()) {
      return Reply.problem(503, "too many consoles are open").with("Retry-After", "5");
    }
    try (HttpExchange exchange = request.exchange()) {
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      exchange.sendResponseHeaders(200, 0);
      long spans = recent.spans.position() - 60;
      long lines = recent.lines.position() - 60;
      while (true) {
        long span = recent.spans.position();
        long line = recent.lines.position();
        Map<String, Object> state = state();
        state.put("spans", recent.spans.between(spans, span));
        state.put("lines", recent.lines.between(lines, line));
        spans = span;
        lines = line;
        exchange.getResponseBody().write(("data: " + Reply.write(state) + "\n\n").getBytes(UTF_8));
        exchange.getResponseBody().flush();
        Thread.sleep(EVENT_MILLIS);
      }
    } catch (IOException viewerGone) {
      return Reply.json(200, Map.of());
    } finally {
      viewers.release();
    }
  }

  private Map<String, Object> state() {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("at", System.currentTimeMillis());
    state.put("chaos", faults);
    state.put("level", Recent.root().getLevel().toString().toLowerCase(Locale.ROOT));
    state.put("levelUntil", levelUntil);
    Map<String, Integer> probes = new LinkedHashMap<>();
    for (Probe probe : Probe.values()) {
      health
          .answer("GET", "/" + probe.endpoint(), "", "")
          .ifPresent(reply -> probes.put(probe.endpoint(), reply.status()));
    }
    state.put("probes", probes);
    state.put("gate", health.report().gate().toString());
    state.put("checks", health.report().checks().stream().map(Console::shown).toList());
    state.put("pipelines", pipelines.stream().map(Console::shown).toList());
    state.put("workCounts", inFlight.workCounts());
    state.put("draining", inFlight.draining());
    return state;
  }

  private static Map<String, Object> shown(CheckReport check) {
    return Map.of(
        "name", check.name(),
        "status", check.status(),
        "impact", check.check().impact(),
        "probes", check.probes().stream().map(Probe::endpoint).sorted().toList(),
        "reason", check.reason(),
        "age", millis(check.age()));
  }

  private static Map<String, Object> shown(Pipeline pipeline) {
    Map<String, Object> shown = new HashMap<>();
    shown.put("name", pipeline.name());
    shown.put("counters", pipeline.counters());
    pipeline
        .breaker()
        .map(Breaker::snapshot)
        .ifPresent(breaker -> shown.putAll(Map.of(
            "state", breaker.state(),
            "calls", breaker.calls(),
            "failures", breaker.failures(),
            "opens", breaker.opensInARow(),
            "retryAfter", millis(breaker.retryAfter()))));
    return shown;
  }

  /** Milliseconds; -1 is none. */
  private static long millis(Optional<Duration> time) {
    return time.map(Duration::toMillis).orElse(-1L);
  }

  /** The page, with a policy that lets a browser run its own script and style and nothing else. */
  private static Reply page() throws IOException, GeneralSecurityException {
    try (InputStream in = Console.class.getResourceAsStream("/console.html")) {
      String html = new String(in.readAllBytes(), UTF_8);
      String policy = "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none';"
          + " form-action 'none'; frame-ancestors 'none'; script-src " + hash(html, "script")
          + "; style-src " + hash(html, "style");
      return Reply.of("text/html; charset=utf-8", html)
          .with("Content-Security-Policy", policy)
          .with("X-Content-Type-Options", "nosniff")
          .with("Referrer-Policy", "no-referrer")
          .with("Cache-Control", "no-cache");
    }
  }

  private static String hash(String html, String element) throws GeneralSecurityException {
    String text = html.split("</?" + element + ">", 3)[1];
    byte[] sha = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    return "'sha256-" + Base64.getEncoder().encodeToString(sha) + "'";
  }
}
