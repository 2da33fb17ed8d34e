package shelfless.harness;

import static shelfless.harness.Ground.expect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import shelfless.json.Json;

/** Races for orders and their money. */
final class OrderRaces {
  private static final int BOOK = 1900;

  private OrderRaces() {}

  /** A code that can be used three times; then once more, when one order was given up. */
  static void lastUses(Ground ground, int round) {
    String code = "LAST" + round;
    ground.world().promotion(code, 50, 3);
    for (int uses : List.of(3, 1)) {
      List<Came> came =
          ground.atOnce(
              (process, i) -> {
                String buyer = "buyer-" + round + '-' + uses + '-' + i;
                return Came.of(
                    process,
                    "CreateOrder",
                    Requests.order(buyer + "@example.com", code, "the key of " + buyer, i));
              });
      expect(uses, "orders with the code", Came.count(came, 201));
      Came.nothingBut(came, each -> each.is(201) || each.is(422, "promotion_not_applicable"));
      ground.expect(3, "uses", "select redemptions from promotion where code = ?", code);
      JsonNode first = came.stream().filter(each -> each.is(201)).findFirst().orElseThrow().json();
      UUID order = UUID.fromString(first.path("order").path("id").asText());
      String token = first.path("access_token").asText();
      List<Came> cancelled =
          ground
              .crew()
              .atOnce(
                  4,
                  (process, i) ->
                      Came.of(process, "CancelOrder", Requests.onOrder(order, "cancel", token)));
      expect(4, "cancellations", Came.count(cancelled, 200));
      ground.expect(2, "uses left", "select redemptions from promotion where code = ?", code);
    }
    ground.history().settle();
  }

  /**
   * Seven of 500 go into 3800; in every other round the seller gives back in the dashboard, too.
   */
  static void refunds(Ground ground, int round) {
    History history = ground.history();
    UUID order = history.paid("book:2");
    int paid = 2 * BOOK;
    int atProvider = round % 2 == 0 ? 2 : 0;
    SimulatedProvider provider = ground.world().provider;
    List<Came> came =
        ground.atOnce(
            (process, i) -> {
              if (i < atProvider) {
                synchronized (provider) {
                  if (provider.refundedOrZero(order) + 500 <= paid) {
                    provider.dashboardRefund(order, 500L);
                    return new Came(201, "in the dashboard");
                  }
                }
                return new Came(422, "in the dashboard");
              }
              return Came.of(
                  process, "IssueRefund", Requests.refund(order, "refund " + round + '-' + i, 500));
            });
    Came.nothingBut(
        came,
        each ->
            each.is(201)
                || each.is(422)
                || (atProvider > 0 && each.is(409, "charge_already_refunded")));
    if (atProvider == 0) {
      expect(7, "refunds", Came.count(came, 201));
    }
    history.settle();
    expect(3500, "given back", provider.refundedOrZero(order));
    history.compareWithOthers();
    history.compareMails();
  }

  /** The same request, many times: one order and one payment page. */
  static void sameKey(Ground ground, int round) {
    String email = "one-" + round + "@example.com";
    List<Came> came =
        ground.atOnce(
            (process, i) ->
                Came.of(
                    process,
                    "CreateOrder",
                    Requests.order(email, "HALF", "the one key of round " + round, i)));
    Came.nothingBut(came, each -> each.is(201) || each.is(409, "idempotency_key_in_use"));
    Set<String> made = new HashSet<>();
    for (Came each : came) {
      if (each.is(201)) {
        JsonNode answer = each.json();
        made.add(answer.path("order").path("id").asText() + answer.path("checkout_url").asText());
      }
    }
    expect(1, "orders that were told of", made.size());
    ground.expect(1, "orders", "select count(*) from order_contact where email = ?", email);
    ground.expect(
        1,
        "payment pages",
        "select count(*) from checkout_session join order_contact using (order_id) where email = ?",
        email);
    ground.history().settle();
  }

