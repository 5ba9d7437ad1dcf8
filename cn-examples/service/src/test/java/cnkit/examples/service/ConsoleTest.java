package cnkit.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ConsoleTest {
  private static final String OPEN =
      "document.querySelector('[data-breaker=inventory][data-state=OPEN]')";

  @Test
  void thePageMayRunItsOwnScriptAndNothingElse() throws Exception {
    try (ServiceProcess service = ServiceProcess.ready(Map.of())) {
      HttpResponse<String> page = service.get(service.management("/"));
      assertEquals(200, page.statusCode());
      String policy = page.headers().firstValue("Content-Security-Policy").orElseThrow();
      assertTrue(policy.startsWith("default-src 'none'"), policy);
      assertTrue(policy.contains("script-src 'sha256-"), policy);
      assertTrue(!policy.contains("unsafe") && !page.body().contains("https://"), policy);
    }
  }

  @Test
  void withoutChaosNoFaultCanBeCausedAndOtherSitesPagesCannotSwitchTheLog() throws Exception {
    try (ServiceProcess service = ServiceProcess.ready(Map.of())) {
      for (String fault : List.of("inventory", "database", "heartbeat", "load", "sigterm")) {
        assertEquals(
            404, service.post(service.management("/chaos/" + fault), "").statusCode());
      }
      HttpRequest foreign = HttpRequest.newBuilder(
              service.management("/console/log-level?level=trace&for=60"))
          .header("Sec-Fetch-Site", "cross-site")
          .POST(HttpRequest.BodyPublishers.noBody())
          .build();
      assertEquals(
          403,
          service.client.send(foreign, HttpResponse.BodyHandlers.ofString()).statusCode());
      assertEquals(
          400,
          service.post(service.management("/console/log-level?level=loud"), "").statusCode());
      assertEquals(
          405, service.get(service.management("/console/log-level?level=debug")).statusCode());
    }
  }

  @Test
  void aLogLevelExpiresByItself() throws Exception {
    try (ServiceProcess service = ServiceProcess.ready(Map.of())) {
      assertEquals(
          200,
          service
              .post(service.management("/console/log-level?level=debug&for=1"), "")
              .statusCode());
      service.awaitEvent(
          "orders.log_level", event -> event.path("level_now").asText().equals("debug"));
      service.awaitEvent(
          "orders.log_level", event -> event.path("level_now").asText().equalsIgnoreCase("info"));
    }
  }

  @Tag("full")
  @Test
  void aBrowserShowsABreakerOpeningWithinASecondAndComplainsOfNothing() throws Exception {
    Machine.needs("chromium");
    try (ServiceProcess service = ServiceProcess.ready(Map.of("CHAOS", "true"));
        Chromium browser = Chromium.start()) {
      browser.size(1280, 900, false);
      browser.dark(false);
      browser.open(service.management("/"));
      browser.await("document.getElementById('link')?.textContent === 'live'");
      browser.await("document.querySelector('[data-breaker=inventory][data-state=CLOSED]')");
      browser.value("document.getElementById('load').click()");
      for (int i = 0; i < 30; i++) {
        service.get(service.application("/inventory/apple"));
      }
      browser.value("document.querySelector('[data-fault=failing]').click()");
      browser.await(
          "document.querySelector('[data-fault=failing]').getAttribute('aria-pressed') === 'true'");
      boolean refused = false;
      for (int i = 0; i < 200 && !refused; i++) {
        refused = service
            .get(service.application("/inventory/apple"))
            .headers()
            .firstValue("Retry-After")
            .isPresent();
      }
      assertTrue(refused, "the breaker never opened");
      long millis = browser.await(OPEN);
      assertTrue(millis < 1000, "visible only after " + millis + " ms");
      browser.await("document.querySelectorAll('.trace').length > 3");
      browser.screenshot(Path.of("target/console.png"), true);
      browser.size(390, 844, true);
      browser.dark(true);
      browser.await("matchMedia('(prefers-color-scheme: dark)').matches");
      assertEquals(
          "390", browser.value("document.documentElement.scrollWidth"), "scrolls sideways");
      browser.screenshot(Path.of("target/console-phone.png"), false);
      assertTrue(Files.size(Path.of("target/console.png")) > 20_000);
      // the buttons are what they say: SIGTERM drains, and the page survives it
      browser.value("document.getElementById('term').click()");
      assertEquals(0, service.awaitExit());
      browser.await("document.getElementById('link').textContent.startsWith('gone')");
      assertEquals(
          List.of(),
          browser.errors().stream().filter(error -> !error.contains("ERR_")).toList());
    }
  }
}
