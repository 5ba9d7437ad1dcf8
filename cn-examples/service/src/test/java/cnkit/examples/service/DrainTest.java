package cnkit.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("full")
class DrainTest {
  /** case L16, case L17. */
  @Test
  void sigtermIsAnnouncedAtOnceServedThroughPropagationAndLosesNoRequest() throws Exception {
    try (ServiceProcess service = ServiceProcess.ready(Map.of("PROPAGATION_DELAY", "2s"))) {
      List<CompletableFuture<HttpResponse<String>>> slow = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        slow.add(service.getAsync(service.application("/work?ms=3000")));
      }
      service.awaitInFlight(3);

      service.terminate();
      long termination = System.nanoTime();
      while (service.get(service.application("/readyz")).statusCode() != 503) {
        assertTrue(seconds(termination) < 2, "still ready");
      }
      assertEquals(200, service.get(service.application("/livez")).statusCode());
      while (seconds(termination) < 1.5) {
        HttpResponse<String> served = service.get(service.application("/work?ms=1"));
        assertEquals(
            200, served.statusCode(), "new requests are served while load balancers learn");
        assertEquals(List.of("close"), served.headers().allValues("connection"));
      }
      for (CompletableFuture<HttpResponse<String>> answer : slow) {
        assertEquals(200, answer.get(10, TimeUnit.SECONDS).statusCode());
        assertEquals(List.of("close"), answer.get().headers().allValues("connection"));
      }
      long lastAnswer = System.nanoTime();
      assertEquals(0, service.awaitExit(), service::toString);
      assertTrue(
          seconds(lastAnswer) < 3,
          () -> "still there " + seconds(lastAnswer) + " s after the last answer");

      JsonNode report = service.awaitEvent("cn.lifecycle.stopped", any -> true);
      JsonNode counts = report.path("report").path("work_counts").path("request");
      assertEquals(
          counts.path("accepted").asLong(),
          counts.path("completed").asLong()
              + counts.path("rejected").asLong()
              + counts.path("cut").asLong(),
          report::toString);
      assertTrue(counts.path("completed").asLong() >= 4, report::toString);
    }
  }

  @Test
  void anIdleServiceWithoutPropagationStopsAtOnce() throws Exception {
    try (ServiceProcess service = ServiceProcess.ready(Map.of())) {
      service.terminate();
      long termination = System.nanoTime();
      assertEquals(0, service.awaitExit(), service::toString);
      assertTrue(seconds(termination) < 2);
    }
  }

  /** case L19. */
  @Test
  void workBeyondTheBudgetIsCutAndTheExitCodeSaysSo() throws Exception {
    try (ServiceProcess service = ServiceProcess.ready(Map.of("SHUTDOWN_GRACE", "3s"))) {
      CompletableFuture<HttpResponse<String>> endless =
          service.getAsync(service.application("/work?ms=60000"));
      service.awaitInFlight(1);
      service.terminate();
      long termination = System.nanoTime();
      assertEquals(81, service.awaitExit(), service::toString);
      assertTrue(seconds(termination) < 6);
      endless
          .handle((response, closed) -> {
            assertTrue(
                closed != null || response.statusCode() == 503, () -> "answered " + response);
            return "";
          })
          .get(10, TimeUnit.SECONDS);
      JsonNode report = service.awaitEvent("cn.lifecycle.stopped", any -> true);
      assertEquals(
          1,
          report.path("report").path("work_counts").path("request").path("cut").asInt(),
          report::toString);
    }
  }

  /** case L11. */
  @Test
  void aSecondSigtermForces() throws Exception {
    try (ServiceProcess service = ServiceProcess.ready(Map.of("PROPAGATION_DELAY", "10s"))) {
      CompletableFuture<HttpResponse<String>> endless =
          service.getAsync(service.application("/work?ms=60000"));
      service.awaitInFlight(1);
      service.terminate();
      service.awaitStatus(503, () -> service.application("/readyz"));
      service.terminate();
      long second = System.nanoTime();
      assertEquals(82, service.awaitExit(), service::toString);
      assertTrue(
          seconds(second) < 4,
          () -> "still there " + seconds(second) + " s after the second signal");
      endless.cancel(true);
    }
  }

  /** case L14. */
  @Test
  void sigtermDuringAStartThatTakesLongIsAcleanExit() throws Exception {
    try (ServiceProcess service =
        ServiceProcess.start(Map.of("STARTUP_DELAY", "60s", "PROPAGATION_DELAY", "5s"))) {
      assertEquals(
          200, service.awaitStatus(200, () -> service.management("/livez")).statusCode());
      assertEquals(503, service.get(service.management("/readyz")).statusCode());
      assertEquals(503, service.get(service.management("/startupz")).statusCode());
      service.terminate();
      long termination = System.nanoTime();
      assertEquals(0, service.awaitExit(), service::toString);
      assertTrue(seconds(termination) < 4, () -> "took " + seconds(termination));
      assertEquals(List.of(), service.err());
      assertFalse(
          service.out().stream().anyMatch(line -> line.contains("\"listener\":\"application\"")));
    }
  }

  @Test
  void standardOutputIsOneJsonObjectPerLine() throws Exception {
    try (ServiceProcess service = ServiceProcess.ready(Map.of())) {
      service.get(service.application("/nowhere%0a%7b%22"));
      service.terminate();
      service.awaitExit();
      for (String line : service.out()) {
        assertTrue(ServiceProcess.json(line).isObject(), line);
      }
      assertEquals(List.of(), service.err());
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }
}
