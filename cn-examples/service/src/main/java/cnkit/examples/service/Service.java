package cnkit.examples.service;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import cnkit.config.Config;
import cnkit.config.ConfigException;
import cnkit.examples.console.Console;
import cnkit.examples.console.Recent;
import cnkit.examples.web.Listener;
import cnkit.examples.web.Reply;
import cnkit.examples.web.Request;
import cnkit.examples.web.Routes;
import cnkit.health.Check;
import cnkit.health.Checks;
import cnkit.health.Health;
import cnkit.lifecycle.InFlight;
import cnkit.lifecycle.Lifecycle;
import cnkit.lifecycle.ShutdownPlan;
import cnkit.lifecycle.WorkKind;
import cnkit.resilience.Pipeline;
import cnkit.telemetry.BuildInfo;
import cnkit.telemetry.ConfigTelemetry;
import cnkit.telemetry.HealthTelemetry;
import cnkit.telemetry.LifecycleTelemetry;
import cnkit.telemetry.PipelineTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts and how they hang together: what starts after what, what answers where. */
final class Service {
  private static final Logger LOG = LoggerFactory.getLogger(Service.class);
  private static final int LONGEST_WORK_MILLIS = 60_000;

  private final Settings settings;
  final Health health;
  private final InFlight inFlight = new InFlight();
  private final List<Pipeline> pipelines;
  final Listener application;
  final Listener management;
  private final Config<Settings> config;
  private final BuildInfo build = BuildInfo.of(Service.class);
  private final Telemetry telemetry;
  private final Inventory inventory;
  private final FlakyInventory flaky;
  private final Listener flakyInventory;
  private final Database database;
  private final Outbox outbox;

  Service(Config<Settings> config) throws IOException, GeneralSecurityException {
    this.config = config;
    this.settings = config.value();
    Recent.level(settings.logLevel().name());
    config.warnings().forEach(warning -> LOG.warn("configuration: {}", warning));
    Recent recent = new Recent();
    telemetry = new Telemetry(System.getenv(), build, recent);
    flaky = new FlakyInventory(Faults.parse(settings.inventoryFaults().orElse("")));
    inventory =
        new Inventory(() -> settings.inventoryUrl().orElseGet(this::flakyUri), telemetry.sdk);
    database = new Database(settings.database());
    Optional<Broker> broker = settings.natsUrl().map(Broker::new);
    Outbox.Publisher publisher = broker.<Outbox.Publisher>map(nats -> nats).orElse(Service::logged);
    outbox = new Outbox(database, inventory, publisher, inFlight);
    pipelines = Stream.of(
            Optional.of(inventory.pipeline),
            Optional.of(database.pipeline),
            broker.map(nats -> nats.pipeline))
        .flatMap(Optional::stream)
        .toList();
    health = checks();
    Routes routes = new Routes()
        .get("/work", Service::work)
        .get("/inventory/{sku}", inventory::stock)
        .post(
            "/orders",
            request -> outbox.orders.place(request.header("Idempotency-Key"), request.body()))
        .get("/orders", outbox.orders::list)
        .get("/orders/{id}", outbox.orders::one);
    OpenTelemetry unrecorded = Telemetry.unrecorded(); // who scrapes and probes
    application = new Listener(health, inFlight, WorkKind.REQUEST, routes, telemetry.sdk, 2048);
    management =
        new Listener(health, inFlight, WorkKind.PROBE, managementRoutes(recent), unrecorded, 256);
    flakyInventory = new Listener(health, inFlight, WorkKind.PROBE, flaky.routes(), unrecorded, 64);
  }

  Lifecycle lifecycle() {
    ShutdownPlan plan = ShutdownPlan.of(settings.shutdownGrace(), settings.propagationDelay());
    Lifecycle lifecycle = Lifecycle.builder()
        .grace(settings.shutdownGrace())
        .infrastructure("health", health::start, health::close)
        .infrastructure(
            "management",
            () -> listen(
                "management", management, settings.managementHost(), settings.managementPort()),
            management::stop)
        .component(
            "startup-delay", () -> Thread.sleep(settings.startupDelay().toMillis()), () -> {})
        .component(
            "inventory-fake", () -> flakyInventory.start("127.0.0.1", 0), flakyInventory::stop)
        .component("database", database::open, database::close)
        .component("inventory", inventory::open, () -> {})
        .component("outbox", outbox::start, outbox::stop)
        .component(
            "application",
            () -> listen("application", application, settings.host(), settings.port()),
            application::stop)
        .onStarted(health::open)
        .onAnnounce(health::drain)
        .onAnnounce(outbox::stopIntake)
        .propagation(settings.propagationDelay())
        .drain(inFlight)
        .flush("telemetry", () -> telemetry.close(plan.flushBudget()))
        .build();
    observe(lifecycle);
    return lifecycle;
  }

