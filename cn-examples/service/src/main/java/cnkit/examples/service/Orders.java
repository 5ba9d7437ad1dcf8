package cnkit.examples.service;

import cnkit.examples.web.Reply;
import cnkit.examples.web.Request;
import cnkit.resilience.CallRejectedException;
import com.fasterxml.jackson.core.JsonLocation;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
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
  private static final Pattern SKU = Pattern.compile("[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}");
  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

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
  Reply place(Optional<String> idempotencyKey, byte[] json)
      throws Reply.RefusedException, SQLException, InterruptedException {
    UUID id = UUID.randomUUID();
    String key = idempotencyKey.orElse(id.toString());
    JsonNode body = parse(json);
    String sku = body.path("sku").isTextual() ? body.path("sku").textValue() : "";
    int quantity = body.path("quantity").isInt() ? body.path("quantity").intValue() : 0;
    Map<String, String> wrong = new TreeMap<>();
    body.fieldNames()
        .forEachRemaining(name -> wrong.put(name, "unknown: an order has sku and quantity"));
    wrong.keySet().removeAll(Set.of("sku", "quantity"));
    if (!SKU.matcher(sku).matches()) {
      wrong.put("sku", "expected 1..64 letters, digits, spaces, dots, dashes");
    }
    if (quantity < 1 || quantity > 1000) {
      wrong.put("quantity", "expected a whole number 1..1000");
    }
    if (key.isBlank() || key.length() > 200) {
      wrong.put("Idempotency-Key", "expected 1..200 characters");
    }
    if (!wrong.isEmpty()) {
      return Reply.problem(422, "the order is not valid", Map.of("errors", wrong));
    }
    Order order = database.transaction(c -> insertOrFind(c, id, key, sku, quantity));
    if (!order.sku.equals(sku) || order.quantity != quantity) {
      return Reply.problem(422, "this Idempotency-Key belongs to another order");
    }
    onEvent.run();
    return Reply.json(order.id.equals(id) ? 201 : 200, settled(order))
        .with("Location", "/orders/" + order.id);
  }

  /** {@code GET /orders/{id}}. */
  Reply one(Request request) throws SQLException, InterruptedException {
    List<Order> found = UUID_TEXT.matcher(request.variable()).matches()
        ? database.transaction(c -> select(c, "id = ?", 1, UUID.fromString(request.variable())))
        : List.of();
    return found.isEmpty() ? Reply.problem(404, "no such order") : Reply.json(200, found.get(0));
  }

  /** {@code GET /orders?before=NUMBER}: the newest first, a page at a time. */
  Reply list(Request request) throws SQLException, InterruptedException {
    String before = request.parameter("before", Long.toString(Long.MAX_VALUE));
    if (!before.matches("[0-9]{1,18}|" + Long.MAX_VALUE)) {
      return Reply.problem(400, "before: expected the number of an order");
    }
    List<Order> page =
        database.transaction(c -> select(c, "number < ?", PAGE, Long.parseLong(before)));
    return Reply.json(
        200,
        page.size() < PAGE
            ? Map.of("orders", page)
            : Map.of("orders", page, "next", "/orders?before=" + page.get(PAGE - 1).number));
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
        int changed = Database.update(
            c,
            "UPDATE orders SET status = ? WHERE id = ? AND status = 'pending'",
            status,
            order.id);
        return told(c, changed, status, select(c, "id = ?", 1, order.id).get(0));
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
    String insert = "INSERT INTO orders (id, idempotency_key, sku, quantity, status)"
        + " VALUES (?, ?, ?, ?, 'pending') ON CONFLICT DO NOTHING";
    int inserted = Database.update(c, insert, id, key, sku, quantity);
    return told(c, inserted, "placed", select(c, "idempotency_key = ?", 1, key).get(0));
  }

  /** The order, once its event is in the outbox, if anything has changed. */
  private static Order told(Connection c, int changed, String type, Order order)
      throws SQLException {
    if (changed > 0) {
      String insert = "INSERT INTO outbox (order_id, type, payload) VALUES (?, ?, ?)";
      Database.update(c, insert, order.id, type, Reply.write(order));
    }
    return order;
  }

  private static List<Order> select(Connection c, String where, int limit, Object value)
      throws SQLException {
    String sql = "SELECT number, id, sku, quantity, status, placed_at FROM orders WHERE " + where
        + " ORDER BY number DESC LIMIT " + limit;
    try (PreparedStatement select = Database.prepare(c, sql, value);
        ResultSet row = select.executeQuery()) {
      List<Order> orders = new ArrayList<>();
      while (row.next()) {
        orders.add(new Order(
            row.getLong(1),
            row.getObject(2, UUID.class),
            row.getString(3),
            row.getInt(4),
            row.getString(5),
            row.getObject(6, OffsetDateTime.class).toInstant().toString()));
      }
      return orders;
    }
  }

  private static JsonNode parse(byte[] body) throws Reply.RefusedException {
    try {
      JsonNode node = JSON.readTree(body);
      if (node.isObject()) {
        return node;
      }
      throw Reply.refused(400, "expected a JSON object with sku and quantity");
    } catch (IOException wrong) {
      JsonLocation at = wrong instanceof JsonProcessingException json ? json.getLocation() : null;
      throw Reply.refused(
          400,
          at == null
              ? "not JSON that is read here: not UTF-8, too deep or too long"
              : "not JSON: line " + at.getLineNr() + ", column " + at.getColumnNr());
    }
  }
}
