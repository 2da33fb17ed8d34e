package shelfless.harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import shelfless.json.Json;
import shelfless.testing.HttpCall;

/**
 * One run of a story: what buyers, the seller, the provider, queues and schedules do, each coming
 * again as the real ones do when they got no answer. Afterwards it tells what became of it.
 */
final class History {
  private static final Duration BEFORE_TRYING_AGAIN = Duration.ofSeconds(11);
  private static final int TRIES = 6;

  final World world;
  private final World.Process process;
  private final Faults faults;
  private final String buyer;
  private final Map<UUID, String> orders = new LinkedHashMap<>();
  private final Map<UUID, List<String>> tokens = new HashMap<>();
  private int keys;
  private int forgottenMails;

  History(World world, Faults faults) {
    this.world = world;
    this.faults = faults;
    this.process = world.process(faults);
    this.buyer = "buyer-" + world.ids.next() + "@example.com";
  }

  // What people do.

  /** An answer that is one: callers come again until then, with the same key. */
  private HttpCall.Answer insist(String handler, Supplier<HttpCall> call) {
    for (int i = 0; i < TRIES; i++) {
      HttpCall.Answer answer = process.call(handler, call.get());
      if (answer != null
          && answer.status() < 500
          && !answer.body().contains("idempotency_key_in_use")) {
        return answer;
      }
      world.clock.advance(BEFORE_TRYING_AGAIN);
    }
    throw new Broken(handler + " gave no answer in " + TRIES + " tries.");
  }

  private String newKey() {
    return "key-" + buyer + '-' + ++keys;
  }

  /**
   * Places an order and comes again until it is placed.
   *
   * @param items a product's name and a quantity: {@code book:2}
   */
  UUID order(@Nullable String code, String... items) {
    HttpCall.Answer answer = tryToOrder(code, items);
    if (answer.status() != 201) {
      throw new Broken("CreateOrder answered " + answer.status() + " " + answer.body());
    }
    return UUID.fromString(answer.json().path("order").path("id").asText());
  }

  /** The same, whatever the answer is. */
  HttpCall.Answer tryToOrder(@Nullable String code, String... items) {
    ObjectNode body = Json.object().put("email", buyer).put("promotion_code", code);
    ArrayNode wanted = body.putArray("items");
    for (String item : items) {
      String[] parts = item.split(":", 2);
      wanted
          .addObject()
          .put("product", parts[0])
          .put("quantity", parts.length == 1 ? 1 : Integer.parseInt(parts[1]));
    }
    String key = newKey();
    HttpCall.Answer answer =
        insist(
            "CreateOrder",
            () -> HttpCall.post("/v1/orders", body.toString()).header("idempotency-key", key));
    if (answer.status() == 201) {
      JsonNode placed = answer.json();
      orders.put(
          UUID.fromString(placed.path("order").path("id").asText()),
          placed.path("access_token").asText());
    }
    return answer;
  }

  /** Places an order, which is paid and delivered. */
  UUID paid(String... items) {
    UUID order = order(null, items);
    world.provider.pay(order);
    notices();
    queues();
    return order;
  }

  /** What the order's buyer shows to see it. */
  String accessToken(UUID order) {
    return Objects.requireNonNull(orders.get(order));
  }

  /** The mails that came to the buyer. */
  int mails() {
    return world.mails.to(buyer).size();
  }

  private HttpCall onOrder(String method, UUID order, String rest) {
    HttpCall call =
        method.equals("GET")
            ? HttpCall.get("/v1/orders/" + order)
            : HttpCall.post("/v1/orders/" + order + rest, "{}");
    return call.pathParameter("order_id", order.toString()).bearer(accessToken(order));
  }

  /** The buyer cancels; the status of the answer. */
  int cancel(UUID order) {
    return insist("CancelOrder", () -> onOrder("POST", order, "/cancel")).status();
  }

  /** A buyer who still has the payment page open pays, if the provider lets them. */
  void payIfOffered(UUID order) {
    if (world.provider.canBePaid(order)) {
      world.provider.pay(order);
    }
  }

  /** The page after the payment asks the provider. */
  void comeBack(UUID order) {
    insist("ReconcileOrder", () -> onOrder("POST", order, "/reconcile"));
  }

  /** The order as its buyer sees it; keeps the links that it shows. */
  JsonNode look(UUID order) {
    JsonNode seen = insist("GetOrder", () -> onOrder("GET", order, "")).json();
    List<String> shown = new ArrayList<>();
    seen.path("entitlements").forEach(each -> shown.add(each.path("download_token").asText()));
    tokens.put(order, shown);
    return seen;
  }

  /** Downloads the first file of the order's unit of that number, by the newest link. */
  int download(UUID order, int unit) {
    JsonNode held = look(order).path("entitlements").path(unit);
    String token = held.path("download_token").asText();
    String body =
        Json.object()
            .put("asset_id", held.path("files").path(0).path("asset_id").asText())
            .toString();
    return insist(
            "CreateDownload",
            () ->
                HttpCall.post("/v1/entitlements/" + token + "/downloads", body)
                    .pathParameter("download_token", token))
        .status();
  }

