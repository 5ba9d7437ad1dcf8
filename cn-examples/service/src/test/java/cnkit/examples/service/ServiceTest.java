package cnkit.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.config.Config;
import cnkit.health.Probe;
import cnkit.lifecycle.Lifecycle;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The service inside this JVM: what each path answers while it is ready. */
class ServiceTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static Service service;
  private static Lifecycle lifecycle;

  @BeforeAll
  static void start() throws Exception {
    Map<String, String> environment = Map.of(
        "PORT",
        "0",
        "MANAGEMENT_PORT",
        "0",
        "PROPAGATION_DELAY",
        "0s",
        "LOG_LEVEL",
        "warn",
        "CHAOS",
        "true");
    service = new Service(Config.builder(Settings.class, MethodHandles.lookup())
        .noPrefix()
        .environment(environment)
        .load());
    lifecycle = service.lifecycle();
    lifecycle.start();
    assertTrue(service.health.await(Probe.READY, Duration.ofSeconds(20)));
  }

  @AfterAll
  static void stop() {
    lifecycle.shutdown("the tests are over");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/livez", "/readyz", "/startupz"})
  void bothPortsAnswerEachProbe(String path) throws Exception {
    assertEquals(200, get(application(path)).statusCode());
    assertEquals(200, get(management(path)).statusCode());
  }

  @Test
  void workTakesMillisecondsAndRefusesAnythingElse() throws Exception {
    assertEquals(200, get(application("/work")).statusCode());
    assertEquals(200, get(application("/work?ms=5")).statusCode());
    for (String wrong : new String[] {"-1", "x", "1.5", "", "+1", "1e3", "%D9%A1"}) {
      assertProblem(400, get(application("/work?ms=" + wrong)));
    }
  }

  @Test
  void theInventoryAnswersFromTheDependencyInsideThisProcess() throws Exception {
    HttpResponse<String> stock = get(application("/inventory/apple%20pie"));
    assertEquals(200, stock.statusCode(), stock::body);
    assertTrue(JSON.readTree(stock.body()).has("available"), stock::body);
  }

  @Test
  void anOrderIsStoredOnceHoweverOftenItIsSent() throws Exception {
    String order = "{\"sku\":\"apple\",\"quantity\":3}";
    HttpResponse<String> first = post(application("/orders"), "same", order);
    assertEquals(201, first.statusCode(), first::body);
    HttpResponse<String> again = post(application("/orders"), "same", order);
    assertEquals(200, again.statusCode(), again::body);
    assertEquals(first.body(), again.body());
    assertEquals("reserved", JSON.readTree(first.body()).path("status").asText());
    String location = first.headers().firstValue("location").orElseThrow();
    assertEquals(first.body(), get(application(location)).body());
    assertTrue(get(application("/orders")).body().contains(first.body()));

    assertProblem(422, post(application("/orders"), "same", order.replace('3', '4')));
    assertEquals(
        201, post(application("/orders"), "another", order.replace('3', '4')).statusCode());
  }

  @Test
  void withoutAKeyEachRequestIsAnOrder() throws Exception {
    String order = "{\"sku\":\"pear\",\"quantity\":1}";
    JsonNode one = JSON.readTree(post(application("/orders"), "", order).body());
    JsonNode two = JSON.readTree(post(application("/orders"), "", order).body());
    assertNotEquals(one.path("id").asText(), two.path("id").asText());
  }

  @Test
  void whatTheInventoryDoesNotHaveIsBackordered() throws Exception {
    HttpResponse<String> order =
        post(application("/orders"), "", "{\"sku\":\"a\",\"quantity\":1000}");
    assertEquals("backordered", JSON.readTree(order.body()).path("status").asText());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "7",
        "{}{}",
        "{'sku':1}",
        "{\"sku\":\"a\",\"sku\":\"a\",\"quantity\":1}"
      })
  void whatIsNoJsonObjectIs400(String body) throws Exception {
    assertProblem(400, post(application("/orders"), "", body));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"sku\":\"a\"}",
        "{\"sku\":\"a\",\"quantity\":\"1\"}",
        "{\"sku\":\"a\",\"quantity\":1.5}",
        "{\"sku\":\"a\",\"quantity\":0}",
        "{\"sku\":\"a\",\"quantity\":1001}",
        "{\"sku\":\"a\",\"quantity\":4294967297}",
        "{\"sku\":\"a\",\"quantity\":null}",
        "{\"sku\":\"\",\"quantity\":1}",
        "{\"sku\":7,\"quantity\":1}",
        "{\"sku\":\"a/b\",\"quantity\":1}",
        "{\"sku\":\"a\",\"quantity\":1,\"more\":1}"
      })
  void whatIsNoOrderIs422AndNamesEachMember(String body) throws Exception {
    HttpResponse<String> refused = post(application("/orders"), "", body);
    assertProblem(422, refused);
    assertTrue(!JSON.readTree(refused.body()).path("errors").isEmpty(), refused::body);
  }

  @Test
  void ordersThatDoNotExistAreNotFound() throws Exception {
    assertProblem(404, get(application("/orders/00000000-0000-0000-0000-000000000000")));
    assertProblem(404, get(application("/orders/1")));
    assertProblem(400, get(application("/orders?before=x")));
    assertProblem(400, get(application("/orders?before=9223372036854775808")));
  }

  @Test
  void unknownPathsAndMethodsAreProblemsThatSayWhatToUse() throws Exception {
    assertProblem(404, get(application("/nowhere")));
    assertProblem(404, get(application("/inventory/a/b")));
    assertProblem(404, get(application("/metrics")));
    assertProblem(404, get(application("/version")));
    HttpResponse<String> wrongMethod = post(application("/work"));
    assertProblem(405, wrongMethod);
    assertEquals("GET", wrongMethod.headers().firstValue("allow").orElse(""));
  }

  @Test
  void aProblemOnTheManagementPortIsOfTheCallersTrace() throws Exception {
    String trace = "0af7651916cd43dd8448eb211c80319c";
    for (URI uri : List.of(management("/nowhere"), application("/nowhere"))) {
      HttpRequest request = HttpRequest.newBuilder(uri)
          .header("traceparent", "00-" + trace + "-b7ad6b7169203331-01")
          .build();
      HttpResponse<String> problem = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
      assertProblem(404, problem);
      assertEquals(trace, JSON.readTree(problem.body()).path("trace_id").asText());
    }
    assertProblem(405, post(management("/metrics")));
    String metrics = get(management("/metrics")).body();
    assertTrue(!metrics.contains("http_route=\"/metrics\""), "scrapes leave no series");
  }

  @Test
  void theBuildTellsItsIdentity() throws Exception {
    JsonNode version = JSON.readTree(get(management("/version")).body());
    for (String field : new String[] {"version", "commit", "dirty", "commitTime", "java"}) {
      assertTrue(version.has(field), version::toString);
    }
    assertEquals(Runtime.version().toString(), version.path("java").asText());
  }

  @Test
  void theEffectiveSettingsAreShownWithTheirOrigin() throws Exception {
    String settings = get(management("/config")).body();
    assertTrue(
        settings.contains("propagation-delay") && settings.contains("env PROPAGATION_DELAY"),
        settings);
    assertTrue(JSON.readTree(settings).isObject(), settings);
  }

  @Test
  void metricsCoverAllModules() throws Exception {
    get(application("/inventory/apple"));
    HttpResponse<String> metrics = get(management("/metrics"));
    assertTrue(metrics.headers().firstValue("content-type").orElse("").startsWith("text/plain"));
    for (String name : new String[] {
      "cn_build_identity{",
      "cn_config_identity{",
      "cn_health",
      "cn_lifecycle",
      "cn_resilience",
      "cn_resilience_breaker_state"
    }) {
      assertTrue(
          metrics.body().contains("\n" + name), () -> "no " + name + " in\n" + metrics.body());
    }
  }

  @Test
  void faultsThatNobodyUnderstandsAreRefusedAndChangeNothing() throws Exception {
    assertProblem(400, post(management("/chaos/inventory?error=7")));
    assertProblem(400, post(management("/chaos/inventory?eror=1")));
    assertProblem(400, post(management("/chaos/inventory?error")));
    assertEquals(200, get(application("/inventory/apple")).statusCode());
  }

  private static void assertProblem(int status, HttpResponse<String> response) throws IOException {
    assertEquals(status, response.statusCode(), response::body);
    assertEquals(
        "application/problem+json",
        response.headers().firstValue("content-type").orElse(""));
    JsonNode problem = JSON.readTree(response.body());
    assertEquals(status, problem.path("status").asInt());
    assertTrue(problem.path("trace_id").asText().matches("[0-9a-f]{32}"), response::body);
  }

  private static URI application(String path) {
    return URI.create("http://127.0.0.1:" + service.application.port() + path);
  }

  private static URI management(String path) {
    return URI.create("http://127.0.0.1:" + service.management.port() + path);
  }

  private static HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    return CLIENT.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> post(URI uri, String key, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofString(body));
    if (!key.isEmpty()) {
      request.header("Idempotency-Key", key);
    }
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> post(URI uri) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.noBody()).build();
    return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
  }
}
