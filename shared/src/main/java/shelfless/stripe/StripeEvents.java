package shelfless.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.http.HttpRequest;
import shelfless.json.Json;
import shelfless.orders.PaymentProvider;

/**
 * Reads the ids out of Stripe's events, from the plain JSON: the library leaves the object empty
 * when the endpoint's API version is another than its own.
 */
public final class StripeEvents {
  /** What the webhook endpoint is to be subscribed to; all else is acknowledged and left alone. */
  public static final Set<String> TYPES =
      Set.of(
          "checkout.session.completed",
          "checkout.session.async_payment_succeeded",
          "checkout.session.async_payment_failed",
          "checkout.session.expired",
          "charge.refunded",
          "charge.refund.updated",
          "refund.created",
          "refund.updated",
          "refund.failed",
          "charge.dispute.created",
          "charge.dispute.updated",
          "charge.dispute.closed",
          "charge.dispute.funds_withdrawn",
          "charge.dispute.funds_reinstated");

  private StripeEvents() {}

  /**
   * The event, or nothing when it is of a type that does not matter here; null when it is no event
   * at all.
   */
  public static @Nullable Optional<PaymentProvider.Event> read(JsonNode tree) {
    String id = tree.path("id").asText("");
    String type = tree.path("type").asText("");
    JsonNode object = tree.path("data").path("object");
    if (!id.startsWith("evt_")
        || type.isEmpty()
        || !tree.path("created").canConvertToLong()
        || !object.isObject()) {
      return null;
    }
    if (!TYPES.contains(type)) {
      return Optional.empty();
    }
    boolean isSession = type.startsWith("checkout.session.");
    ObjectNode evidence =
        Json.object()
            .put("object", object.path("object").asText())
            .put("id", object.path("id").asText())
            .put("status", object.path("status").asText())
            .put("amount", object.path(isSession ? "amount_total" : "amount").asLong())
            .put("currency", object.path("currency").asText());
    return Optional.of(
        new PaymentProvider.Event(
            id,
            type,
            tree.path("api_version").asText(null),
            Instant.ofEpochSecond(tree.path("created").longValue()),
            isSession ? object.path("id").asText(null) : null,
            isSession ? null : object.path("payment_intent").asText(null),
            HttpRequest.uuid(object.path("metadata").path("order_id").asText(""))
                .orElse((UUID) null),
            evidence));
  }
}
