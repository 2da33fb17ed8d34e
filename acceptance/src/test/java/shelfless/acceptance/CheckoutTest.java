package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** From the cart to the paid order, and to the one that is never paid. */
@ExtendWith(SharedShop.class)
final class CheckoutTest {
  private final Shop shop;

  CheckoutTest(Shop shop) {
    this.shop = shop;
  }

  @Test
  void aFreeOrderIsDeliveredAtOnceWithoutTheProvider_rule5() {
    Product gift = shop.newProduct("A Gift", 0);
    String email = shop.newEmail("free");
    Purchase purchase = shop.order(email, Shop.line(gift, 2));
    JsonNode order = purchase.placed().path("order");
    assertTrue(purchase.placed().path("checkout_url").isNull());
    assertEquals("paid", order.path("status").asText());
    assertEquals(2, order.path("entitlements").size());
    purchase.download().expect(201);
    shop.mails(email, 1);
    assertEquals(0, shop.events(event -> event.toString().contains(purchase.id())).size());
  }

  @Test
  void aPriceThatIsChangedAfterTheOrderLeavesTheOrdersPrice_rule2() {
    Product product = shop.newProduct("Price to Change", 1000);
    Purchase purchase = shop.order(product);
    JsonNode changed =
        shop.seller("PATCH", "/v1/admin/products/" + product.id())
            .header("If-Match", "*")
            .json("price", Json.money(2500, "EUR"), "title", "Price Changed")
            .send()
            .expect(200)
            .json();
    assertEquals(2500, changed.path("price").path("amount").asLong());
    purchase.pay().delivered();
    JsonNode order = purchase.read();
    assertEquals(1000, order.path("total").path("amount").asLong());
    assertEquals(1000, order.path("items").path(0).path("unit_price").path("amount").asLong());
    assertEquals(
        "Price to Change", order.path("items").path(0).path("product").path("title").asText());
    assertEquals(1000, order.path("payments").path(0).path("amount").path("amount").asLong());
    assertEquals(
        2500, shop.order(product).placed().path("order").path("total").path("amount").asLong());
  }

  @Test
  void aQuoteAnswersWhatAnOrderWouldCostAndStoresNothing_rule2() {
    Product first = shop.newProduct("Quoted One", 1000);
    Product second = shop.newProduct("Quoted Two", 350);
    ObjectNode cart =
        Json.of("items", List.of(Shop.line(first, 2), Shop.line(second, 1), Shop.line(first, 1)));
    JsonNode quote = shop.post("/v1/quotes").json(cart).send().expect(200).json();
    assertEquals(2, quote.path("items").size(), "a product that is named twice is one line");
    assertEquals(3, quote.path("items").path(0).path("quantity").asInt());
    assertEquals(3350, quote.path("total").path("amount").asLong());
    Purchase purchase = shop.order(cart.put("email", shop.newEmail("quote")));
    assertEquals(quote.path("total"), purchase.placed().path("order").path("total"));
    assertEquals(2, purchase.placed().path("order").path("items").size());
  }

  @Test
  void aProductCanBeNamedBySlugSkuOrId() {
    Product product = shop.newProduct("Many Names", 400);
    for (String name : List.of(product.slug(), product.sku(), product.id())) {
      Purchase purchase =
          shop.order(
              Json.of("email", shop.newEmail("named"), "items", List.of(Json.of("product", name))));
      assertEquals(
          product.id(),
          purchase
              .placed()
              .path("order")
              .path("items")
              .path(0)
              .path("product")
              .path("id")
              .asText());
    }
  }

