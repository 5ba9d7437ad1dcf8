package cnkit.examples.service;

import cnkit.resilience.CallRejectedException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Orders: stored first, together with the event that tells of them; then stock is reserved under the order's id. Each step
 * may be repeated by the client, by another replica or by the worker, so an end at any point loses and doubles nothing.
 */
final class Orders {
  private static final Logger LOG = LoggerFactory.getLogger(Orders.class);
  private static final int PAGE = 100;
  private static final JsonMapper JSON = JsonMapper.builder()
      .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .build();

  /** {@code status}: pending until the inventory has answered, then reserved or backordered. */
  record Order(long number, UUID id, String sku, int quantity, String status, String placedAt) {}

  private final Database database;
  private final Inventory inventory;
  private final Runnable onEvent;

  /** {@code onEvent} is told of each event that waits in the outbox. */
  Orders(Database database, Inventory inventory, Runnable onEvent) {
    this.database = database;
    this.inventory = inventory;
    this.onEvent = onEvent;
  }

  /** {@code POST /orders}: 201, or 200 for a key that has been used for the same order before. */
  Reply place(Routes.Request request) throws IOException, InterruptedException {
    UUID id = UUID.randomUUID();
    String key = request.header("Idempotency-Key").orElse(id.toString());
    Map<String, String> wrong = new LinkedHashMap<>();
    if (key.isBlank() || key.length() > 200) {
      wrong.put("Idempotency-Key", "expected 1..200 characters");
    }
    JsonNode body = parse(request.body().read());
    JsonNode sku = body.path("sku");
    if (!sku.isTextual() || !sku.textValue().matches("[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")) {
      wrong.put("sku", "expected 1..64 letters, digits, spaces, dots, dashes");
    }
    JsonNode quantity = body.path("quantity");
    if (!quantity.canConvertToInt()
        || !quantity.isIntegralNumber()
        || quantity.intValue() < 1
        || quantity.intValue() > 1000) {
      wrong.put("quantity", "expected a whole number 1..1000");
    }
    Set<String> unknown = new TreeSet<>();
    body.fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(Set.of("sku", "quantity"));
    unknown.forEach(name -> wrong.put(name, "unknown: an order has sku and quantity"));
    if (!wrong.isEmpty()) {
      return Reply.problem(422, "the order is not valid", Map.of("errors", wrong));
    }
    return stored(() -> {
      Order order =
          database.transaction(c -> insertOrFind(c, id, key, sku.textValue(), quantity.intValue()));
      if (!order.sku.equals(sku.textValue()) || order.quantity != quantity.intValue()) {
        return Reply.problem(422, "this Idempotency-Key belongs to another order");
      }
      onEvent.run();
      return Reply.json(order.id.equals(id) ? 201 : 200, settled(order))
          .with("Location", "/orders/" + order.id);
    });
  }

  /** {@code GET /orders/{id}}. */
  Reply one(Routes.Request request) throws IOException, InterruptedException {
    Optional<UUID> id = uuid(request.variable());
    return stored(() -> (id.isEmpty()
            ? Optional.<Order>empty()
            : database.transaction(
                c -> select(c, "id = ?", 1, id.get()).stream().findFirst()))
        .map(order -> Reply.json(200, order))
        .orElseGet(() -> Reply.problem(404, "no such order")));
  }

  /** {@code GET /orders?before=NUMBER}: the newest first, a page at a time. */
  Reply list(Routes.Request request) throws IOException, InterruptedException {
    String before = request.query().getOrDefault("before", Long.toString(Long.MAX_VALUE));
    if (!before.matches("[0-9]{1,18}|" + Long.MAX_VALUE)) {
      return Reply.problem(400, "before: expected the number of an order");
    }
    return stored(() -> {
      List<Order> page =
          database.transaction(c -> select(c, "number < ?", PAGE, Long.parseLong(before)));
      Map<String, Object> reply = new LinkedHashMap<>(Map.of("orders", page));
      if (page.size() == PAGE) {
        reply.put("next", "/orders?before=" + page.get(PAGE - 1).number);
      }
      return Reply.json(200, reply);
    });
  }

  /** Some of those whose stock could not be had when they were placed. */
  List<Order> pending() throws SQLException, InterruptedException {
    return database.transaction(c -> select(
        c, "status = ? AND placed_at < CURRENT_TIMESTAMP - INTERVAL '5' SECOND", 10, "pending"));
  }

