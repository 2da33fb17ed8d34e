package shelfless.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
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

  /** What ids, statuses and versions are made of; it can be stored, and stand in an address. */
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]{1,255}");

  /** The end of the year 9999. */
  private static final long LATEST = 253_402_300_799L;

  private StripeEvents() {}

  /**
   * The event, or nothing when it is of a type that does not matter here; null when it is no event
   * at all.
   */
  public static @Nullable Optional<PaymentProvider.Event> read(JsonNode tree) {
    String id = tree.path("id").asText("");
    String type = tree.path("type").asText("");
    JsonNode created = tree.path("created");
    JsonNode object = tree.path("data").path("object");
    if (!id.startsWith("evt_")
        || !isWord(id)
        || type.isEmpty()
        || !created.canConvertToLong()
        || created.longValue() < 0
        || created.longValue() > LATEST
        || !object.isObject()) {
      return null;
    }
    if (!TYPES.contains(type)) {
      return Optional.empty();
    }
    boolean isSession = type.startsWith("checkout.session.");
    String about = object.path(isSession ? "id" : "payment_intent").asText(null);
    if (about != null && !isWord(about)) {
      return null;
    }
    ObjectNode evidence =
        Json.object()
            .put("object", word(object, "object"))
            .put("id", word(object, "id"))
            .put("status", word(object, "status"))
            .put("amount", object.path(isSession ? "amount_total" : "amount").asLong())
            .put("currency", word(object, "currency"));
    return Optional.of(
        new PaymentProvider.Event(
            id,
            type,
            word(tree, "api_version"),
            Instant.ofEpochSecond(created.longValue()),
            isSession ? about : null,
            isSession ? null : about,
            HttpRequest.uuid(object.path("metadata").path("order_id").asText(""))
                .orElse((UUID) null),
            evidence));
  }

  private static boolean isWord(String text) {
    return WORD.matcher(text).matches();
  }

  /** The field's text, or nothing when it is none that Stripe would send. */
  private static @Nullable String word(JsonNode object, String field) {
    String text = object.path(field).asText("");
    return isWord(text) ? text : null;
  }
}