  private static void listen(String name, Listener listener, String host, int port)
      throws IOException {
    listener.start(host, port);
    LOG.atInfo()
        .addKeyValue("event.name", "cn.listening")
        .addKeyValue("listener", name)
        .addKeyValue("host", host)
        .addKeyValue("port", listener.port())
        .log("listening");
  }

  /** The registrations live as long as the process, so nobody closes them. */
  private void observe(Lifecycle lifecycle) {
    OpenTelemetry otel = telemetry.sdk;
    build.observe(otel);
    ConfigTelemetry.observe(config, otel);
    HealthTelemetry.observe(health, otel);
    LifecycleTelemetry.observe(lifecycle, otel);
    PipelineTelemetry.observe(pipelines, otel);
  }

  private Health checks() {
    // optional: a database that all share must not take all of them out of rotation
    Health.Builder builder = Health.builder()
        .liveness(outbox.heartbeat)
        .check(Check.optional("orders-db", Checks.jdbc(database.source, ofSeconds(1)))
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

  private Routes managementRoutes(Recent recent) throws IOException, GeneralSecurityException {
    Routes routes = new Console(
            health, inFlight, pipelines, recent, settings.logLevel().name(), settings.chaos())
        .routes()
        .get("/version", request -> Reply.of("application/json", build.toJson()))
        .get("/config", request -> Reply.of("application/json", config.toJson()))
        .get("/metrics", request -> telemetry.scrape());
    if (settings.chaos()) {
      HttpClient client = HttpClient.newHttpClient();
      routes
          .post("/chaos/inventory", Console.guarded(this::inventoryFaults))
          .post("/chaos/database", Console.fault("database away", on -> database.away = on))
          .post("/chaos/heartbeat", Console.fault("stalled heartbeat", on -> outbox.stalled = on))
          .post("/chaos/load", Console.guarded(request -> oneOrder(client)))
          .post("/chaos/sigterm", Console.guarded(Service::terminate));
    }
    return routes;
  }

  /** What an event becomes where there is no broker. */
  private static void logged(String id, String type, String payload) {
    LOG.atInfo()
        .addKeyValue("event.name", "order." + type)
        .addKeyValue("event.id", id)
        .addKeyValue("order", payload)
        .log("published");
  }

  private URI flakyUri() {
    return URI.create("http://127.0.0.1:" + flakyInventory.port());
  }

  private Reply inventoryFaults(Request request) {
    try {
      flaky.behave(Faults.parse(request.rawQuery().replace('&', ',')));
      return Reply.json(200, Map.of());
    } catch (ConfigException wrong) {
      return Reply.problem(400, wrong.getMessage());
    }
  }

  /** One order by the front door, so that there is something to see; whatever becomes of it is an answer. */
  private Reply oneOrder(HttpClient client) throws InterruptedException {
    HttpRequest order = HttpRequest.newBuilder(
            URI.create("http://localhost:" + application.port() + "/orders"))
        .timeout(ofSeconds(5))
        .POST(BodyPublishers.ofString("{\"sku\":\"apple\",\"quantity\":1}"))
        .build();
    try {
      int status = client.send(order, BodyHandlers.discarding()).statusCode();
      return Reply.json(200, Map.of("status", status));
    } catch (IOException unanswered) {
      return Reply.json(200, Map.of("unanswered", unanswered.toString()));
    }
  }

  /** SIGTERM to this process, as the kubelet sends it. By reflection, since javac warns of the type. */
  private static Reply terminate(Request request) throws ReflectiveOperationException {
    Class<?> signal = Class.forName("sun.misc.Signal");
    Object term = signal.getConstructor(String.class).newInstance("TERM");
    signal.getMethod("raise", signal).invoke(null, term);
    return Reply.json(202, Map.of("signal", "TERM"));
  }

  /** Work that takes as long as it is told, for demonstrations of the drain. */
  private static Reply work(Request request) throws InterruptedException {
    String millis = request.parameter("ms", "0");
    if (millis.isEmpty() || !millis.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Reply.problem(400, "ms: expected a whole number of milliseconds, 0 or more");
    }
    long wanted = millis.length() > 9 ? LONGEST_WORK_MILLIS : Long.parseLong(millis);
    long length = Math.min(wanted, LONGEST_WORK_MILLIS);
    Thread.sleep(length);
    return Reply.of("application/json", "{\"slept_ms\":" + length + "}");
  }
}
