package shelfless.checkout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import shelfless.json.Json;

/**
 * What Stripe answers to the real client, as far as checkout asks. What buyers and banks do is up
 * to the test; no notice is sent, each is there to be read, or to be handed to the webhook.
 */
final class Provider implements AutoCloseable {
  private final HttpServer server;
  private final Clock clock;
  private final Map<String, ObjectNode> sessions = new ConcurrentHashMap<>();
  private final Map<String, ObjectNode> disputes = new ConcurrentHashMap<>();
  private final List<ObjectNode> events = new CopyOnWriteArrayList<>();
  private volatile @Nullable String refusal;
  private volatile Runnable meanwhile = () -> {};

  private record Answer(int status, JsonNode body) {}

  Provider(Clock clock) {
    this.clock = clock;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    server.createContext("/v1/", this::handle);
    server.start();
  }

  String base() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** No session is made any more, for that reason. */
  void refuseSessions(String message) {
    refusal = message;
  }

  void takeSessions() {
    refusal = null;
  }

  /** What happens between the next session's making and its answer. */
  void beforeItAnswers(Runnable work) {
    meanwhile = work;
  }

  /** The sessions that were made for the order. */
  List<ObjectNode> sessions(UUID orderId) {
    return sessions.values().stream()
        .filter(each -> each.path("client_reference_id").asText().equals(orderId.toString()))
        .toList();
  }

  /** The order's session ends by itself; the event that tells of it. */
  JsonNode expire(UUID orderId) {
    ObjectNode session = sessions(orderId).getFirst();
    session.put("status", "expired").putNull("url");
    return tell("checkout.session.expired", session);
  }

  /** The buyer pays on the page; the event that tells of it. */
  JsonNode pay(UUID orderId) {
    ObjectNode session = sessions(orderId).getFirst();
    ObjectNode intent =
        session.put("status", "complete").put("payment_status", "paid").putObject("payment_intent");
    intent
        .put("id", "pi_" + orderId)
        .put("status", "succeeded")
        .put("amount_received", session.path("amount_total").asLong())
        .put("currency", session.path("currency").asText());
    intent.putObject("latest_charge").put("id", "ch_" + orderId);
    return tell("checkout.session.completed", session);
  }

  /** The buyer's bank disputes the payment; the event that tells of it. */
  JsonNode dispute(UUID orderId, String status) {
    ObjectNode session = sessions(orderId).getFirst();
    ((ObjectNode) session.at("/payment_intent/latest_charge")).put("disputed", true);
    ObjectNode dispute =
        Json.object()
            .put("id", "dp_" + orderId)
            .put("status", status)
            .put("reason", "fraudulent")
            .put("amount", session.path("amount_total").asLong())
            .put("currency", session.path("currency").asText())
            .put("payment_intent", "pi_" + orderId);
    disputes.put("pi_" + orderId, dispute);
    return tell("charge.dispute.created", dispute);
  }

  /** The dispute stands so from now on; no event tells of it. */
  void disputeStands(UUID orderId, String status) {
    disputes.computeIfPresent("pi_" + orderId, (id, dispute) -> dispute.put("status", status));
  }

  private JsonNode tell(String type, ObjectNode object) {
    ObjectNode event =
        Json.object()
            .put("id", "evt_" + (events.size() + 1))
            .put("type", type)
            .put("created", clock.instant().getEpochSecond());
    event.putObject("data").set("object", object.deepCopy());
    events.add(event);
    return event;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      String path = exchange.getRequestURI().getPath().substring("/v1/".length());
      Map<String, String> fields =
          fields(
              method.equals("GET")
                  ? Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("")
                  : new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      Answer answer = answer(method + " " + path, fields);
      byte[] bytes = answer.body.toString().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer.status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static Map<String, String> fields(String form) {
    Map<String, String> fields = new HashMap<>();
    for (String field : form.split("&")) {
      int equals = field.indexOf('=');
      if (equals > 0) {
        fields.put(
            URLDecoder.decode(field.substring(0, equals), StandardCharsets.UTF_8),
            URLDecoder.decode(field.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return fields;
  }

  private Answer answer(String request, Map<String, String> fields) {
    if (request.equals("POST checkout/sessions")) {
      return create(fields);
    }
    if (request.equals("GET events")) {
      return new Answer(200, events(fields));
    }
    if (request.equals("GET refunds")) {
      return new Answer(200, list(List.of()));
    }
    if (request.equals("GET disputes")) {
      ObjectNode dispute = disputes.get(fields.get("payment_intent"));
      return new Answer(200, list(dispute == null ? List.of() : List.of(dispute)));
    }
    String[] parts = request.split("/");
    ObjectNode session = request.contains(" checkout/sessions/") ? sessions.get(parts[2]) : null;
    if (session == null) {
      return refused("resource_missing", "No such thing: " + request);
    }
    if (request.endsWith("/expire")) {
      if (!session.path("status").asText().equals("open")) {
        return refused("not_open", "Only open sessions can be expired.");
      }
      session.put("status", "expired").putNull("url");
    }
    return new Answer(200, session);
  }

  private Answer create(Map<String, String> fields) {
    String message = refusal;
    if (message != null) {
      return refused("parameter_invalid", message);
    }
    long total = 0;
    for (int i = 0; fields.containsKey("line_items[" + i + "][quantity]"); i++) {
      String item = "line_items[" + i + "]";
      total +=
          Long.parseLong(fields.get(item + "[quantity]"))
              * Long.parseLong(fields.get(item + "[price_data][unit_amount]"));
    }
    String id = "cs_test_" + (sessions.size() + 1);
    ObjectNode session =
        Json.object()
            .put("id", id)
            .put("object", "checkout.session")
            .put("status", "open")
            .put("url", base() + "/pay/" + id)
            .put("client_reference_id", fields.get("client_reference_id"))
            .put("amount_total", total)
            .put("currency", fields.get("line_items[0][price_data][currency]"))
            .put("expires_at", clock.instant().getEpochSecond() + 86_400)
            .putNull("payment_intent");
    session.put("customer_email", fields.get("customer_email"));
    ObjectNode metadata = session.putObject("metadata");
    fields.forEach(
        (name, value) -> {
          if (name.startsWith("metadata[")) {
            metadata.put(name.substring("metadata[".length(), name.length() - 1), value);
          }
        });
    sessions.put(id, session);
    meanwhile.run();
    return new Answer(200, session);
  }

  private static Answer refused(String code, String message) {
    ObjectNode body = Json.object();
    body.putObject("error")
        .put("type", "invalid_request_error")
        .put("code", code)
        .put("message", message);
    return new Answer(400, body);
  }

  /** Newest first, not before the one second and before the other, as Stripe lists them. */
  private ObjectNode events(Map<String, String> fields) {
    long from = Long.parseLong(fields.get("created[gte]"));
    long to = Long.parseLong(fields.get("created[lt]"));
    List<ObjectNode> found = new ArrayList<>();
    for (ObjectNode event : events.reversed()) {
      long created = event.path("created").asLong();
      if (created >= from && created < to) {
        found.add(event);
      }
    }
    return list(found);
  }

  private static ObjectNode list(List<ObjectNode> found) {
    ObjectNode list = Json.object().put("object", "list").put("has_more", false);
    ArrayNode data = list.putArray("data");
    found.forEach(data::add);
    return list;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
