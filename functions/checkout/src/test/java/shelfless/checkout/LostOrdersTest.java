package shelfless.checkout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shelfless.data.Invariants;
import shelfless.json.Json;
import shelfless.testing.HttpCall;

/** The database was set back to an earlier time; the provider knows of what was sold after it. */
class LostOrdersTest {
  /** All that was sold, without the ids of its lines, which nobody else knows. */
  private static final String SALE =
      """
      select (to_jsonb(o) - array['placed_in', 'status', 'paid_at', 'fulfilled_at'])::text || (
        select jsonb_agg(to_jsonb(i) - 'id' order by position) from order_item i where order_id = o.id)::text || (
        select coalesce(jsonb_agg(to_jsonb(c)), '[]') from order_consent c where order_id = o.id)::text || (
        select email from order_contact where order_id = o.id) || (
        select coalesce(jsonb_agg(r.customer), '[]') from promotion_redemption r where order_id = o.id)::text
      from orders o where id = '%s'
      """;

  private TestShop shop;

  @BeforeEach
  void open() {
    shop = new TestShop();
    shop.run(
        """
        insert into product (id, sku, slug, title, price, currency, visibility, created_at, updated_at)
        values ('00000000-0000-7000-8000-000000000003', 'SONG', 'song', 'Lied für "Ada" \\', 333, 'EUR', 'public', now(), now());
        insert into promotion (id, code, percent_off, max_redemptions, created_at, updated_at)
        values ('00000000-0000-7000-8000-000000000004', 'THIRD', 33, 2, now(), now());
        insert into tax_rate (id, country, kind, rate, valid_from)
        values ('00000000-0000-7000-8000-000000000005', 'AT', 'other', 0.19, '2020-01-01')
        """);
    shop.advance(Duration.ofMillis(300));
    shop.takeRestorePoint();
    shop.advance(Duration.ofMinutes(1));
  }

  @AfterEach
  void close() {
    shop.close();
  }

  private UUID place(String body) {
    HttpCall.Answer answer =
        HttpCall.post("/v1/orders", body)
            .header("idempotency-key", "key of " + UUID.randomUUID())
            .to(new CreateOrder(shop.shared()));
    assertEquals(201, answer.status(), answer::body);
    return UUID.fromString(answer.json().at("/order/id").asText());
  }

  /** With all that an order can have. */
  private UUID orderOfEverything() {
    return place(
        """
        {"email": "Ada@example.com", "name": "Ada", "country": "AT", "vat_id": "ATU12345678", "promotion_code": "third",
         "items": [{"product": "song", "quantity": 3}, {"product": "book", "quantity": 2}],
         "consents": [{"kind": "immediate_delivery", "text_version": "2026-01"}]}
        """);
  }

  private String sale(UUID orderId) {
    return shop.list(SALE.formatted(orderId)).getFirst();
  }

  private List<String> parkedFor() {
    return shop.list("select reason from provider_event where status = 'parked'");
  }

  private void assertAllHolds() {
    for (Invariants.Invariant invariant : Invariants.all()) {
      // The products of these tests were put there by hand.
      if (!invariant.name().equals("product_is_audited")) {
        Invariants.Finding finding =
            shop.shared()
                .database()
                .transaction(transaction -> Invariants.check(transaction, invariant, 5));
        assertEquals(0, finding.rows(), finding.name() + ": " + finding.shown());
      }
    }
  }

  @Test
  void itComesBackFromTheProvidersListAsItWasSold_andIsDelivered() {
    UUID orderId = orderOfEverything();
    String sold = sale(orderId);
    JsonNode paid = shop.provider.pay(orderId);
    assertEquals("200 handled", shop.webhook(paid));
    shop.restore();
    assertEquals(List.of(), shop.list("select id from orders"));
    shop.run("update product set price = 9999, title = 'Another'");
    shop.advance(Duration.ofHours(2));

    shop.sweep();

    assertEquals(sold, sale(orderId));
    assertEquals("paid", shop.status(orderId));
    assertEquals(5, shop.delivered(orderId));
    assertEquals(List.of("1"), shop.list("select redemptions from promotion"));
    assertEquals(
        List.of("order.created", "order.restored", "order.paid", "order.fulfilled"),
        shop.list(
            "select action from audit_log where subject_id = '" + orderId + "' order by seq"));
    HttpCall.Answer seen =
        HttpCall.get("/v1/orders/" + orderId)
            .pathParameter("order_id", orderId.toString())
            .bearer(shop.shared().tokens().order(orderId, 0).value())
            .to(new GetOrder(shop.shared()));
    assertEquals(200, seen.status(), seen::body);
    assertEquals(5, seen.json().path("entitlements").size());
    assertAllHolds();
  }

  @Test
  void itComesBackWithTheFirstNotice_andOnlyOnce() {
    UUID orderId = orderOfEverything();
    shop.restore();
    JsonNode paid = shop.provider.pay(orderId);

    assertEquals("200 handled", shop.webhook(paid));
    assertEquals("200 ignored", shop.webhook(paid));
    shop.sweep();
    shop.provider.dispute(orderId, "needs_response");
    shop.sweep();

    assertEquals("disputed", shop.status(orderId));
    assertEquals(5, shop.delivered(orderId));
    assertEquals(1, shop.list("select id from audit_log where action = 'order.restored'").size());
    assertAllHolds();
  }

