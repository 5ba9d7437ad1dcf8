package cnkit.examples.footprint;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import cnkit.config.Config;
import cnkit.config.Default;
import cnkit.config.Range;
import cnkit.health.Check;
import cnkit.health.Health;
import cnkit.health.ProbeReply;
import cnkit.health.Verdict;
import cnkit.lifecycle.InFlight;
import cnkit.lifecycle.Lifecycle;
import cnkit.lifecycle.WorkKind;
import cnkit.resilience.Breaker;
import cnkit.resilience.BreakerSettings;
import cnkit.resilience.Pipeline;
import cnkit.resilience.RetrySettings;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/** The same service on config, health, lifecycle and resilience: every request counted, every call guarded. */
final class Kit {
  record Settings(
      @Default("8080") @Range("0..65535") int port,
      @Default("0.0.0.0") String host,
      @Default("25s") @Range("1s..10m") Duration shutdownGrace,
      @Default("0s") @Range("0s..5m") Duration propagationDelay,
      @Default("2s") @Range("10ms..1m") Duration callTimeout,
      @Default("3") @Range("1..10") int attempts,
      @Default("64") @Range("1..1000") int bulkhead) {}

  private final Settings settings;
  private final InFlight inFlight = new InFlight();
  private final Health health = Health.builder()
      .check(Check.critical("memory", () -> Verdict.of(Runtime.getRuntime().maxMemory() > 0))
          .local())
      .build();
  private final Pipeline work;

  private Kit(Settings settings) {
    this.settings = settings;
    this.work = Pipeline.builder("work")
        .deadline(settings.callTimeout().plusSeconds(60))
        .retry(RetrySettings.exponential(ofMillis(50)).withAttempts(settings.attempts()))
        .breaker(Breaker.of(
            "work",
            BreakerSettings.countWindow(50).withFailureRate(0.5).withOpenTime(ofSeconds(5))))
        .bulkhead(settings.bulkhead())
        .build();
  }

  public static void main(String[] args) throws Exception {
    System.setProperty("sun.net.httpserver.nodelay", "true");
    Settings settings = Config.builder(Settings.class, MethodHandles.lookup())
        .noPrefix()
        .args(args)
        .environment()
        .loadOrExit()
        .value();
    System.exit(new Kit(settings).run());
  }

  private int run() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(settings.host(), settings.port()), 0);
    server.setExecutor(Workers.executor());
    server.createContext("/", this::handle);
    return Lifecycle.builder()
        .grace(settings.shutdownGrace())
        .infrastructure("health", health::start, health::close)
        .component("http", server::start, () -> server.stop(0))
        .onStarted(health::open)
        .onAnnounce(health::drain)
        .propagation(settings.propagationDelay())
        .drain(inFlight)
        .build()
        .run();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Optional<ProbeReply> probe = health.answer(
          exchange.getRequestMethod(),
          exchange.getRequestURI().getPath(),
          exchange.getRequestURI().getRawQuery(),
          exchange.getRequestHeaders().getFirst("Accept"));
      if (probe.isPresent()) {
        probe.get().headers().forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(probe.get().status(), probe.get().length());
        probe.get().writeTo(exchange.getResponseBody());
        return;
      }
      int slot = inFlight.enter(WorkKind.REQUEST);
      if (slot < 0) {
        Twin.send(exchange, 503, "shutting down");
        return;
      }
      try {
        serve(exchange);
      } finally {
        inFlight.exit(slot);
      }
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    if (inFlight.draining()) {
      exchange.getResponseHeaders().set("Connection", "close");
    }
    if (!exchange.getRequestURI().getPath().equals("/work")) {
      Twin.send(exchange, 404, "no such resource");
      return;
    }
    String query = exchange.getRequestURI().getQuery();
    try {
      String done = work.call(attempt -> {
        Thread.sleep(query == null ? 0 : Long.parseLong(query.substring(query.indexOf('=') + 1)));
        return "done";
      });
      Twin.send(exchange, 200, done);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      Twin.send(exchange, 503, "interrupted");
    }
  }
}
