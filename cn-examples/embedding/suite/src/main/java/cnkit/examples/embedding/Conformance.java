package cnkit.examples.embedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.health.ProbeReply;
import cnkit.health.Verdict;
import cnkit.lifecycle.Report;
import cnkit.lifecycle.ShutdownOutcome;
import cnkit.lifecycle.WorkCounts;
import cnkit.lifecycle.WorkKind;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

/**
 * What holds inside every server. A leaf extends it, says which server, and adds nothing; a law that a server cannot keep
 * is overridden there with {@code @Disabled} and its reason, and the README's table says "no".
 */
public abstract class Conformance {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final List<String> HANDLED =
      List.of("/work?ms=1", "/work-later?ms=1", "/orders/7", "/status/503", "/fail", "/fail-later");
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "b7ad6b7169203331";
  private static final Map<String, String> CALLER =
      Map.of("traceparent", "00-" + TRACE + '-' + PARENT + "-01");
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");

  private final Recorded recorded = new Recorded();
  private final App app = new App(recorded.otel());

  /** The server under test, new each time. */
  protected abstract Embedded embedded();

  /** The row of the README's table. */
  protected abstract String name();

  /** A connection to the server under test. */
  protected Client connect(int port) throws IOException {
    return new RawClient(port);
  }

  /** Whether a request that nothing answers reaches the glue. */
  protected boolean seesUnknown() {
    return true;
  }

  /** How the server names the route of that template. */
  protected String route(String template) {
    return template;
  }

  /** The status on the wire for one of the application. */
  protected int onTheWire(int status) {
    return status;
  }

  @AfterEach
  void close() {
    app.close();
    recorded.close();
  }

  @Test
  protected void probesTellTheTruth() throws Exception {
    Embedded server = embedded();
    app.health().start();
    int port = server.start(app);
    try (Client client = connect(port)) {
      assertEquals(503, client.get("/startupz").status());
      assertEquals(503, client.get("/readyz").status());
      assertEquals(200, client.get("/livez").status());
      app.health().open();
      await("ready", () -> status(client, "/readyz") == 200);
      for (String probe :
          List.of("/livez", "/readyz", "/startupz", "/readyz?verbose", "/readyz/cache")) {
        same(probe, client.get(probe));
      }
      app.database(Verdict.down("no connection"));
      await("not ready", () -> status(client, "/readyz") == 503);
      assertEquals(200, client.get("/livez").status());
      app.database(Verdict.up());
      await("ready again", () -> status(client, "/readyz") == 200);
      app.health().drain();
      assertEquals(503, client.get("/readyz").status());
      assertEquals(200, client.get("/livez").status());
    } finally {
      server.stop();
    }
    assertEquals(0, app.inFlight().workCounts(WorkKind.REQUEST).accepted());
    assertEquals(List.of(), recorded.spans());
    assertEquals(0, recorded.measured());
    assertEquals(0, app.calls());
  }

  /** What is on the wire is what the module said. */
  protected void same(String probe, Client.Reply reply) {
    int query = probe.indexOf('?');
    ProbeReply said = app.health()
        .answer(
            "GET",
            query < 0 ? probe : probe.substring(0, query),
            query < 0 ? "" : probe.substring(query + 1),
            "")
        .orElseThrow();
    assertEquals(said.status(), reply.status());
    assertEquals(said.text(), reply.body());
    assertTrue(
        reply.headers().getOrDefault("content-type", "").startsWith("text/plain"), reply::toString);
    assertEquals(said.headers().get("Cache-Control"), reply.headers().get("cache-control"));
  }

  @Test
  protected void eachRequestIsInFlightExactlyOnce() throws Exception {
    try (Running run = run();
        Client client = connect(run.port())) {
      int requests = 0;
      for (String target : HANDLED) {
        client.get(target);
        requests++;
        ended(target, requests);
      }
      if (seesUnknown()) {
        assertEquals(404, client.get("/missing").status());
        requests++;
        ended("/missing", requests);
      }
      for (String target : List.of("/hold", "/hold-later")) {
        try (Client other = connect(run.port())) {
          other.send(target);
          await(target + " in flight", () -> app.inFlight().count(WorkKind.REQUEST) == 1);
          assertEquals(1, recorded.active());
          app.release();
          requests++;
          ended(target, requests);
        }
      }
    }
  }

  @Test
  protected void aClientThatGoesAwayEndsItsRequestOnce() throws Exception {
    try (Running run = run()) {
      int requests = 0;
      for (String target : List.of("/hold", "/hold-later")) {
        Client client = connect(run.port());
        client.send(target);
        requests++;
        int expected = requests;
        await(target + " arrived", () -> app.calls() == expected);
        client.reset();
        app.release();
        ended(target, requests);
        SpanData span = recorded.spans().get(requests - 1);
        assertNotEquals(StatusCode.ERROR, span.getStatus().getStatusCode(), span::toString);
      }
      try (Client client = connect(run.port())) {
        assertEquals(200, client.get("/work?ms=0").status());
        ended("the next one", requests + 1);
      }
    }
  }

