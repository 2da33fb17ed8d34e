package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.UUID;

/**
 * An order whose placing stopped at the provider, which was out of reach: it has no session yet, so
 * that nothing can be said of its payments.
 */
record HaltedOrder(Shop shop, String id, Product product, Call placing) {
  /** Places one, for one unit of the product. */
  static HaltedOrder place(Shop shop, Product product) {
    String email = shop.newEmail("halted");
    Call placing =
        shop.post("/v1/orders")
            .idempotencyKey("halted-" + email)
            .json("email", email, "items", List.of(Shop.line(product, 1)));
    try (Shop.Faults down = shop.faults("provider", "fail", 1)) {
      placing.send().problem(503);
    }
    String id =
        shop.seller("GET", "/v1/admin/orders")
            .query("email", email)
            .send()
            .expect(200)
            .json()
            .at("/data/0/id")
            .asText();
    return new HaltedOrder(shop, id, product, placing);
  }

  /** Sends a notice of a refund of it, which is parked; the notice's id. */
  String parkNotice() {
    String event = "evt_early" + UUID.randomUUID().toString().replace("-", "");
    ObjectNode charge =
        Json.of(
            "object", "charge",
            "id", "ch_early",
            "payment_intent", "pi_early",
            "amount", product.price(),
            "currency", "eur",
            "metadata", Json.of("order_id", id));
    ObjectNode notice =
        Json.of(
            "id",
            event,
            "type",
            "charge.refunded",
            "created",
            shop.now().getEpochSecond(),
            "data",
            Json.of("object", charge));
    assertEquals(
        "parked",
        new Notice(shop).send(notice.toString()).expect(200).json().path("outcome").asText());
    return event;
  }

  /** Asks again with the same key, now that the provider answers. */
  Purchase goOn() {
    return new Purchase(shop, placing.send().expect(201).json());
  }
}