  @Test
  void aNoticeThatTellsOfItsPaymentWaitsUntilItsSessionWasToldOf() {
    UUID orderId = shop.order();
    shop.provider.pay(orderId);
    JsonNode disputed = shop.provider.dispute(orderId, "needs_response");
    ((ObjectNode) disputed.at("/data/object"))
        .putObject("metadata")
        .put("order_id", orderId.toString());
    shop.restore();

    assertEquals("200 parked", shop.webhook(disputed));
    shop.sweep();

    assertEquals(List.of(), parkedFor());
    assertEquals("disputed", shop.status(orderId));
    assertAllHolds();
  }

  @Test
  void oneThatNobodyPaysIsThereAndOver() {
    UUID orderId = orderOfEverything();
    shop.restore();

    assertEquals("200 handled", shop.webhook(shop.provider.expire(orderId)));

    assertEquals("cancelled", shop.status(orderId));
    assertEquals(List.of("0"), shop.list("select redemptions from promotion"));
    assertAllHolds();
  }

  @Test
  void itsNumberIsItsOwn_unlessAnotherOrderHasItByNow() {
    UUID first = shop.order();
    UUID second = shop.order();
    List<String> numbers = shop.list("select number from orders order by number");
    shop.restore();
    UUID meanwhile = shop.order();
    shop.provider.pay(first);
    shop.provider.pay(second);
    shop.sweep();
    UUID later = shop.order();

    assertEquals(numbers.get(0), number(meanwhile));
    assertNotEquals(numbers.get(0), number(first));
    assertEquals(4, shop.list("select distinct number from orders").size(), () -> number(later));
    assertEquals("paid", shop.status(first));
    assertAllHolds();
  }

  private String number(UUID orderId) {
    return shop.list("select number from orders where id = '" + orderId + "'").getFirst();
  }

  @Test
  void oneWhoseProductIsLostStaysParkedAndSaysSo_untilTheProductIsThere() {
    shop.run(
        """
        insert into product (id, sku, slug, title, price, currency, visibility, created_at, updated_at)
        values ('00000000-0000-7000-8000-000000000009', 'NEW', 'new', 'New', 100, 'EUR', 'public', now(), now())
        """);
    UUID orderId = place("{\"email\": \"ada@example.com\", \"items\": [{\"product\": \"new\"}]}");
    JsonNode paid = shop.provider.pay(orderId);
    shop.restore();

    shop.sweep();

    assertEquals(
        List.of(
            "it names order "
                + orderId
                + ", which is not here, and can't be placed again: order_item_product_id_fkey"),
        parkedFor());
    assertEquals(List.of(), shop.list("select id from orders"));

    shop.run(
        """
        insert into product (id, sku, slug, title, price, currency, visibility, created_at, updated_at)
        values ('00000000-0000-7000-8000-000000000009', 'NEW', 'new', 'New', 100, 'EUR', 'draft', now(), now())
        """);
    assertEquals("200 handled", shop.webhook(paid));
    assertEquals(1, shop.delivered(orderId));
    assertEquals(List.of(), parkedFor());
  }

  @Test
  void oneWhosePromotionWasUsedUpMeanwhileStaysParked() {
    UUID orderId = orderOfEverything();
    shop.provider.pay(orderId);
    shop.restore();
    shop.run("update promotion set redemptions = max_redemptions");

    shop.sweep();

    assertTrue(parkedFor().getFirst().endsWith("can't be placed again: promotion_limit"));
    shop.run("update promotion set redemptions = 0");
    assertAllHolds();
  }

  @Test
  void theLargestOrderIsNotedWithinWhatTheProviderKeeps() {
    shop.run(
        """
        insert into product (id, sku, slug, title, price, currency, visibility, created_at, updated_at)
        select gen_random_uuid(), rpad('SKU-' || n || '-', 64, 'x'), 'long-' || n, rpad(n || ' ', 200, 'Käfer '), 1999,
          'EUR', 'public', now(), now()
        from generate_series(1, 50) n
        """);
    ObjectNode body = Json.object().put("email", "ada@example.com");
    ArrayNode items = body.putArray("items");
    for (int n = 1; n <= 50; n++) {
      items.addObject().put("product", "long-" + n).put("quantity", 10);
    }
    shop.takeRestorePoint();
    UUID orderId = place(body.toString());
    String sold = sale(orderId);
    JsonNode metadata = shop.provider.sessions(orderId).getFirst().path("metadata");

    assertTrue(metadata.has("sale_1") && metadata.size() <= 50, () -> "keys: " + metadata.size());
    metadata.forEach(value -> assertTrue(value.asText().length() <= 500));
    metadata.forEach(value -> assertEquals(value.asText().strip(), value.asText()));

    shop.restore();
    assertEquals("200 handled", shop.webhook(shop.provider.expire(orderId)));
    assertEquals(sold, sale(orderId));
  }
}
