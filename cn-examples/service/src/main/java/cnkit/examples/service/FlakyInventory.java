package cnkit.examples.service;

import cnkit.examples.web.Reply;
import cnkit.examples.web.Request;
import cnkit.examples.web.Routes;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.Random;

/** A stock-keeping service that fails as it is told to; stands in where INVENTORY_URL names no real one. */
final class FlakyInventory {
  private static final ObjectMapper JSON = new ObjectMapper();
  private volatile Behaviour behaviour;

  /** The draws restart with each change of the faults, so that a run can be repeated. */
  private record Behaviour(Faults faults, Random random) {}

  FlakyInventory(Faults faults) {
    behave(faults);
  }

  void behave(Faults faults) {
    behaviour = new Behaviour(faults, new Random(faults.seed()));
  }

  Routes routes() {
    return new Routes().get("/{sku}", this::answer).add("PUT", "/reservations/{id}", this::answer);
  }

  private Reply answer(Request request) throws Exception {
    Behaviour now = behaviour;
    double draw = now.random().nextDouble(); // low: hangs; high: fails
    boolean hangs = draw < now.faults().hang();
    Thread.sleep(hangs ? 60_000 : now.faults().latency().toMillis());
    if (1 - draw <= now.faults().error()) {
      return Reply.problem(500, "out of order");
    }
    JsonNode reservation = JSON.readTree(request.body());
    int available = reservation.path("sku").asText(request.variable()).hashCode() & 0x3ff;
    int status = reservation.path("quantity").asInt() > available ? 409 : 200;
    return Reply.json(status, Map.of("available", available));
  }
}
