package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** An order, as the guest sees it who placed it. */
final class Purchase {
  private final Shop shop;
  private final JsonNode placed;

  /**
   * @param placed what CreateOrder answered
   */
  Purchase(Shop shop, JsonNode placed) {
    this.shop = shop;
    this.placed = placed;
  }

  JsonNode placed() {
    return placed;
  }

  String id() {
    return placed.path("order").path("id").asText();
  }

  String email() {
    return placed.path("order").path("email").asText();
  }

  String token() {
    return placed.path("access_token").asText();
  }

  /** The payment page's session: what its address ends in. */
  String session() {
    String url = placed.path("checkout_url").asText();
    return url.substring(url.lastIndexOf('/') + 1);
  }

  Call call(String method, String suffix) {
    return shop.call(method, "/v1/orders/" + id() + suffix).bearer(token());
  }

  /** The order as it now is. */
  JsonNode read() {
    return call("GET", "").send().expect(200).json();
  }

  String status() {
    return read().path("status").asText();
  }

  /** What the buyer does on the payment page. */
  Purchase outcome(String outcome) {
    shop.outside("POST", "/checkout-sessions/" + session() + "/outcome", "outcome", outcome);
    return this;
  }

  Purchase pay() {
    return outcome("paid");
  }

  Purchase becomes(String status) {
    shop.await(
        "the order to be " + status,
        this::read,
        order -> order.path("status").asText().equals(status));
    return this;
  }

  /** Waits until every unit has its entitlement. */
  Purchase delivered() {
    int units = 0;
    for (JsonNode item : placed.path("order").path("items")) {
      units += item.path("quantity").asInt();
    }
    int wanted = units;
    shop.await("the delivery", this::read, order -> order.path("entitlements").size() >= wanted);
    assertEquals(wanted, entitlements().size());
    return this;
  }

  List<JsonNode> entitlements() {
    return Json.stream(read().path("entitlements")).toList();
  }

  /** The units of one product, by their number. */
  List<JsonNode> entitlements(Product product) {
    return entitlements().stream()
        .filter(each -> each.path("product").path("id").asText().equals(product.id()))
        .toList();
  }

  JsonNode entitlement() {
    return entitlements().getFirst();
  }

  /** The download token of the first unit. */
  String downloadToken() {
    return entitlement().path("download_token").asText();
  }

  String itemOf(Product product) {
    return Json.stream(placed.path("order").path("items"))
        .filter(item -> item.path("product").path("id").asText().equals(product.id()))
        .findFirst()
        .orElseThrow()
        .path("id")
        .asText();
  }

  /** The payment intent that paid it. */
  String paymentIntent() {
    return read().path("payments").path(0).path("provider_payment_id").asText();
  }

  /** Asks for the first file of the first unit. */
  Answer download() {
    JsonNode held = entitlement();
    return download(held, held.path("files").path(0).path("asset_id").asText());
  }

  /** Asks for a file of a unit. */
  Answer download(JsonNode entitlement, String assetId) {
    return download(entitlement.path("download_token").asText(), assetId);
  }

  Answer download(String downloadToken, String assetId) {
    return shop.post("/v1/entitlements/" + downloadToken + "/downloads")
        .json("asset_id", assetId)
        .send();
  }
}
