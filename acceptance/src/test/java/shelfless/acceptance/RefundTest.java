package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Money that goes back, and what closes with it (rule 8). */
@ExtendWith(SharedShop.class)
final class RefundTest {
  private final Shop shop;

  RefundTest(Shop shop) {
    this.shop = shop;
  }

  @Test
  void aFullRefundRevokesEveryEntitlementAndLicenceAndLeavesTheHistory_rule8() {
    Product book = shop.newProduct("Book to Return", 1900);
    Product tool =
        shop.newProduct(
            "Tool to Return",
            Json.of("price", Json.money(4900, "EUR"), "license", Json.of("activation_limit", 3)));
    String email = shop.newEmail("returns");
    Purchase purchase = shop.buy(email, Shop.line(book, 1), Shop.line(tool, 2));
    List<JsonNode> before = purchase.entitlements();

    JsonNode refund =
        shop.refund(purchase, "reason", "requested_by_customer", "note", "Changed my mind.");
    assertEquals(1900 + 2 * 4900, refund.path("amount").path("amount").asLong());
    assertEquals("succeeded", refund.path("status").asText());

    JsonNode order = purchase.read();
    assertEquals("refunded", order.path("status").asText());
    assertEquals(
        1900 + 2 * 4900, order.path("total").path("amount").asLong(), "the order stays as sold");
    assertEquals(2, order.path("items").size());
    assertEquals(1, order.path("refunds").size());
    for (JsonNode entitlement : before) {
      String token = entitlement.path("download_token").asText();
      shop.get("/v1/entitlements/" + token).send().problem(410, "revoked");
      shop.get("/downloads/" + token).send().expect(410);
      String asset = entitlement.path("files").path(0).path("asset_id").asText();
      purchase.download(token, asset).problem(410, "revoked");
    }
    for (JsonNode entitlement : purchase.entitlements()) {
      assertEquals("revoked", entitlement.path("status").asText());
      if (entitlement.path("product").path("id").asText().equals(tool.id())) {
        assertEquals("revoked", entitlement.path("license").path("status").asText());
      }
    }
    List<String> actions = actions(purchase);
    assertTrue(
        actions.containsAll(List.of("order.created", "order.paid", "order.fulfilled")),
        actions::toString);
    List<String> refundActions =
        shop.audit("refund", refund.path("id").asText()).stream()
            .map(row -> row.path("action").asText())
            .toList();
    assertEquals(List.of("refund.requested", "refund.succeeded"), refundActions);
    assertTrue(
        shop.audit("entitlement", before.getFirst().path("id").asText()).size() >= 2,
        "issued, then revoked");
    assertTrue(
        shop.mails(email, 2)
            .getFirst()
            .path("text")
            .asText()
            .contains(order.path("number").asText()));

    shop.seller("POST", "/v1/admin/orders/" + purchase.id() + "/refunds")
        .send()
        .problem(409, "nothing_left");
  }

  private List<String> actions(Purchase purchase) {
    return shop.audit("order", purchase.id()).stream()
        .map(row -> row.path("action").asText())
        .toList();
  }

  @Test
  void aRefundOfOneItemRevokesThatItemOnly_rule8() {
    Product kept = shop.newProduct("Kept", 1000);
    Product returned = shop.newProduct("Returned in Part", 700);
    Purchase purchase = shop.buy(shop.newEmail("part"), Shop.line(kept, 1), Shop.line(returned, 3));
    String item = purchase.itemOf(returned);
    JsonNode refund =
        shop.refund(purchase, "items", List.of(Json.of("order_item_id", item, "quantity", 1)));
    assertEquals(700, refund.path("amount").path("amount").asLong());
    assertEquals(1, refund.path("items").path(0).path("quantity").asInt());
    assertEquals("partially_refunded", purchase.status());
    assertEquals("active", purchase.entitlements(kept).getFirst().path("status").asText());
    for (JsonNode unit : purchase.entitlements(returned)) {
      // The highest unit number first.
      assertEquals(
          unit.path("unit").asInt() == 3 ? "revoked" : "active", unit.path("status").asText());
    }
    shop.refund(purchase, "items", List.of(Json.of("order_item_id", item, "quantity", 2)));
    assertTrue(
        purchase.entitlements(returned).stream()
            .allMatch(unit -> unit.path("status").asText().equals("revoked")));
    purchase.download(purchase.entitlements(kept).getFirst(), kept.file().assetId()).expect(201);
    shop.seller("POST", "/v1/admin/orders/" + purchase.id() + "/refunds")
        .json("items", List.of(Json.of("order_item_id", item, "quantity", 1)))
        .send()
        .problem(422, "units_not_left");
  }

