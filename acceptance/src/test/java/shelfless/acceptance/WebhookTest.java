package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The provider's notices: duplicated, reordered, late, lost and forged. */
@ExtendWith(SharedShop.class)
final class WebhookTest {
  private final Shop shop;

  WebhookTest(Shop shop) {
    this.shop = shop;
  }

  @Test
  void theSameNoticeTwentyTimesAtOnceAndADayLater_makesOneOfEverything_rule3() {
    Product product = shop.newProduct("Delivered Once", 1200);
    String email = shop.newEmail("once");
    Purchase purchase = shop.order(email, Shop.line(product, 2));
    try (Shop.Faults held = shop.webhooks("paused", true)) {
      purchase.pay();
      JsonNode completed = shop.events("checkout.session.completed", purchase.id()).getFirst();
      List<CompletableFuture<Integer>> sent =
          IntStream.range(0, 20)
              .mapToObj(i -> CompletableFuture.supplyAsync(() -> shop.redeliver(completed)))
              .toList();
      sent.forEach(status -> assertEquals(200, status.join()));
    }
    purchase.delivered();
    assertOneOfEverything(purchase, email);
    shop.advance(Duration.ofDays(1));
    shop.events(event -> event.toString().contains(purchase.id()))
        .forEach(event -> assertEquals(200, shop.redeliver(event)));
    assertOneOfEverything(purchase, email);
  }

  private void assertOneOfEverything(Purchase purchase, String email) {
    shop.mails(email, 1);
    Shop.pause(Duration.ofMillis(300));
    assertEquals(1, shop.mails(email).size(), "one receipt");
    JsonNode order = purchase.read();
    assertEquals("paid", order.path("status").asText());
    assertEquals(1, order.path("payments").size());
    assertEquals(2, order.path("entitlements").size());
    List<String> actions =
        shop.audit("order", purchase.id()).stream()
            .map(row -> row.path("action").asText())
            .toList();
    assertEquals(1, actions.stream().filter("order.paid"::equals).count(), actions::toString);
    assertEquals(1, actions.stream().filter("order.fulfilled"::equals).count(), actions::toString);
  }

  @Test
  void aRefundedOrderStaysRefundedWhenCompletedComesLate_rule8() {
    Purchase purchase = shop.order(shop.newProduct("Refunded Early", 1200));
    try (Shop.Faults held = shop.webhooks("paused", true)) {
      purchase.pay();
      // The buyer came back, so that the shop knows; the notices have not come yet.
      assertEquals(
          "paid",
          purchase.call("POST", "/reconcile").send().expect(200).json().path("status").asText());
      shop.refund(purchase);
      assertEquals("refunded", purchase.status());
      List<JsonNode> events = shop.events(event -> event.toString().contains(purchase.id()));
      assertTrue(events.size() >= 3, "what Stripe sends around a payment and a refund");
      // The refund's notices first, the payment's last.
      events.reversed().forEach(event -> assertEquals(200, shop.redeliver(event)));
    }
    Shop.pause(Duration.ofMillis(300));
    assertEquals("refunded", purchase.status());
    assertEquals("revoked", purchase.entitlement().path("status").asText());
  }

  @Test
  void duplicatedReorderedAndDelayedNoticesComeToTheSame() {
    Product product = shop.newProduct("Bad Network", 1200);
    try (Shop.Faults bad = shop.webhooks("duplicate", 3, "reorder", true, "delay_ms", 20)) {
      List<Purchase> purchases = IntStream.range(0, 4).mapToObj(i -> shop.order(product)).toList();
      purchases.forEach(Purchase::pay);
      purchases.forEach(Purchase::delivered);
      purchases.forEach(purchase -> shop.refund(purchase));
      purchases.forEach(purchase -> purchase.becomes("refunded"));
      Shop.pause(Duration.ofSeconds(1));
      purchases.forEach(
          purchase -> {
            assertEquals("refunded", purchase.status());
            assertEquals(1, purchase.entitlements().size());
            assertEquals(1, purchase.read().path("refunds").size());
          });
    }
  }

