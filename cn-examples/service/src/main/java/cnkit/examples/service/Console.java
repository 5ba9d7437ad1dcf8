package cnkit.examples.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import cnkit.health.CheckReport;
import cnkit.health.Health;
import cnkit.health.Probe;
import cnkit.lifecycle.InFlight;
import cnkit.resilience.Breaker;
import cnkit.resilience.Pipeline;
import cnkit.resilience.Timer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an operator sees of this instance in a browser: one page, one stream of its state, the switches. */
final class Console {
  private static final Logger LOG = LoggerFactory.getLogger(Console.class);
  private static final int MOST_VIEWERS = 8;
  private static final int EVENT_MILLIS = 250;
  private static final List<String> LEVELS = List.of("trace", "debug", "info", "warn", "error");
  private static final Duration LONGEST_LEVEL = Duration.ofHours(1);

  private final Health health;
  private final InFlight inFlight;
  private final List<Pipeline> pipelines;
  private final Recent recent;
  private final String level;
  private final boolean chaos;
  private final Reply page = page();
  private final AtomicInteger viewers = new AtomicInteger();
  private final Timer timer = Timer.create();
  private volatile long levelUntil;
  private Timer.Pending levelEnds = () -> {};

  Console(
      Health health,
      InFlight inFlight,
      List<Pipeline> pipelines,
      Recent recent,
      String level,
      boolean chaos) {
    this.health = health;
    this.inFlight = inFlight;
    this.pipelines = List.copyOf(pipelines);
    this.recent = recent;
    this.level = level;
    this.chaos = chaos;
    Recent.level(level);
    recent.followLog();
  }

  void addTo(Routes routes) {
    routes
        .get("/", request -> page)
        .get("/console/events", request -> events())
        .post("/console/log-level", guarded(this::changeLevel));
  }

  /** A fault that a button can cause; the parameter {@code on} is {@code true} or {@code false}. */
  static Routes.Handler fault(String name, Consumer<Boolean> fault) {
    return guarded(request -> {
      String on = request.query().getOrDefault("on", "");
      if (!on.equals("true") && !on.equals("false")) {
        return Reply.problem(400, "on: expected true or false");
      }
      LOG.warn("fault {}: {}", name, on);
      fault.accept(Boolean.valueOf(on));
      return Reply.json(200, Map.of("fault", name, "on", on));
    });
  }

  /** SIGTERM to this process, as the kubelet sends it. By method handle, since javac warns of the type. */
  static Reply terminate() throws Exception {
    Class<?> signal = Class.forName("sun.misc.Signal");
    MethodHandles.Lookup lookup = MethodHandles.publicLookup();
    MethodHandle raise =
        lookup.findStatic(signal, "raise", MethodType.methodType(void.class, signal));
    try {
      raise.invoke(signal.getConstructor(String.class).newInstance("TERM"));
    } catch (Throwable impossible) {
      throw new IllegalStateException("SIGTERM cannot be raised here", impossible);
    }
    return Reply.json(202, Map.of("signal", "TERM"));
  }

  /** Refuses what another site's page makes a browser send. */
  static Routes.Handler guarded(Routes.Handler handler) {
    return request -> {
      String site = request.header("Sec-Fetch-Site").orElse("same-origin");
      return site.equals("same-origin") || site.equals("none")
          ? handler.handle(request)
          : Reply.problem(403, "only from this console");
    };
  }

  private synchronized Reply changeLevel(Routes.Request request) {
    String wanted = request.query().getOrDefault("level", "").toLowerCase(Locale.ROOT);
    String seconds = request.query().getOrDefault("for", "300");
    if (!LEVELS.contains(wanted)) {
      return Reply.problem(400, "level: expected one of " + LEVELS);
    }
    if (!seconds.matches("[0-9]{1,4}") || Long.parseLong(seconds) > LONGEST_LEVEL.toSeconds()) {
      return Reply.problem(400, "for: expected seconds, at most " + LONGEST_LEVEL.toSeconds());
    }
    Duration limit = Duration.ofSeconds(Long.parseLong(seconds));
    levelEnds.cancel();
    Recent.level(wanted);
    levelUntil = System.currentTimeMillis() + limit.toMillis();
    levelEnds = timer.schedule(limit, () -> {
      levelUntil = 0;
      Recent.level(level);
      announce(level);
    });
    announce(wanted);
    return Reply.json(200, Map.of("level", wanted, "for", limit.toSeconds()));
  }

