package cnkit.examples.service;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import cnkit.config.Config;
import cnkit.config.ConfigException;
import cnkit.config.Problem;
import cnkit.health.Check;
import cnkit.health.Checks;
import cnkit.health.Health;
import cnkit.lifecycle.InFlight;
import cnkit.lifecycle.Kind;
import cnkit.lifecycle.Lifecycle;
import cnkit.lifecycle.ShutdownPlan;
import cnkit.resilience.Pipeline;
import cnkit.telemetry.BuildInfo;
import cnkit.telemetry.ConfigTelemetry;
import cnkit.telemetry.HealthTelemetry;
import cnkit.telemetry.LifecycleTelemetry;
import cnkit.telemetry.PipelineTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts and how they hang together: what starts after what, what answers where. */
final class Service {
  private static final Logger LOG = LoggerFactory.getLogger(Service.class);
  private static final int LONGEST_WORK_MILLIS = 60_000;

  private final Config<Settings> config;
  private final Settings settings;
  private final BuildInfo build = BuildInfo.of(Service.class);
  private final InFlight inFlight = new InFlight();
  private final FlakyInventory flaky;
  private final Inventory inventory;
  private final Database database;
  private final Optional<Broker> broker;
  private final Outbox outbox;
  private final Telemetry telemetry;
  private final Health health;
  private final Console console;
  private final Listener application;
  private final Listener management;

  Service(Config<Settings> config) throws IOException {
    this.config = config;
    this.settings = config.value();
    Recent recent = new Recent();
    Recent.level(settings.logLevel().name());
    for (Problem warning : config.warnings()) {
      LOG.warn("configuration: {}", warning);
    }
    flaky = new FlakyInventory(Faults.parse(settings.inventoryFaults().orElse("")));
    telemetry = new Telemetry(System.getenv(), build, recent);
    inventory =
        new Inventory(settings.inventoryUrl().orElseGet(flaky::uri), telemetry.openTelemetry());
    database = new Database(settings.database());
    broker = settings.natsUrl().map(Broker::new);
    outbox = new Outbox(
        database,
        inventory,
        broker.<Outbox.Publisher>map(nats -> nats).orElse(Service::logged),
        inFlight);
    health = checks();
    console = new Console(
        health, inFlight, pipelines(), recent, settings.logLevel().name(), settings.chaos());
    application = new Listener(
        "application",
        new InetSocketAddress(settings.host(), settings.port()),
        2048,
        health,
        inFlight,
        Kind.REQUEST,
        applicationRoutes(),
        telemetry.openTelemetry());
    management = new Listener(
        "management",
        new InetSocketAddress(settings.managementHost(), settings.managementPort()),
        256,
        health,
        inFlight,
        Kind.PROBE,
        managementRoutes(),
        OpenTelemetry.noop()); // who scrapes and probes is not traced
  }

  Lifecycle lifecycle() {
    ShutdownPlan plan = ShutdownPlan.of(settings.shutdownGrace(), settings.propagationDelay());
    Lifecycle lifecycle = Lifecycle.builder()
        .grace(settings.shutdownGrace())
        .outermost("health", health::start, health::close)
        .outermost("management", management::start, management::stop)
        .component(
            "startup-delay", () -> Thread.sleep(settings.startupDelay().toMillis()), () -> {})
        .component("inventory-fake", flaky::start, flaky::stop)
        .component("database", database::open, database::close)
        .component("inventory", inventory::open, () -> {})
        .component("outbox", outbox::start, outbox::stop)
        .component("application", application::start, application::stop)
        .onStarted(health::open)
        .onAnnounce(health::drain)
        .onAnnounce(outbox::stopIntake)
        .propagation(settings.propagationDelay())
        .drain(inFlight)
        .flush("telemetry", () -> telemetry.close(plan.flush()))
        .build();
    observe(lifecycle);
    return lifecycle;
  }

  Health health() {
    return health;
  }

  Listener application() {
    return application;
  }

  Listener management() {
    return management;
  }