  @Test
  void whoDoesNotSignAsTheProviderDoes_is400() {
    Notice notice = new Notice(shop);
    String body = Notice.OF_NOTHING;
    String secret = notice.secret();
    long now = shop.now().getEpochSecond();
    String good = Notice.signature(now, body, secret);
    String nothing = "v1=" + "0".repeat(64);
    for (String header :
        List.of(
            "",
            "t",
            "t=",
            "t=abc,v1=00",
            "t=" + now,
            nothing,
            "t=" + now + "," + nothing,
            "t=" + now + ",v1=zz",
            good.replace("v1=", "v0="),
            "t=99999999999999999999," + nothing,
            ",,,===,",
            Notice.signature(now, body, "whsec_of_somebody_else"),
            Notice.signature(now, body + " ", secret),
            Notice.signature(now - 301, body, secret),
            Notice.signature(now + 320, body, secret))) {
      notice.send(body, header).problem(400);
    }
    // Signed as it must be: what is about nothing of the shop's is ignored, what is no event
    // refused.
    assertEquals("ignored", notice.send(body, good).expect(200).json().path("outcome").asText());
    for (String noEvent :
        List.of("", "null", "[]", "{}", "\"evt\"", "{\"id\":\"evt_1\"}", "{\"id\":")) {
      notice.send(noEvent).problem(400);
    }
    notice.send("{\"id\":\"evt_1\",\"x\":\"" + "x".repeat(300 * 1024) + "\"}").problem(413);
    // Two secrets are good while they rotate, so one right signature among others is enough.
    notice.send(body, good.replaceFirst(",", "," + nothing + ",")).expect(200);
  }

  /** An event as the list shows it; empty when it is not there. */
  private JsonNode listed(String id, Object... namesAndValues) {
    Call call = shop.seller("GET", "/v1/admin/provider-events").query("limit", 100);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      call.query(namesAndValues[i].toString(), namesAndValues[i + 1]);
    }
    return Json.stream(call.send().expect(200).json().path("data"))
        .filter(event -> event.path("id").asText().equals(id))
        .findFirst()
        .orElse(Json.of());
  }

  private Call retry(String eventId) {
    return shop.seller("POST", "/v1/admin/provider-events/" + eventId + "/retry");
  }

  @Test
  void aNoticeOfAnOrderThatIsNotHere_isParkedAndChangesNothing() {
    Purchase purchase = shop.order(shop.newProduct("Parked", 1200));
    String id = "evt_parked" + System.nanoTime();
    String nowhere = "01996a2e-0000-7000-8000-000000000000";
    try (Shop.Faults held = shop.webhooks("paused", true)) {
      purchase.pay();
      String body =
          shop.events("checkout.session.completed", purchase.id())
              .getFirst()
              .toString()
              .replaceFirst("\"evt_[^\"]+\"", "\"" + id + "\"")
              .replace(purchase.id(), nowhere);
      assertEquals(
          "parked", new Notice(shop).send(body).expect(200).json().path("outcome").asText());
      assertEquals("pending", purchase.status());
      JsonNode parked = listed(id, "status", "parked");
      assertTrue(parked.path("reason").asText().contains(nowhere), parked::toString);
      assertTrue(parked.path("order_id").isNull());
      assertEquals(nowhere, parked.path("payload").path("order_id").asText());
      assertEquals(parked, retry(id).send().expect(200).json());
    }
    purchase.delivered();
    assertEquals(
        List.of("provider_event.parked", "provider_event.retried"),
        shop.audit("provider_event", id).stream().map(row -> row.path("action").asText()).toList());
  }

  @Test
  void aParkedNoticeIsHandledByHandOnceItsCauseIsGone() {
    Product product = shop.newProduct("Handled Again", 1200);
    HaltedOrder order = HaltedOrder.place(shop, product);
    String orderId = order.id();
    String id = order.parkNotice();
    JsonNode parked = listed(id, "status", "parked", "order_id", orderId);
    assertEquals("charge.refunded", parked.path("type").asText());
    assertEquals("parked", retry(id).send().expect(200).json().path("status").asText());
    Purchase purchase = order.goOn();
    try (Shop.Faults down = shop.faults("provider", "fail", 1)) {
      retry(id).send().problem(503, "unavailable");
    }
    assertEquals("parked", listed(id, "type", "charge.refunded").path("status").asText());

    JsonNode handled = retry(id).send().expect(200).json();

    assertEquals("handled", handled.path("status").asText());
    assertEquals(orderId, handled.path("order_id").asText());
    assertEquals(Json.of(), listed(id, "status", "parked"));
    assertEquals(handled, listed(id, "status", "handled", "order_id", orderId));
    retry(id).send().problem(409, "event_settled");
    retry("evt_nobody_told_of").send().problem(404);
    retry(id).body("application/json", " ".repeat(100_000)).send().problem(413);
    shop.seller("GET", "/v1/admin/provider-events").query("status", "lost").send().problem(400);
    assertEquals("pending", purchase.status());
  }
}