  private static void announce(String level) {
    LOG.atWarn()
        .addKeyValue("event.name", "orders.log_level")
        .addKeyValue("level_now", level)
        .log("log level {}", level);
  }

  private Reply events() {
    if (viewers.get() >= MOST_VIEWERS) {
      return Reply.problem(503, "more than " + MOST_VIEWERS + " consoles are open")
          .with("Retry-After", "5");
    }
    return Reply.stream("text/event-stream", this::follow).with("Cache-Control", "no-store");
  }

  private void follow(OutputStream out) throws IOException, InterruptedException {
    viewers.incrementAndGet();
    try {
      long spans = Math.max(0, recent.spanPosition() - 60);
      long lines = Math.max(0, recent.linePosition() - 60);
      while (true) {
        Map<String, Object> state = state();
        state.put("spans", recent.spansSince(spans));
        state.put("lines", recent.linesSince(lines));
        spans = recent.spanPosition();
        lines = recent.linePosition();
        out.write(("data: " + Reply.write(state) + "\n\n").getBytes(UTF_8));
        out.flush();
        Thread.sleep(EVENT_MILLIS);
      }
    } finally {
      viewers.decrementAndGet();
    }
  }

  private Map<String, Object> state() {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("at", System.currentTimeMillis());
    state.put("chaos", chaos);
    state.put("level", Recent.root().getLevel().toString().toLowerCase(Locale.ROOT));
    state.put("levelUntil", levelUntil);
    state.put("probes", probes());
    state.put("gate", health.report().gate().toString());
    state.put("checks", health.report().checks().stream().map(Console::shown).toList());
    state.put("pipelines", pipelines.stream().map(Console::shown).toList());
    state.put("ledger", inFlight.ledgers());
    state.put("draining", inFlight.draining());
    return state;
  }

  private Map<String, Integer> probes() {
    Map<String, Integer> probes = new LinkedHashMap<>();
    for (Probe probe : Probe.values()) {
      health
          .answer("GET", "/" + probe.endpoint(), "", "")
          .ifPresent(reply -> probes.put(probe.endpoint(), reply.status()));
    }
    return probes;
  }

  private static Map<String, Object> shown(CheckReport check) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("name", check.name());
    shown.put("status", check.status().name());
    shown.put("impact", check.check().impact().name());
    shown.put("probes", check.probes().stream().map(Probe::endpoint).sorted().toList());
    shown.put("reason", check.reason());
    shown.put("age", check.age().map(Duration::toMillis).orElse(-1L));
    shown.put("took", check.took().map(Duration::toMillis).orElse(-1L));
    return shown;
  }

  private static Map<String, Object> shown(Pipeline pipeline) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("name", pipeline.name());
    pipeline.breaker().map(Breaker::snapshot).ifPresent(breaker -> {
      shown.put("state", breaker.state().name());
      shown.put("calls", breaker.calls());
      shown.put("failures", breaker.failures());
      shown.put("opens", breaker.opensInARow());
      shown.put("retryAfter", breaker.retryAfter().map(Duration::toMillis).orElse(-1L));
    });
    var counters = pipeline.counters();
    shown.put("failed", counters.failures());
    shown.put("retries", counters.retries());
    shown.put("denied", counters.retriesDenied());
    shown.put("rejected", counters.rejected());
    return shown;
  }

  /** The page, with a policy that lets a browser run its own script and style and nothing else. */
  private static Reply page() {
    try (InputStream in = Console.class.getResourceAsStream("/console.html")) {
      String html = new String(in.readAllBytes(), UTF_8);
      String policy = "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none';"
          + " form-action 'none'; frame-ancestors 'none'; script-src '" + hash(html, "script")
          + "'; style-src '" + hash(html, "style") + "'";
      return Reply.text("text/html; charset=utf-8", html)
          .with("Content-Security-Policy", policy)
          .with("X-Content-Type-Options", "nosniff")
          .with("Referrer-Policy", "no-referrer")
          .with("Cache-Control", "no-cache");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String hash(String html, String element) {
    String start = "<" + element + ">";
    int from = html.indexOf(start) + start.length();
    byte[] text = html.substring(from, html.indexOf("</" + element + ">", from)).getBytes(UTF_8);
    try {
      return "sha256-"
          + Base64.getEncoder()
              .encodeToString(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