  @Test
  void aRefundOfAnAmountRevokesNothingUntilAllIsRefunded_rule8() {
    Product product = shop.newProduct("Partly Refunded", 1000);
    Purchase purchase = shop.buy(product);
    shop.refund(purchase, "amount", Json.money(400, "EUR"));
    assertEquals("partially_refunded", purchase.status());
    assertEquals("active", purchase.entitlement().path("status").asText());
    purchase.download().expect(201);
    for (long tooMuch : new long[] {601, 1000}) {
      shop.seller("POST", "/v1/admin/orders/" + purchase.id() + "/refunds")
          .json("amount", Json.money(tooMuch, "EUR"))
          .send()
          .problem(422, "beyond_paid");
    }
    shop.seller("POST", "/v1/admin/orders/" + purchase.id() + "/refunds")
        .json("amount", Json.money(100, "USD"))
        .send()
        .problem(422, "wrong_currency");
    JsonNode rest = shop.refund(purchase);
    assertEquals(600, rest.path("amount").path("amount").asLong());
    assertEquals("refunded", purchase.status());
    assertEquals("revoked", purchase.entitlement().path("status").asText());
  }

  @Test
  void manyRefundsAtOnceNeverPassWhatWasPaid_rule8() {
    Purchase purchase = shop.buy(shop.newProduct("Refund Race", 1000));
    List<CompletableFuture<Answer>> calls =
        IntStream.range(0, 10)
            .mapToObj(
                i ->
                    shop.seller("POST", "/v1/admin/orders/" + purchase.id() + "/refunds")
                        .json("amount", Json.money(300, "EUR"))
                        .sendAsync())
            .toList();
    List<Answer> answers = calls.stream().map(CompletableFuture::join).toList();
    assertEquals(3, answers.stream().filter(answer -> answer.status() == 201).count());
    answers.stream()
        .filter(answer -> answer.status() != 201)
        .forEach(answer -> answer.problem(422, "beyond_paid"));
    assertEquals(3, purchase.read().path("refunds").size());
  }

  @Test
  void aRefundWithOneIdempotencyKeyIsMadeOnce() {
    Purchase purchase = shop.buy(shop.newProduct("Refund Once", 1000));
    String key = "refund-" + UUID.randomUUID();
    List<JsonNode> refunds =
        IntStream.range(0, 3)
            .mapToObj(
                i ->
                    shop.seller("POST", "/v1/admin/orders/" + purchase.id() + "/refunds")
                        .idempotencyKey(key)
                        .json("amount", Json.money(100, "EUR"))
                        .send()
                        .expect(201)
                        .json())
            .toList();
    assertEquals(1, refunds.stream().distinct().count());
    assertEquals(1, purchase.read().path("refunds").size());
    shop.seller("POST", "/v1/admin/orders/" + purchase.id() + "/refunds")
        .idempotencyKey(key)
        .json("amount", Json.money(101, "EUR"))
        .send()
        .problem(422, "idempotency_key_reused");
  }

  @Test
  void aRefundInTheProvidersDashboardCountsTheSame_rule8() {
    Product product = shop.newProduct("Dashboard", 1000);
    String email = shop.newEmail("dashboard");
    Purchase purchase = shop.buy(email, Shop.line(product, 1));
    shop.outside("POST", "/refunds", "payment_intent", purchase.paymentIntent(), "amount", 300);
    purchase.becomes("partially_refunded");
    assertEquals("active", purchase.entitlement().path("status").asText());
    shop.outside("POST", "/refunds", "payment_intent", purchase.paymentIntent());
    purchase.becomes("refunded");
    assertEquals("revoked", purchase.entitlement().path("status").asText());
    assertEquals(2, purchase.read().path("refunds").size());
    shop.mails(email, 3);
  }