  @Test
  void twoSimultaneousOrdersWithOneIdempotencyKeyAreOneOrderWithOneSession() {
    Product product = shop.newProduct("Ordered Once", 1500);
    String email = shop.newEmail("twice");
    String key = UUID.randomUUID().toString();
    ObjectNode body = Json.of("email", email, "items", List.of(Shop.line(product, 1)));
    List<CompletableFuture<Answer>> calls =
        IntStream.range(0, 8)
            .mapToObj(i -> shop.post("/v1/orders").idempotencyKey(key).json(body).sendAsync())
            .toList();
    List<Answer> answers = calls.stream().map(CompletableFuture::join).toList();
    for (Answer answer : answers) {
      if (answer.status() != 201) {
        answer.problem(409, "idempotency_key_in_use");
        assertFalse(answer.header("Retry-After").isEmpty());
      }
    }
    Answer later =
        shop.await(
            "the key's order",
            () -> shop.post("/v1/orders").idempotencyKey(key).json(body).send(),
            answer -> answer.status() == 201);
    Purchase purchase = new Purchase(shop, later.json());
    assertFalse(purchase.session().isEmpty());
    for (Answer answer : answers) {
      if (answer.status() == 201) {
        assertEquals(purchase.id(), answer.json().path("order").path("id").asText());
        assertEquals(purchase.session(), new Purchase(shop, answer.json()).session());
        assertEquals(purchase.token(), answer.json().path("access_token").asText());
      }
    }
    assertEquals(
        1,
        shop.seller("GET", "/v1/admin/orders")
            .query("email", email)
            .send()
            .json()
            .path("data")
            .size());
    // A session that was made besides would expire by itself, with an event.
    purchase.pay().delivered();
    shop.advance(Duration.ofHours(25));
    shop.runSchedule("ExpirePendingOrders");
    assertEquals(1, shop.events("checkout.session.completed", purchase.id()).size());
    assertEquals(0, shop.events("checkout.session.expired", purchase.id()).size());
  }

  @Test
  void anIdempotencyKeyAnswersItsOrderAgainAndRefusesAnotherBody() {
    Product product = shop.newProduct("Keyed", 1500);
    String key = "a key " + UUID.randomUUID();
    ObjectNode body =
        Json.of("email", shop.newEmail("keyed"), "items", List.of(Shop.line(product, 1)));
    Answer first = shop.post("/v1/orders").idempotencyKey(key).json(body).send().expect(201);
    Purchase purchase = new Purchase(shop, first.json());
    Answer again = shop.post("/v1/orders").idempotencyKey(key).json(body).send().expect(201);
    assertEquals(first.json(), again.json());
    purchase.pay().delivered();
    Answer paid = shop.post("/v1/orders").idempotencyKey(key).json(body).send().expect(201);
    assertEquals(
        "paid", paid.json().path("order").path("status").asText(), "rendered as it now is");
    shop.post("/v1/orders")
        .idempotencyKey(key)
        .json(body.deepCopy().put("name", "Somebody Else"))
        .send()
        .problem(422, "idempotency_key_reused");
    shop.post("/v1/orders").idempotencyKey("too short").json(body).send().problem(400);
    shop.advance(Duration.ofHours(25));
    Answer dayLater = shop.post("/v1/orders").idempotencyKey(key).json(body).send().expect(201);
    assertNotEquals(purchase.id(), dayLater.json().path("order").path("id").asText());
  }

  @Test
  void aDelayedPaymentThatArrivesIsDelivered() {
    Purchase purchase = shop.order(shop.newProduct("Paid Later", 800)).outcome("delayed");
    shop.await(
        "the order to await its payment",
        purchase::read,
        order -> order.path("payments").path(0).path("status").asText().equals("pending"));
    assertEquals("pending", purchase.status());
    purchase.call("POST", "/cancel").send().problem(409, "order_not_pending");
    purchase.outcome("delayed_paid").delivered();
    assertEquals("paid", purchase.status());
    assertEquals(1, purchase.read().path("payments").size());
  }

  @Test
  void aDelayedPaymentThatFailsMakesTheOrderFailed() {
    Purchase purchase = shop.order(shop.newProduct("Never Paid", 800));
    purchase.outcome("delayed").outcome("delayed_failed").becomes("failed");
    assertEquals(0, purchase.entitlements().size());
    assertEquals("failed", purchase.read().path("payments").path(0).path("status").asText());
  }

  @Test
  void aDeclinedCardLeavesTheOrderPendingAndAnotherTryPaysIt() {
    Purchase purchase = shop.order(shop.newProduct("Declined First", 800)).outcome("declined");
    assertEquals(
        "pending",
        purchase.call("POST", "/reconcile").send().expect(200).json().path("status").asText());
    purchase.pay().delivered();
  }