  /** The order with its stock reserved, where the inventory and the database answer; else as it was, for the worker. */
  Order settled(Order order) throws InterruptedException {
    String status = order.status.equals("pending")
        ? inventory.reserve(order.id, order.sku, order.quantity)
        : "pending";
    if (status.equals("pending")) {
      return order;
    }
    try {
      Order settled = database.transaction(c -> {
        try (PreparedStatement update = c.prepareStatement(
            "UPDATE orders SET status = ? WHERE id = ? AND status = 'pending'")) {
          update.setString(1, status);
          update.setObject(2, order.id);
          boolean first = update.executeUpdate() == 1;
          Order now = select(c, "id = ?", 1, order.id).get(0);
          if (first) {
            tell(c, now, status);
          }
          return now;
        }
      });
      onEvent.run();
      return settled;
    } catch (SQLException | CallRejectedException later) {
      LOG.warn("order {} stays pending: {}", order.id, later.getMessage());
      return order;
    }
  }

  private static Order insertOrFind(Connection c, UUID id, String key, String sku, int quantity)
      throws SQLException {
    try (PreparedStatement insert =
        c.prepareStatement("INSERT INTO orders (id, idempotency_key, sku, quantity, status)"
            + " VALUES (?, ?, ?, ?, 'pending') ON CONFLICT DO NOTHING")) {
      insert.setObject(1, id);
      insert.setString(2, key);
      insert.setString(3, sku);
      insert.setInt(4, quantity);
      boolean first = insert.executeUpdate() == 1;
      Order order = select(c, "idempotency_key = ?", 1, key).get(0);
      if (first) {
        tell(c, order, "placed");
      }
      return order;
    }
  }

  private static void tell(Connection c, Order order, String type) throws SQLException {
    try (PreparedStatement insert =
        c.prepareStatement("INSERT INTO outbox (order_id, type, payload) VALUES (?, ?, ?)")) {
      insert.setObject(1, order.id);
      insert.setString(2, type);
      insert.setString(3, Reply.write(order));
      insert.executeUpdate();
    }
  }

  private static List<Order> select(Connection c, String where, int limit, Object value)
      throws SQLException {
    try (PreparedStatement select =
        c.prepareStatement("SELECT number, id, sku, quantity, status, placed_at FROM orders WHERE "
            + where + " ORDER BY number DESC LIMIT " + limit)) {
      select.setObject(1, value);
      List<Order> orders = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          orders.add(new Order(
              row.getLong(1),
              row.getObject(2, UUID.class),
              row.getString(3),
              row.getInt(4),
              row.getString(5),
              row.getObject(6, OffsetDateTime.class).toInstant().toString()));
        }
      }
      return orders;
    }
  }

  @FunctionalInterface
  private interface Answer {
    Reply get() throws SQLException, InterruptedException;
  }

  /** What was not acknowledged may be asked for again: a key makes that safe. */
  private static Reply stored(Answer answer) throws InterruptedException {
    try {
      return answer.get();
    } catch (SQLException | CallRejectedException away) {
      LOG.warn("the database does not answer: {}", away.getMessage());
      return Reply.problem(
              503, "the database does not answer; repeat with the same Idempotency-Key")
          .with("Retry-After", "1");
    }
  }

  private static JsonNode parse(byte[] body) throws Routes.RefusedException {
    try {
      JsonNode node = JSON.readTree(body);
      if (node.isObject()) {
        return node;
      }
    } catch (JsonProcessingException wrong) {
      // too deep or too long has no place
      throw malformed(Optional.ofNullable(wrong.getLocation())
          .map(at -> "not JSON: line " + at.getLineNr() + ", column " + at.getColumnNr())
          .orElse("not JSON that is read here: too deep or too long"));
    } catch (IOException notText) {
      throw malformed("not JSON: not UTF-8");
    }
    throw malformed("expected a JSON object with sku and quantity");
  }

  private static Routes.RefusedException malformed(String detail) {
    return new Routes.RefusedException(Reply.problem(400, detail));
  }

  private static Optional<UUID> uuid(String text) {
    try {
      return Optional.of(UUID.fromString(text)).filter(id -> id.toString().equals(text));
    } catch (IllegalArgumentException noUuid) {
      return Optional.empty();
    }
  }
}