  @Test
  void aRefundInTheDashboardBesideOneThatIsAskedForHere_bothCountOnce_rule8() {
    Purchase purchase = shop.buy(shop.newProduct("Refunded Twice", 1000));
    askInVain(purchase, 400, UUID.randomUUID().toString());
    shop.outside("POST", "/refunds", "payment_intent", purchase.paymentIntent(), "amount", 300);
    purchase.call("POST", "/reconcile").send().expect(200);
    assertEquals(List.of("requested 400", "succeeded 300"), refunds(purchase));
    shop.advance(Duration.ofMinutes(20));
    refundsBecome(purchase, "succeeded 300", "succeeded 400");
    assertEquals("partially_refunded", purchase.status());
    assertEquals(300, shop.refund(purchase).path("amount").path("amount").asLong());
  }

  @Test
  void
      aRefundInTheDashboardThatTakesWhatOneAskedForHereClaims_isRecordedOnceTheOtherFailed_rule8() {
    Product product = shop.newProduct("Refunded by Both", 1000);
    Purchase swept = shop.buy(product);
    Purchase repeated = shop.buy(product);
    String key = UUID.randomUUID().toString();
    for (Purchase purchase : List.of(swept, repeated)) {
      askInVain(purchase, 600, key + purchase.id());
      shop.outside("POST", "/refunds", "payment_intent", purchase.paymentIntent(), "amount", 700);
      for (int i = 0; i < 2; i++) {
        purchase.call("POST", "/reconcile").send().expect(200);
        // Never more than was paid: both together would be.
        assertEquals(List.of("requested 600"), refunds(purchase));
      }
      // The notices of the other one came, and none is sent again.
      List<JsonNode> notices = shop.events("refund.created", purchase.paymentIntent());
      assertEquals(1, notices.size());
      assertEquals(200, shop.redeliver(notices.getFirst()));
    }
    // Repeated by the seller, or by the sweep: the provider refuses it, since 300 are left.
    ask(repeated, 600, key + repeated.id()).problem(409);
    shop.advance(Duration.ofMinutes(20));
    for (Purchase purchase : List.of(swept, repeated)) {
      refundsBecome(purchase, "failed 600", "succeeded 700");
      assertEquals("partially_refunded", purchase.status());
      assertEquals(300, shop.refund(purchase).path("amount").path("amount").asLong());
      assertEquals("refunded", purchase.status());
    }
  }

  private Answer ask(Purchase purchase, long amount, String key) {
    return shop.seller("POST", "/v1/admin/orders/" + purchase.id() + "/refunds")
        .idempotencyKey(key)
        .json("amount", Json.money(amount, "EUR"))
        .send();
  }

  /** Asks for a refund that is recorded, and does not reach the provider. */
  private void askInVain(Purchase purchase, long amount, String key) {
    try (Shop.Faults down = shop.faults("provider", "fail", 1)) {
      ask(purchase, amount, key).problem(503, "unavailable");
    }
  }

  /** Status and amount of each refund. */
  private static List<String> refunds(Purchase purchase) {
    return Json.stream(purchase.read().path("refunds"))
        .map(
            refund ->
                refund.path("status").asText()
                    + " "
                    + refund.path("amount").path("amount").asLong())
        .sorted()
        .toList();
  }

  private void refundsBecome(Purchase purchase, String... wanted) {
    shop.await("the refunds", () -> refunds(purchase), List.of(wanted)::equals);
  }

  @Test
  void aRefundThatFailsLaterGivesTheAccessBack_rule8() {
    Product product = shop.newProduct("Refund Bounces", 1000);
    Purchase purchase = shop.buy(product);
    String token = purchase.downloadToken();
    JsonNode refund = shop.outside("POST", "/refunds", "payment_intent", purchase.paymentIntent());
    purchase.becomes("refunded");
    shop.get("/v1/entitlements/" + token).send().problem(410, "revoked");
    shop.outside("POST", "/refunds/" + refund.path("id").asText() + "/fail");
    purchase.becomes("paid");
    assertEquals("active", purchase.entitlement().path("status").asText());
    shop.get("/v1/entitlements/" + token).send().expect(200);
    purchase.download(token, product.file().assetId()).expect(201);
    assertEquals("failed", purchase.read().path("refunds").path(0).path("status").asText());
  }