  @Test
  protected void drainingAnswersAskTheClientToLeave() throws Exception {
    try (Running run = run()) {
      app.inFlight().drain();
      List<String> targets = new ArrayList<>(HANDLED);
      targets.addAll(List.of("/missing", "/livez", "/readyz?verbose"));
      for (String target : targets) {
        try (Client client = connect(run.port())) {
          Client.Reply reply = client.get(target);
          assertTrue(reply.leave(), () -> target + ": " + reply);
          assertTrue(client.closedByServer(), target);
        }
      }
    }
  }

  @Test
  protected void onceTheIntakeIsClosedRequestsAreRefusedAndProbesAnswered() throws Exception {
    try (Running run = run()) {
      app.inFlight().drain();
      app.inFlight().close();
      for (String target : List.of("/work?ms=0", "/work-later?ms=0")) {
        try (Client client = connect(run.port())) {
          Client.Reply reply = client.get(target);
          assertEquals(503, reply.status());
          assertEquals("1", reply.headers().get("retry-after"));
          assertTrue(reply.leave(), reply::toString);
        }
      }
      try (Client client = connect(run.port())) {
        assertEquals(200, client.get("/livez").status());
      }
      assertEquals(0, app.calls());
      await("both rejected", () -> app.inFlight().workCounts(WorkKind.REQUEST).rejected() == 2);
    }
  }

  @Test
  protected void noKeepAliveRequestFailsAcrossADrainUnderLoad() throws Exception {
    Running run = new Running(app, embedded(), Duration.ofSeconds(2));
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    AtomicInteger answered = new AtomicInteger();
    List<Thread> clients = new ArrayList<>();
    try (Client idle = connect(run.port())) {
      assertEquals(200, idle.get("/work?ms=0").status());
      for (int i = 0; i < 8; i++) {
        String target = i % 2 == 0 ? "/work?ms=1" : "/work-later?ms=1";
        Thread client = new Thread(() -> {
          try {
            load(run.port(), target, answered);
          } catch (IOException | RuntimeException | Error e) {
            failures.add(new AssertionError(target + " after " + answered + " answers", e));
          }
        });
        client.start();
        clients.add(client);
      }
      await("load", () -> answered.get() >= 200 || !failures.isEmpty());
      Thread shutdown = new Thread(run::shutdown);
      shutdown.start();
      await("announced", app.inFlight()::draining);
      // it slept through the announcement, and is served once more
      assertEquals(200, idle.get("/work?ms=0").status());
      for (Thread client : clients) {
        client.join(PATIENCE.toMillis());
        assertFalse(client.isAlive());
      }
      shutdown.join(PATIENCE.toMillis());
    }
    for (Throwable failure : failures) {
      throw new AssertionError(failures.size() + " failures", failure);
    }
    Report report = run.shutdown();
    assertEquals(ShutdownOutcome.STOPPED, report.outcome(), report::toJson);
    WorkCounts counts = app.inFlight().workCounts(WorkKind.REQUEST);
    assertEquals(
        new WorkCounts(WorkKind.REQUEST, answered.get() + 2, answered.get() + 2, 0, 0, 0), counts);
  }

  /** As a client behind a load balancer: leaves when it is told to, comes back while the instance is ready. */
  private void load(int port, String target, AtomicInteger answered) throws IOException {
    while (true) {
      try (Client client = connect(port)) {
        Client.Reply ready = client.get("/readyz");
        if (ready.status() != 200) {
          return;
        }
        for (boolean leave = ready.leave(); !leave; ) {
          Client.Reply reply = client.get(target);
          assertEquals(200, reply.status());
          answered.incrementAndGet();
          leave = reply.leave();
        }
      } catch (ConnectException closed) {
        if (!app.inFlight().draining()) {
          throw closed;
        }
        return;
      }
    }
  }

  @Test
  protected void theCallersTraceIsContinued() throws Exception {
    try (Running run = run();
        Client client = connect(run.port())) {
      int requests = 0;
      for (String target : List.of("/trace", "/trace-later")) {
        assertEquals(TRACE, client.get(target, CALLER).body());
        requests++;
        ended(target, requests);
        SpanData span = recorded.spans().get(requests - 1);
        assertEquals(TRACE, span.getTraceId());
        assertEquals(PARENT, span.getParentSpanId());
        assertEquals(SpanKind.SERVER, span.getKind());
      }
    }
  }

  @Test
  protected void withoutAnSdkTheTraceReachesTheLogAndLeavesNoTraceOnTheThread() throws Exception {
    try (App plain = new App(OpenTelemetry.propagating(Recorded.W3C));
        Running run = new Running(plain, embedded(), Duration.ZERO)) {
      for (int i = 0; i < 20; i++) {
        try (Client client = connect(run.port())) {
          for (String target : List.of("/trace", "/trace-later")) {
            assertEquals(TRACE, client.get(target, CALLER).body());
            assertEquals("null", client.get(target).body());
          }
        }
      }
    }
  }