  /** Asks for the links again. */
  void resend() {
    String body = Json.object().put("email", buyer).toString();
    insist("ResendLinks", () -> HttpCall.post("/v1/orders/lookup", body));
  }

  private HttpCall.Answer admin(String handler, String path, String name, UUID id, String body) {
    String key = newKey();
    return insist(
        handler,
        () ->
            HttpCall.post(path, body)
                .pathParameter(name, id.toString())
                .header("idempotency-key", key)
                .bearer(World.ADMIN_KEY));
  }

  /** The seller gives money back; the status of the answer. */
  int refund(UUID order, ObjectNode what) {
    return tryToRefund(order, what).status();
  }

  /** The same, with what it says of the refund. */
  HttpCall.Answer tryToRefund(UUID order, ObjectNode what) {
    return admin(
        "IssueRefund",
        "/v1/admin/orders/" + order + "/refunds",
        "order_id",
        order,
        what.toString());
  }

  /** All that is left. */
  int refund(UUID order) {
    return refund(order, Json.object());
  }

  /** So much. */
  int refundAmount(UUID order, long amount) {
    ObjectNode what = Json.object();
    what.set("amount", Json.money(amount, "EUR"));
    return refund(order, what);
  }

  /** So many units of the order's item of that number. */
  int refundItem(UUID order, int item, int quantity) {
    ObjectNode what = Json.object();
    what.putArray("items")
        .addObject()
        .put("order_item_id", look(order).path("items").path(item).path("id").asText())
        .put("quantity", quantity);
    return refund(order, what);
  }

  private int onUnit(String handler, UUID order, int unit, String action, String body) {
    UUID id = UUID.fromString(look(order).path("entitlements").path(unit).path("id").asText());
    return admin(handler, "/v1/admin/entitlements/" + id + action, "entitlement_id", id, body)
        .status();
  }

  /** The seller issues the links of a unit anew; the old one opens nothing from then on. */
  int reissue(UUID order, int unit) {
    return onUnit("ReissueEntitlement", order, unit, "/reissue", "{}");
  }

  /** The seller takes a unit away. */
  int revoke(UUID order, int unit) {
    String why = Json.object().put("reason", "Given away.").toString();
    return onUnit("RevokeEntitlement", order, unit, "/revoke", why);
  }

  /** The seller has an order delivered again. */
  int redrive(UUID order) {
    return admin(
            "RedriveFulfillment", "/v1/admin/orders/" + order + "/fulfill", "order_id", order, "{}")
        .status();
  }

  // What machines do.

  /** Sends a notice until it is acknowledged, as the provider does. */
  void notice(ObjectNode event) {
    for (int i = 0; i < TRIES; i++) {
      if (process.notice(event)) {
        return;
      }
      world.clock.advance(BEFORE_TRYING_AGAIN);
    }
  }

  /** Sends a notice once; the provider gives up, whatever comes of it. */
  void noticeOnce(ObjectNode event) {
    process.notice(event);
  }

  /** From now on no order can be delivered, neither at once nor from the queue. */
  void breakFulfilment() {
    int[] sinceProvider = {0};
    faults.breakAll(
        call -> {
          if (call.port().equals("provider")) {
            sinceProvider[0] = 0;
          } else if (call.port().equals("database")) {
            sinceProvider[0]++;
            // A notice is recorded, then looked at whether a delivery is owed, then delivered.
            return call.handler().equals("FulfillOrder")
                || (call.handler().equals("HandleStripeWebhook") && sinceProvider[0] > 2);
          }
          return false;
        });
  }

  /** Everything works again. */
  void mend() {
    faults.mend();
  }

  /** Sends all notices that were not sent yet. */
  void notices() {
    world.provider.takeUndelivered().forEach(this::notice);
  }

  /** Hands the queues' messages out until none is left. */
  void queues() {
    drain("FULFILLMENT_QUEUE_URL", "FulfillOrder");
    drain("MAIL_QUEUE_URL", "SendMail");
  }

  private void drain(String queue, String handler) {
    while (handOut(queue, handler)) {
      // Until none is left.
    }
  }

  /** Hands one message out, which comes back if it was not handled; false when there is none. */
  boolean handOut(String queue, String handler) {
    SimulatedQueues.Message message = world.queues.take(queue);
    if (message == null) {
      return false;
    }
    ObjectNode event = Json.object();
    event
        .putArray("Records")
        .addObject()
        .put("messageId", "message")
        .put("body", message.id().toString());
    JsonNode answer = process.invoke(handler, event);
    if (answer == null || !answer.path("batchItemFailures").isEmpty()) {
      world.queues.giveBack(message);
    }
    return true;
  }

  /** Runs a schedule; one that fails runs again another time. Whether it came to its end. */
  boolean schedule(String name) {
    return process.invoke(name, Json.object()) != null;
  }

  /**
   * The database is set back to its restore point; the mails that it has forgotten came all the
   * same.
   */
  void restore() {
    world.restore();
    forgottenMails = mails() - sentMails();
  }

  /** Time passes. */
  void pass(Duration duration) {
    world.clock.advance(duration);
  }

