package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
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
  void aDayWithoutASingleNoticeLosesNothing() {
    Product product = shop.newProduct("Silent Day", 1200);
    Purchase purchase;
    try (Shop.Faults silent = shop.webhooks("drop", 1)) {
      purchase = shop.order(product).pay();
      Shop.pause(Duration.ofMillis(200));
      assertEquals("pending", purchase.status());
      shop.advance(Duration.ofMinutes(30));
      purchase.delivered();
    }
    assertEquals("paid", purchase.status());
  }

  @Test
  void whoDoesNotSignAsTheProviderDoes_is400() throws Exception {
    String body =
        Json.of(
                "id",
                "evt_forged",
                "type",
                "checkout.session.completed",
                "created",
                1,
                "data",
                Json.of("object", Json.of("id", "cs_1")))
            .toString();
    long now = shop.now().getEpochSecond();
    String good = signature(now, body, webhookSecret());
    for (String header :
        List.of(
            "",
            "t",
            "t=",
            "t=abc,v1=00",
            "t=" + now,
            "v1=" + "0".repeat(64),
            "t=" + now + ",v1=" + "0".repeat(64),
            "t=" + now + ",v1=zz",
            "t=" + now + "," + good.substring(good.indexOf("v1=")).replace("v1=", "v0="),
            "t=99999999999999999999,v1=" + "0".repeat(64),
            ",,,===,",
            signature(now, body, "whsec_of_somebody_else"),
            signature(now, body + " ", webhookSecret()),
            signature(now - 301, body, webhookSecret()),
            signature(now + 320, body, webhookSecret()))) {
      send(body, header).problem(400);
    }
    shop.post("/webhooks/stripe").body("application/json", body).send().problem(400);
    // Signed as it must be: known events are taken, others ignored, what is no event refused.
    assertEquals("ignored", send(body, good).expect(200).json().path("outcome").asText());
    for (String noEvent :
        List.of("", "null", "[]", "{}", "\"evt\"", "{\"id\":\"evt_1\"}", "{\"id\":")) {
      send(noEvent, signature(now, noEvent, webhookSecret())).problem(400);
    }
    String large = "{\"id\":\"evt_1\",\"x\":\"" + "x".repeat(300 * 1024) + "\"}";
    send(large, signature(now, large, webhookSecret())).problem(413);
    // Two secrets at once are good while they rotate: one right signature among wrong ones is
    // enough.
    assertEquals(200, send(body, good.replaceFirst(",", ",v1=" + "0".repeat(64) + ",")).status());
  }

  private Answer send(String body, String header) {
    Call call = shop.post("/webhooks/stripe").body("application/json", body);
    return (header.isEmpty() ? call : call.header("Stripe-Signature", header)).send();
  }

  private String webhookSecret() throws IOException {
    JsonNode secrets = Json.parse(Files.readString(shop.data().resolve("secrets.json")));
    String text = secrets.toString();
    int start = text.indexOf("whsec_");
    assertTrue(start > 0, "the stand-in's secret is in the data folder");
    return text.substring(start).replaceFirst("[^A-Za-z0-9_].*", "");
  }

  private static String signature(long time, String body, String secret)
      throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    byte[] signed = mac.doFinal((time + "." + body).getBytes(StandardCharsets.UTF_8));
    return "t=" + time + ",v1=" + HexFormat.of().formatHex(signed);
  }

  @Test
  void aNoticeOfAnOrderThatIsNotHere_isParkedAndNotLost() throws Exception {
    Purchase purchase = shop.order(shop.newProduct("Parked", 1200));
    JsonNode real = shop.events(event -> true).getLast();
    String body =
        real.toString()
            .replace(real.path("id").asText(), "evt_parked" + System.nanoTime())
            .replaceAll(
                "\"order_id\":\"[0-9a-f-]{36}\"",
                "\"order_id\":\"01996a2e-0000-7000-8000-000000000000\"");
    Answer answer =
        send(body, signature(shop.now().getEpochSecond(), body, webhookSecret())).expect(200);
    assertFalse(answer.json().path("outcome").asText().isEmpty());
    assertEquals("pending", purchase.status());
  }
}