  @Test
  void aSessionThatExpiresCancelsItsOrderAndGivesThePromotionBack_rule12() {
    Product product = shop.newProduct("On Promotion", 1000);
    String code = newPromotion("percent_off", 25, "max_redemptions", 1);
    ObjectNode body =
        Json.of(
            "email", shop.newEmail("promo"),
            "items", List.of(Shop.line(product, 2)),
            "promotion_code", code.toLowerCase(java.util.Locale.ROOT));
    Purchase first = shop.order(body);
    assertEquals(500, first.placed().path("order").path("discount").path("amount").asLong());
    assertEquals(1500, first.placed().path("order").path("total").path("amount").asLong());
    shop.post("/v1/orders").json(body).send().problem(422, "promotion_not_applicable");
    first.outcome("expired").becomes("cancelled");

    Purchase second = shop.order(body);
    shop.advance(Duration.ofHours(25));
    shop.await("the session to end", second::status, status -> status.equals("cancelled"));

    Purchase third = shop.order(body).pay().delivered();
    assertEquals(
        1500, third.read().path("payments").path(0).path("amount").path("amount").asLong());
    shop.post("/v1/orders").json(body).send().problem(422, "promotion_not_applicable");
  }

  @Test
  void aPromotionsLastUseIsGivenToOneOfManyAtOnce_rule12() {
    Product product = shop.newProduct("One Left", 1000);
    String code = newPromotion("amount_off", 300, "currency", "EUR", "max_redemptions", 3);
    // So that the limit on how many codes are tried a minute has room for all of them.
    shop.advance(Duration.ofMinutes(1));
    List<CompletableFuture<Answer>> calls =
        IntStream.range(0, 16)
            .mapToObj(
                i ->
                    shop.post("/v1/orders")
                        .json(
                            "email", shop.newEmail("crowd" + i),
                            "items", List.of(Shop.line(product, 1)),
                            "promotion_code", code)
                        .sendAsync())
            .toList();
    List<Answer> answers = calls.stream().map(CompletableFuture::join).toList();
    assertEquals(3, answers.stream().filter(answer -> answer.status() == 201).count());
    answers.stream()
        .filter(answer -> answer.status() != 201)
        .forEach(answer -> answer.problem(422, "promotion_not_applicable"));
  }

  @Test
  void aPromotionThatTakesThePriceToZeroDeliversAtOnce_rule5() {
    Product product = shop.newProduct("Given Away", 1000);
    String code = newPromotion("percent_off", 100);
    Purchase purchase =
        shop.order(
            Json.of(
                "email", shop.newEmail("given"),
                "items", List.of(Shop.line(product, 1)),
                "promotion_code", code));
    assertTrue(purchase.placed().path("checkout_url").isNull());
    assertEquals("paid", purchase.placed().path("order").path("status").asText());
    purchase.download().expect(201);
  }

  /** A promotion: rows, since its operations come later. */
  private String newPromotion(Object... columnsAndValues) {
    String code = "P" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    StringBuilder columns = new StringBuilder("id, code, created_at, updated_at");
    StringBuilder values = new StringBuilder("?, ?, now(), now()");
    java.util.ArrayList<Object> parameters =
        new java.util.ArrayList<>(List.of(UUID.randomUUID(), code));
    for (int i = 0; i < columnsAndValues.length; i += 2) {
      columns.append(", ").append(columnsAndValues[i]);
      values.append(", ?");
      parameters.add(columnsAndValues[i + 1]);
    }
    shop.sql(
        "insert into promotion (" + columns + ") values (" + values + ")", parameters.toArray());
    return code.toUpperCase(java.util.Locale.ROOT);
  }

  @Test
  void aCancelledOrderCanNotBePaidAnyMore() {
    Purchase purchase = shop.order(shop.newProduct("Cancelled", 800));
    JsonNode cancelled = purchase.call("POST", "/cancel").send().expect(200).json();
    assertEquals("cancelled", cancelled.path("status").asText());
    assertEquals(
        "cancelled",
        purchase.call("POST", "/cancel").send().expect(200).json().path("status").asText());
    assertEquals(1, shop.events("checkout.session.expired", purchase.id()).size());
    Purchase paid = shop.buy(shop.newProduct("Paid and Kept", 800));
    paid.call("POST", "/cancel").send().problem(409, "order_not_pending");
  }

  @Test
  void twoCurrenciesInOneOrderAreRefusedAndYenHaveNoDecimals_rule2() {
    Product euro = shop.newProduct("In Euro", 800);
    Product yen = shop.newProduct("In Yen", Json.of("price", Json.money(1200, "JPY")));
    shop.post("/v1/orders")
        .json(
            "email",
            shop.newEmail("mixed"),
            "items",
            List.of(Shop.line(euro, 1), Shop.line(yen, 1)))
        .send()
        .problem(422, "currencies_differ");
    JsonNode order = shop.buy(yen).read();
    assertEquals(1200, order.path("total").path("amount").asLong());
    assertEquals("JPY", order.path("currency").asText());
  }