  /**
   * Lets everything come to rest: notices, queues, and the schedules as time goes by.
   *
   * @throws Broken when it does not
   */
  void settle() {
    for (int round = 0; round < 12; round++) {
      notices();
      queues();
      pass(Duration.ofMinutes(round < 2 ? 3 : 61));
      boolean done =
          schedule("RelayOutbox") & schedule("ReconcilePayments") & schedule("ExpirePendingOrders");
      queues();
      if (round > 0 && done && isAtRest()) {
        return;
      }
    }
    throw new Broken("It does not come to rest: " + states());
  }

  private boolean isAtRest() {
    return world.queues.isEmpty()
        && world.count(
                """
                select (select count(*) from outbox where sent_at is null and given_up is null)
                  + (select count(*) from refund where status = 'requested')
                  + (select count(*) from orders where paid_at is not null and fulfilled_at is null)
                  + (select count(*) from provider_event where status = 'parked')
                """)
            == 0;
  }

  // What became of it.

  /** How every order of this history stands, without ids and times. */
  List<String> states() {
    return orders.keySet().stream().map(this::state).toList();
  }

  /** How an order stands, without ids and times. */
  String state(UUID order) {
    return world
        .database()
        .transaction(
            transaction ->
                transaction
                    .first(STATE, row -> row.text("state"), order)
                    .orElseThrow(() -> new Broken("Order " + order + " is gone.")));
  }

  /**
   * Checks that each mail that counts as sent was sent, and at most one more for each fault that
   * struck.
   */
  void compareMails() {
    int got = mails() - forgottenMails;
    int sent = sentMails();
    if (got < sent || got > sent + faults.struck()) {
      throw new Broken(
          "%d mails came, and %d count as sent, with %d faults."
              .formatted(got, sent, faults.struck()));
    }
  }

  private int sentMails() {
    return (int)
        world.count(
            """
            select count(*) from outbox m
            where m.sent_at is not null and (m.subject_id = any(?)
              or m.subject_id in (select id from refund where order_id = any(?)))
            """,
            orders.keySet(),
            orders.keySet());
  }

  /** The orders that were placed. */
  List<UUID> orders() {
    return List.copyOf(orders.keySet());
  }

  /**
   * Checks what no query of the database can tell: that there are as many orders as the buyer knows
   * of, and that the provider gave back what the shop says.
   */
  void compareWithOthers() {
    long placed = world.count("select count(*) from order_contact where email = ?", buyer);
    if (placed != orders.size()) {
      throw new Broken(placed + " orders were placed, and the buyer knows of " + orders.size());
    }
    for (UUID order : orders.keySet()) {
      long given =
          world.count(
              """
              select coalesce(sum(amount), 0) from refund
              where order_id = ? and status in ('pending', 'succeeded')
              """,
              order);
      long atProvider = world.provider.refundedOrZero(order);
      if (given != atProvider) {
        throw new Broken(
            "The provider gave back " + atProvider + ", and the shop knows of " + given + ".");
      }
    }
  }

  private static final String STATE =
      """
      select jsonb_build_object(
        'status', o.status, 'awaiting', o.awaiting_payment, 'total', o.total_amount,
        'paid', o.paid_at is not null, 'fulfilled', o.fulfilled_at is not null,
        'session', (select count(*) from checkout_session s where s.order_id = o.id),
        'payments', (select coalesce(jsonb_agg(jsonb_build_array(p.amount, p.currency, p.status)
            order by p.amount, p.status), '[]') from payment p where p.order_id = o.id),
        'refunds', (select coalesce(jsonb_agg(jsonb_build_array(r.amount, r.status, (
              select coalesce(jsonb_agg(jsonb_build_array(i.position, u.unit) order by i.position, u.unit), '[]')
              from refund_unit u join order_item i on i.id = u.order_item_id where u.refund_id = r.id))
            order by r.amount, r.status), '[]') from refund r where r.order_id = o.id),
        'disputes', (select coalesce(jsonb_agg(jsonb_build_array(d.amount, d.status) order by d.status), '[]')
          from dispute d where d.order_id = o.id),
        'entitlements', (select coalesce(jsonb_agg(jsonb_build_array(i.position, e.unit, e.status, e.revoked_reason,
              e.downloads_left, e.token_generation, (
                select jsonb_agg(l.status) from license_key l where l.entitlement_id = e.id))
            order by i.position, e.unit), '[]')
          from entitlement e join order_item i on i.id = e.order_item_id where e.order_id = o.id),
        'promotion', (select coalesce(jsonb_agg(r.status), '[]') from promotion_redemption r where r.order_id = o.id),
        'mails', (select coalesce(jsonb_agg(jsonb_build_array(m.kind, m.sent_at is not null or m.given_up is not null)
            order by m.kind), '[]')
          from outbox m where m.kind <> 'links' and (m.subject_id = o.id or m.subject_id in (
            select id from refund r where r.order_id = o.id and r.status <> 'failed'))),
        -- Who asks twice for the links gets them twice.
        'links', exists (select from outbox m where m.kind = 'links' and m.subject_id = o.id and m.sent_at is not null)
      )::text as state
      from orders o where o.id = ?
      """;
}
