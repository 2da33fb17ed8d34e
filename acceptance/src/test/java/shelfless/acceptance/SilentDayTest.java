package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * A day on which the provider sends no notice at all; a shop of its own, since all its rows count.
 */
final class SilentDayTest {
  private record Expected(String status, List<String> access) {}

  private static final Expected NOTHING_SOLD = new Expected("cancelled", List.of());

  @Test
  void aDayWithoutASingleNoticeLosesNothing_andLookingAgainChangesNothing() {
    try (Shop shop = Shop.start("silent-day")) {
      Product product = shop.newProduct("Silent Day", 1200);
      Map<Purchase, Expected> orders = new LinkedHashMap<>();
      try (Shop.Faults silent = shop.webhooks("drop", 1)) {
        // No other sweep can ask the provider either.
        try (Shop.Faults unreachable = afterOrdering(shop, product, orders)) {
          shop.advance(Duration.ofHours(12));
          theBuyersAndBanksGoOn(shop, orders);
          shop.advance(Duration.ofHours(13));
        }
        orders.keySet().forEach(order -> assertEquals("pending", order.status()));

        shop.runSchedule("ReconcilePayments");

        Map<String, Expected> found = new LinkedHashMap<>();
        orders.keySet().forEach(order -> found.put(order.email(), found(order)));
        Map<String, Expected> expected = new LinkedHashMap<>();
        orders.forEach((order, state) -> expected.put(order.email(), state));
        assertEquals(expected, found);
        settle(shop);
        assertEquals(List.of(), shop.brokenInvariants());
        orders.forEach(
            (order, state) ->
                assertEquals(
                    state.access.isEmpty() ? 0 : 1,
                    receipts(shop, order),
                    () -> "receipts of " + order.email()));

        Map<String, List<String>> before = rows(shop);
        shop.runSchedule("ReconcilePayments");
        settle(shop);
        assertEquals(before, rows(shop));
      }
    }
  }

  /** Orders of every kind; the provider does not answer the shop until the result is closed. */
  private static Shop.Faults afterOrdering(
      Shop shop, Product product, Map<Purchase, Expected> orders) {
    Expected sold = new Expected("paid", List.of("active"));
    for (Map.Entry<String, Expected> each :
        Map.ofEntries(
                Map.entry("paid", sold),
                Map.entry("delayed-paid", sold),
                Map.entry("delayed-failed", new Expected("failed", List.of())),
                Map.entry("delayed-still", new Expected("pending", List.of())),
                Map.entry("expired", NOTHING_SOLD),
                Map.entry("left", NOTHING_SOLD),
                Map.entry("refunded", new Expected("refunded", List.of("revoked"))),
                Map.entry(
                    "refunded-in-part", new Expected("partially_refunded", List.of("active"))),
                Map.entry("refund-failed", sold),
                Map.entry("dispute-won", sold),
                Map.entry("dispute-lost", new Expected("disputed", List.of("revoked"))),
                Map.entry("dispute-open", new Expected("disputed", List.of("suspended"))))
            .entrySet()) {
      orders.put(shop.order(shop.newEmail(each.getKey()), Shop.line(product, 1)), each.getValue());
    }
    Shop.Faults unreachable = shop.faults("provider", "fail", 1);
    orders
        .keySet()
        .forEach(
            order -> {
              switch (kind(order)) {
                case "left" -> {}
                case "expired" -> order.outcome("expired");
                case "delayed-paid", "delayed-failed", "delayed-still" -> order.outcome("delayed");
                default -> order.pay();
              }
            });
    return unreachable;
  }

  private static String kind(Purchase order) {
    return order.email().substring(0, order.email().indexOf('.'));
  }

  private static void theBuyersAndBanksGoOn(Shop shop, Map<Purchase, Expected> orders) {
    orders
        .keySet()
        .forEach(
            order -> {
              switch (kind(order)) {
                case "delayed-paid" -> order.outcome("delayed_paid");
                case "delayed-failed" -> order.outcome("delayed_failed");
                case "refunded" ->
                    shop.outside("POST", "/refunds", "payment_intent", intent(shop, order));
                case "refunded-in-part" ->
                    shop.outside(
                        "POST", "/refunds", "payment_intent", intent(shop, order), "amount", 500);
                case "refund-failed" -> {
                  JsonNode refund =
                      shop.outside("POST", "/refunds", "payment_intent", intent(shop, order));
                  shop.outside("POST", "/refunds/" + refund.path("id").asText() + "/fail");
                }
                case "dispute-won" -> close(shop, dispute(shop, order), "won");
                case "dispute-lost" -> close(shop, dispute(shop, order), "lost");
                case "dispute-open" -> dispute(shop, order);
                default -> {}
              }
            });
  }

  /** The payment, which only the provider knows of. */
  private static String intent(Shop shop, Purchase order) {
    return shop.events("checkout.session.completed", order.id())
        .getFirst()
        .at("/data/object/payment_intent")
        .asText();
  }

  private static String dispute(Shop shop, Purchase order) {
    return shop.outside("POST", "/charges/" + intent(shop, order) + "/disputes")
        .path("id")
        .asText();
  }

  private static void close(Shop shop, String dispute, String outcome) {
    shop.outside("POST", "/disputes/" + dispute + "/close", "outcome", outcome);
  }

  private static Expected found(Purchase order) {
    JsonNode read = order.read();
    return new Expected(
        read.path("status").asText(),
        Json.stream(read.path("entitlements")).map(each -> each.path("status").asText()).toList());
  }

  private static long receipts(Shop shop, Purchase order) {
    return shop.mails(order.email()).stream()
        .filter(mail -> !mail.path("subject").asText().toLowerCase(Locale.ROOT).contains("refund"))
        .count();
  }

  /** Lets the mails go out. */
  private static void settle(Shop shop) {
    Shop.pause(Duration.ofMillis(500));
    shop.await(
        "the mails to be sent",
        () -> shop.query("select id from outbox where sent_at is null and given_up is null"),
        List::isEmpty);
    shop.await(
        "the queues to be empty",
        () -> shop.outside("GET", "/queues").path("data"),
        queues -> Json.stream(queues).allMatch(queue -> queue.path("depth").asInt() == 0));
  }

  /** Every row of every table, but for how far the provider's list was read. */
  private static Map<String, List<String>> rows(Shop shop) {
    Map<String, List<String>> rows = new TreeMap<>();
    for (String table :
        shop.query(
            """
            select table_name from information_schema.tables
            where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'provider_checkpoint'
            """)) {
      rows.put(table, shop.query("select to_jsonb(t)::text from " + table + " t order by 1"));
    }
    return rows;
  }
}