  @Test
  void taxIsThatOfTheCountryAndTheKind_andGoesBackWithTheItem() {
    Product book =
        shop.newProduct("Taxed Book", Json.of("price", Json.money(999, "EUR"), "kind", "ebook"));
    Product tool =
        shop.newProduct(
            "Taxed Tool", Json.of("price", Json.money(1000, "EUR"), "kind", "software"));
    // A rate of a country that no other test names: rows, since its operations come later.
    shop.sql(
        "insert into tax_rate (id, country, kind, rate, valid_from) values (?, 'AQ', 'ebook', 0.07, date '2020-01-01')",
        UUID.randomUUID());
    ObjectNode cart =
        Json.of(
            "email", shop.newEmail("taxed"),
            "items", List.of(Shop.line(book, 3), Shop.line(tool, 1)),
            "country", "aq");
    Purchase purchase = shop.order(cart).pay().delivered();
    JsonNode order = purchase.read();
    assertEquals(3997, order.path("subtotal").path("amount").asLong());
    assertEquals(210, order.path("tax").path("amount").asLong(), "7 % of 29.97, rounded");
    assertEquals(4207, order.path("total").path("amount").asLong());
    assertEquals(4207, order.path("payments").path(0).path("amount").path("amount").asLong());
    JsonNode refund =
        shop.refund(
            purchase,
            "items",
            List.of(Json.of("order_item_id", purchase.itemOf(book), "quantity", 3)));
    assertEquals(2997 + 210, refund.path("amount").path("amount").asLong());
    assertEquals(
        1000, shop.refund(purchase).path("amount").path("amount").asLong(), "what is left");
  }

  @Test
  void dinarsHaveThreeDecimalsAndEndInZero() {
    Product dinar = shop.newProduct("In Dinar", Json.of("price", Json.money(12_340, "KWD")));
    Purchase purchase = shop.buy(dinar);
    assertEquals(
        12_340, purchase.read().path("payments").path(0).path("amount").path("amount").asLong());
    shop.seller("POST", "/v1/admin/orders/" + purchase.id() + "/refunds")
        .json("amount", Json.money(1_001, "KWD"))
        .send()
        .problem(422, "not_refundable");
    shop.refund(purchase, "amount", Json.money(1_010, "KWD"));
    assertEquals("partially_refunded", purchase.status());
  }

  @Test
  void whatIsNotOnSaleCanNotBeOrdered() {
    ObjectNode draft = Json.of("visibility", "draft");
    ObjectNode archived = Json.of("visibility", "archived");
    for (ObjectNode fields : List.of(draft, archived)) {
      Product product = shop.newProductWithoutFile("Not on Sale", fields);
      shop.post("/v1/orders")
          .json("email", shop.newEmail("eager"), "items", List.of(Shop.line(product, 1)))
          .send()
          .problem(422, "product_not_available");
      shop.get("/v1/products/" + product.slug()).send().problem(404);
    }
    Product unlisted = shop.newProduct("By Link Only", Json.of("visibility", "unlisted"));
    shop.get("/v1/products/" + unlisted.slug()).send().expect(200);
    shop.buy(unlisted);
  }

  @Test
  void theReturnPageAsksTheProviderAndShowsTheLinksForAnHour() {
    Product product = shop.newProduct("Shown at Once", 900);
    Purchase purchase = shop.order(product);
    Call page = shop.get("/checkout/return").query("session_id", purchase.session());
    assertFalse(page.send().expect(200).text().contains("/downloads/"));
    try (Shop.Faults nothingArrives = shop.webhooks("paused", true)) {
      purchase.pay();
      String text =
          shop.get("/checkout/return")
              .query("session_id", purchase.session())
              .send()
              .expect(200)
              .text();
      assertTrue(text.contains("/downloads/" + purchase.downloadToken()), text);
    }
    shop.call("HEAD", "/checkout/return")
        .query("session_id", purchase.session())
        .send()
        .expect(200);
    shop.advance(Duration.ofMinutes(61));
    String later =
        shop.get("/checkout/return")
            .query("session_id", purchase.session())
            .send()
            .expect(200)
            .text();
    assertFalse(later.contains("/downloads/"), later);
    shop.get("/checkout/return").query("cancelled", "1").send().expect(200);
    shop.get("/checkout/return").query("session_id", "cs_test_unknown").send().expect(404);
    shop.get("/checkout/return").query("session_id", "<script>").send().expect(404);
  }
}
