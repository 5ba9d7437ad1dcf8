package cnkit.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.OpenTelemetry;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class InventoryTest {
  /** Each JVM orders a Map.of as it likes: another replica's repetition was another request then, and was refused. */
  @Test
  void aReservationIsRepeatedInTheSameBytesByEveryReplica() throws Exception {
    try (StockKeeper stock = new StockKeeper()) {
      stock.recover();
      UUID order = UUID.randomUUID();
      Inventory inventory = new Inventory(stock::uri, OpenTelemetry.noop());
      inventory.open();
      assertEquals("reserved", inventory.reserve(order, "apple", 3));
      assertEquals(
          Map.of(order.toString(), "{\"sku\":\"apple\",\"quantity\":3}"), stock.reservations);
    }
  }

  @Tag("full")
  @Test
  void aFailingDependencyOpensTheBreakerCostsNoProbeAndHealsByItself() throws Exception {
    try (ServiceProcess service =
        ServiceProcess.ready(Map.of("INVENTORY_FAULTS", "error=1.0", "CHAOS", "true"))) {
      HttpResponse<String> fast = service.get(service.application("/inventory/x"));
      for (int i = 0; i < 200 && fast.headers().firstValue("retry-after").isEmpty(); i++) {
        assertEquals(503, fast.statusCode(), fast::body);
        fast = service.get(service.application("/inventory/x"));
      }
      assertEquals(503, fast.statusCode());
      assertTrue(
          fast.headers().firstValueAsLong("retry-after").orElse(0) >= 1, "says when to come again");
      assertTrue(
          service
              .get(service.management("/metrics"))
              .body()
              .lines()
              .anyMatch(line -> line.startsWith("cn_resilience_breaker_state")
                  && line.contains("inventory")
                  && line.contains("\"open\"")
                  && line.endsWith(" 1.0")),
          () -> "the open breaker is to be seen");
      assertEquals(200, service.get(service.application("/readyz")).statusCode());
      assertEquals(200, service.get(service.application("/livez")).statusCode());

      assertEquals(200, service.post(service.management("/chaos/inventory"), "").statusCode());
      service.awaitStatus(200, () -> service.application("/inventory/x"));
    }
  }

  @Tag("full")
  @Test
  void faultsAreNotForEverybody() throws Exception {
    try (ServiceProcess service = ServiceProcess.ready(Map.of())) {
      assertEquals(
          404, service.post(service.management("/chaos/inventory?error=1"), "").statusCode());
    }
  }
}