  @Test
  void whatIsNotPaidCanNotBeRefunded() {
    Purchase pending = shop.order(shop.newProduct("Not Paid", 1000));
    shop.seller("POST", "/v1/admin/orders/" + pending.id() + "/refunds")
        .send()
        .problem(409, "order_not_paid");
    Purchase free = shop.order(shop.newProduct("Nothing Paid", 0));
    shop.seller("POST", "/v1/admin/orders/" + free.id() + "/refunds")
        .send()
        .problem(409, "nothing_left");
  }

  @Test
  void aDisputeSuspendsAndIsNotRefunded_won_itComesBack_rule9() {
    Purchase purchase = shop.buy(licensed("Disputed and Won"));
    String token = purchase.downloadToken();
    String dispute = dispute(purchase, "needs_response");
    purchase.becomes("disputed");
    assertEquals("suspended", purchase.entitlement().path("status").asText());
    assertEquals("suspended", purchase.entitlement().path("license").path("status").asText());
    assertEquals(
        "suspended",
        shop.get("/v1/entitlements/" + token).send().expect(200).json().path("status").asText());
    purchase.download().problem(409, "suspended");
    shop.get("/downloads/" + token).send().expect(200);
    shop.seller("POST", "/v1/admin/orders/" + purchase.id() + "/refunds")
        .send()
        .problem(409, "order_disputed");
    shop.outside("POST", "/disputes/" + dispute + "/close", "outcome", "won");
    purchase.becomes("paid");
    assertEquals("active", purchase.entitlement().path("status").asText());
    assertEquals("active", purchase.entitlement().path("license").path("status").asText());
    purchase.download().expect(201);
  }

  @Test
  void aLostDisputeStaysRevoked_rule9() {
    Purchase purchase = shop.buy(licensed("Disputed and Lost"));
    String token = purchase.downloadToken();
    String dispute = dispute(purchase, "needs_response");
    purchase.becomes("disputed");
    shop.outside("POST", "/disputes/" + dispute + "/close", "outcome", "lost");
    shop.await(
        "the entitlement to be revoked",
        purchase::entitlement,
        held -> held.path("status").asText().equals("revoked"));
    shop.get("/v1/entitlements/" + token).send().problem(410, "revoked");
    assertEquals("revoked", purchase.entitlement().path("license").path("status").asText());
  }

  @Test
  void anInquiryDoesNothing_rule9() {
    Purchase purchase = shop.buy(shop.newProduct("Asked About", 1000));
    String dispute = dispute(purchase, "warning_needs_response");
    Shop.pause(Duration.ofMillis(500));
    assertEquals("paid", purchase.status());
    purchase.download().expect(201);
    shop.outside("POST", "/disputes/" + dispute + "/close", "outcome", "won");
    Shop.pause(Duration.ofMillis(300));
    assertEquals("paid", purchase.status());
  }

  @Test
  void aDisputesNoticesInTheWrongOrderComeToTheSame_rule9() {
    Purchase purchase = shop.buy(shop.newProduct("Swapped", 1000));
    try (Shop.Faults held = shop.webhooks("paused", true)) {
      String dispute = dispute(purchase, "needs_response");
      shop.outside("POST", "/disputes/" + dispute + "/close", "outcome", "won");
      List<JsonNode> events =
          shop.events(
              event ->
                  event.path("type").asText().startsWith("charge.dispute.")
                      && event.path("data").path("object").path("id").asText().equals(dispute));
      events.reversed().forEach(event -> assertEquals(200, shop.redeliver(event)));
    }
    Shop.pause(Duration.ofMillis(300));
    assertEquals("paid", purchase.status());
    assertEquals("active", purchase.entitlement().path("status").asText());
  }

  private Product licensed(String title) {
    return shop.newProduct(title, Json.of("license", Json.of("activation_limit", 2)));
  }

  private String dispute(Purchase purchase, String status) {
    return shop.outside(
            "POST", "/charges/" + purchase.paymentIntent() + "/disputes", "status", status)
        .path("id")
        .asText();
  }
}