  /** The registrations live as long as the process, so nobody closes them. */
  private void observe(Lifecycle lifecycle) {
    OpenTelemetry otel = telemetry.openTelemetry();
    build.observe(otel);
    ConfigTelemetry.observe(config, otel);
    HealthTelemetry.observe(health, otel);
    LifecycleTelemetry.observe(lifecycle, otel);
    PipelineTelemetry.observe(pipelines(), otel);
  }

  private List<Pipeline> pipelines() {
    List<Pipeline> pipelines = new ArrayList<>(List.of(inventory.pipeline(), database.pipeline()));
    broker.map(Broker::pipeline).ifPresent(pipelines::add);
    return pipelines;
  }

  private Health checks() {
    // degrading: a database that all share must not take all of them out of rotation
    Health.Builder builder = Health.builder()
        .liveness(outbox.heartbeat())
        .check(Check.degrading("orders-db", Checks.jdbc(database.source(), ofSeconds(1)))
            .every(ofSeconds(5))
            .timeout(ofSeconds(3)));
    settings
        .requiredUrl()
        .ifPresent(url -> builder.check(Check.criticalAsync(
                "required-url", Checks.http(HttpClient.newHttpClient(), url, ofMillis(800)))
            .every(ofSeconds(1))
            .timeout(ofMillis(800))));
    return builder.build();
  }

  private Routes applicationRoutes() {
    return new Routes()
        .get("/work", request -> work(request.query().getOrDefault("ms", "0")))
        .get("/inventory/{sku}", request -> inventory.stock(request.variable()))
        .post("/orders", outbox.orders()::place)
        .get("/orders", outbox.orders()::list)
        .get("/orders/{id}", outbox.orders()::one);
  }

  private Routes managementRoutes() {
    Routes routes = new Routes()
        .get("/version", request -> new Reply(200, "application/json", build.toJson(), Map.of()))
        .get("/config", request -> new Reply(200, "application/json", config.toJson(), Map.of()))
        .get("/metrics", request -> telemetry.scrape());
    console.addTo(routes);
    if (settings.chaos()) {
      HttpClient client = HttpClient.newHttpClient();
      routes
          .post("/chaos/inventory", Console.guarded(this::inventoryFaults))
          .post("/chaos/database", Console.fault("database away", database::away))
          .post("/chaos/heartbeat", Console.fault("stalled heartbeat", outbox::stall))
          .post("/chaos/load", Console.guarded(request -> oneOrder(client)))
          .post("/chaos/sigterm", Console.guarded(request -> Console.terminate()));
    }
    return routes;
  }

  private Reply inventoryFaults(Routes.Request request) {
    try {
      flaky.faults(Faults.parse(request.rawQuery().replace('&', ',')));
    } catch (ConfigException wrong) {
      return Reply.problem(400, wrong.getMessage());
    }
    return Reply.json(200, Map.of());
  }

  /** One order by the front door, so that there is something to see. */
  private Reply oneOrder(HttpClient client) throws IOException, InterruptedException {
    HttpRequest order = HttpRequest.newBuilder(
            URI.create("http://localhost:" + application.port() + "/orders"))
        .timeout(ofSeconds(5))
        .header("Content-Type", "application/json")
        .header("Idempotency-Key", UUID.randomUUID().toString())
        .POST(HttpRequest.BodyPublishers.ofString("{\"sku\":\"apple\",\"quantity\":1}"))
        .build();
    return Reply.json(
        200,
        Map.of(
            "status", client.send(order, HttpResponse.BodyHandlers.discarding()).statusCode()));
  }

  /** Work that takes as long as it is told, for demonstrations of the drain. */
  private static Reply work(String millis) throws InterruptedException {
    boolean digits = !millis.isEmpty() && millis.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!digits) {
      return Reply.problem(400, "ms: expected a whole number of milliseconds, 0 or more");
    }
    long length = millis.length() > 9
        ? LONGEST_WORK_MILLIS
        : Math.min(Long.parseLong(millis), LONGEST_WORK_MILLIS);
    Thread.sleep(length);
    return Reply.json(200, Map.of("slept_ms", length));
  }

  /** What an event becomes where there is no broker. */
  private static void logged(String id, String type, String payload) {
    LOG.atInfo()
        .addKeyValue("event.name", "order." + type)
        .addKeyValue("event.id", id)
        .addKeyValue("order", payload)
        .log("published");
  }
}
