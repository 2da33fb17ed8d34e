package shelfless.harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.json.Json;
import shelfless.testing.HttpCall;

/** What takes part in races asks the shop for. */
final class Requests {
  private Requests() {}

  /** For one book. An address may try so many codes a minute: each caller has its own. */
  static HttpCall order(String email, String code, String key, int caller) {
    ObjectNode body = Json.object().put("email", email).put("promotion_code", code);
    body.putArray("items").addObject().put("product", "book").put("quantity", 1);
    return HttpCall.post("/v1/orders", body.toString())
        .header("idempotency-key", key)
        .from("192.0.2." + caller);
  }

  /**
   * By the buyer.
   *
   * @param action {@code cancel} or {@code reconcile}
   */
  static HttpCall onOrder(UUID order, String action, String accessToken) {
    return HttpCall.post("/v1/orders/" + order + '/' + action, "{}")
        .pathParameter("order_id", order.toString())
        .bearer(accessToken);
  }

  /** By the seller; of all that is left when no amount is given. */
  static HttpCall refund(UUID order, String key, @Nullable Integer amount) {
    ObjectNode what = Json.object();
    if (amount != null) {
      what.set("amount", Json.money(amount, "EUR"));
    }
    return HttpCall.post("/v1/admin/orders/" + order + "/refunds", what.toString())
        .pathParameter("order_id", order.toString())
        .header("idempotency-key", key)
        .bearer(World.ADMIN_KEY);
  }

  /** Of the unit's file of that number, by the link that is shown with it. */
  static HttpCall download(JsonNode entitlement, int file) {
    return download(
        entitlement.path("download_token").asText(),
        entitlement.path("files").path(file).path("asset_id").asText());
  }

  static HttpCall download(String token, String assetId) {
    return HttpCall.post(
            "/v1/entitlements/" + token + "/downloads",
            Json.object().put("asset_id", assetId).toString())
        .pathParameter("download_token", token);
  }

  /** By the seller. */
  static HttpCall reissue(JsonNode entitlement, String key) {
    String id = entitlement.path("id").asText();
    return HttpCall.post("/v1/admin/entitlements/" + id + "/reissue", "{}")
        .pathParameter("entitlement_id", id)
        .header("idempotency-key", key)
        .bearer(World.ADMIN_KEY);
  }

  /** By the seller. */
  static HttpCall revoke(JsonNode entitlement) {
    String id = entitlement.path("id").asText();
    return HttpCall.post(
            "/v1/admin/entitlements/" + id + "/revoke",
            Json.object().put("reason", "Given away.").toString())
        .pathParameter("entitlement_id", id)
        .bearer(World.ADMIN_KEY);
  }
}