  private static ObjectNode message(UUID id) {
    ObjectNode event = Json.object();
    event.putArray("Records").addObject().put("messageId", "message").put("body", id.toString());
    return event;
  }

  /** All three ways to learn of a payment, and the queue, at once. */
  static void onePayment(Ground ground, int round) {
    History history = ground.history();
    UUID order = history.order("HALF", "book:3", "app:2");
    ground.world().provider.pay(order);
    List<ObjectNode> notices = ground.world().provider.takeUndelivered();
    ground.atOnce(
        (process, i) -> {
          switch (i % 4) {
            case 0 -> process.invoke("FulfillOrder", message(order));
            case 1 ->
                Came.of(
                    process,
                    "ReconcileOrder",
                    Requests.onOrder(order, "reconcile", history.accessToken(order)));
            default -> {
              if (!process.notice(notices.getFirst())) {
                throw new Broken("A notice was not acknowledged.");
              }
            }
          }
          return true;
        });
    ground.expect(5, "units", "select count(*) from entitlement where order_id = ?", order);
    ground.expect(
        2,
        "keys",
        "select count(*) from license_key l join entitlement e on e.id = l.entitlement_id where e.order_id = ?",
        order);
    ground.expect(1, "receipts", "select count(*) from outbox where subject_id = ?", order);
    ground.expect(1, "payments", "select count(*) from payment where order_id = ?", order);
    ground.expect(
        1,
        "rows of the delivery in the audit log",
        "select count(*) from audit_log where action = 'order.fulfilled' and subject_id = ?",
        order.toString());
    history.settle();
    history.compareMails();
  }

  /** Whoever comes first at the provider decides, and nobody is left with half of both. */
  static void cancelAgainstPayment(Ground ground, int round) {
    History history = ground.history();
    UUID order = history.order("HALF", "book", "app");
    String token = history.accessToken(order);
    SimulatedProvider provider = ground.world().provider;
    List<Boolean> taken =
        ground.atOnce(
            (process, i) -> {
              if (i == 0) {
                return pay(provider, order);
              }
              switch (i % 3) {
                case 0 -> provider.takeUndelivered().forEach(process::notice);
                case 1 -> Came.of(process, "CancelOrder", Requests.onOrder(order, "cancel", token));
                default ->
                    Came.of(process, "ReconcileOrder", Requests.onOrder(order, "reconcile", token));
              }
              return false;
            });
    history.settle();
    boolean paid = taken.getFirst();
    ground.expect(
        1,
        paid ? "paid orders" : "cancelled orders",
        "select count(*) from orders where id = ? and status = ?",
        order,
        paid ? "paid" : "cancelled");
    ground.expect(
        paid ? 2 : 0, "units", "select count(*) from entitlement where order_id = ?", order);
    ground.expect(
        1,
        "uses of the code that fit",
        "select count(*) from promotion_redemption where order_id = ? and status = ?",
        order,
        paid ? "redeemed" : "released");
    history.compareMails();
  }

  private static boolean pay(SimulatedProvider provider, UUID order) {
    synchronized (provider) {
      if (!provider.canBePaid(order)) {
        return false;
      }
      provider.pay(order);
      return true;
    }
  }

  /** One mail is owed, and one goes out. */
  static void oneMail(Ground ground, int round) {
    History history = ground.history();
    history.order(null, "gift");
    SimulatedQueues.Message mail = ground.world().queues.take("MAIL_QUEUE_URL");
    if (mail == null) {
      throw new Broken("No mail was queued.");
    }
    ground.atOnce(
        (process, i) ->
            i == 0
                ? null == process.invoke("RelayOutbox", Json.object())
                : null == process.invoke("SendMail", message(mail.id())));
    expect(1, "mails", history.mails());
    history.settle();
    expect(1, "mails after all came to rest", history.mails());
  }
}