  @Test
  protected void a5xxIsAnErrorAndA4xxIsNone() throws Exception {
    try (Running run = run();
        Client client = connect(run.port())) {
      int requests = 0;
      for (String target :
          List.of("/status/503", "/fail", "/fail-later", "/status/404", "/orders/7")) {
        int status = client.get(target).status();
        boolean error = target.equals("/status/503") || target.startsWith("/fail");
        assertEquals(error, status >= 500, target + ' ' + status);
        requests++;
        ended(target, requests);
        SpanData span = recorded.spans().get(requests - 1);
        assertEquals(error, span.getStatus().getStatusCode() == StatusCode.ERROR, span::toString);
        assertEquals(error, span.getAttributes().get(ERROR) != null, span::toString);
        assertEquals((long) onTheWire(status), span.getAttributes().get(STATUS), span::toString);
      }
    }
  }

  @Test
  protected void theRouteIsTheTemplateAndNeverThePath() throws Exception {
    try (Running run = run();
        Client client = connect(run.port())) {
      client.get("/orders/4711");
      ended("/orders/4711", 1);
      assertEquals(
          route("/orders/{id}"), recorded.spans().get(0).getAttributes().get(ROUTE));
      assertEquals(
          "GET " + route("/orders/{id}"), recorded.spans().get(0).getName().replace("POST", "GET"));
      if (seesUnknown()) {
        client.get("/orderz/4711");
        ended("/orderz/4711", 2);
        assertEquals("GET", recorded.spans().get(1).getName());
        assertFalse(recorded.spans().get(1).getAttributes().asMap().containsKey(ROUTE));
      }
    }
  }

  @Test
  protected void aStormOf404sLeavesTheSeriesCountUnchanged() throws Exception {
    try (Running run = run();
        Client client = connect(run.port())) {
      client.get("/orders/1");
      client.get("/nothing/at/all");
      ended("both", seesUnknown() ? 2 : 1);
      Set<String> before = recorded.series();
      assertFalse(before.isEmpty());
      for (int i = 0; i < 1000; i++) {
        assertEquals(
            404,
            client.get("/" + Integer.toString(i * 7919, 36) + "/wp-login.php").status());
      }
      ended("the storm", seesUnknown() ? 1002 : 1);
      assertEquals(before, recorded.series());
    }
  }

  /** The table of the README is this: the server's version, the glue's length, and which laws hold. */
  @Test
  void theReadmeSaysSo() throws IOException {
    List<String> glue = Files.readAllLines(Glue.file());
    long lines = Glue.linesOfCode(glue);
    assertTrue(lines <= 40, () -> lines + " lines");
    assertTrue(
        glue.stream().allMatch(line -> line.length() <= 130),
        "lines that are one line only in name");
    int laws = 0;
    int kept = 0;
    for (Method law : Conformance.class.getDeclaredMethods()) {
      if (law.isAnnotationPresent(Test.class) && !law.getName().equals("theReadmeSaysSo")) {
        laws++;
        kept += holds(law.getName()) ? 1 : 0;
      }
    }
    String row = "| " + name() + " | " + System.getProperty("server.version") + " | ["
        + Glue.file().getFileName() + "](" + Path.of("").toAbsolutePath().getFileName() + '/'
        + Glue.file() + ") | " + lines + " | " + kept + " of " + laws + " |";
    List<String> readme = Files.readAllLines(Path.of("../README.md"));
    assertTrue(readme.contains(row), () -> "the README's row is to be\n" + row);
  }

  private boolean holds(String law) {
    for (Class<?> type = getClass(); type != null; type = type.getSuperclass()) {
      for (Method method : type.getDeclaredMethods()) {
        if (method.getName().equals(law)) {
          return !method.isAnnotationPresent(Disabled.class);
        }
      }
    }
    return false;
  }

  private Running run() {
    return new Running(app, embedded(), Duration.ZERO);
  }

  /** So many requests have come and gone, each of them once, everywhere that counts. */
  private void ended(String last, int requests) {
    await(
        last + " ended",
        () -> app.inFlight().workCounts(WorkKind.REQUEST).completed() == requests
            && recorded.spans().size() == requests);
    assertEquals(
        new WorkCounts(WorkKind.REQUEST, requests, requests, 0, 0, 0),
        app.inFlight().workCounts(WorkKind.REQUEST));
    assertEquals(requests, recorded.spans().size());
    assertEquals(requests, recorded.measured());
    assertEquals(0, recorded.active());
  }

  private static int status(Client client, String target) {
    try {
      return client.get(target).status();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  protected static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("never: " + what);
      }
      try {
        TimeUnit.MILLISECONDS.sleep(2);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** The application under test, for laws of a leaf's own. */
  protected App app() {
    return app;
  }
}
