package shelfless.checkout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import shelfless.json.Json;
import shelfless.orders.RehearsedSale;
import shelfless.runtime.Environment;
import shelfless.stripe.StripeKeys;
import shelfless.stripe.WebhookSignature;

/** What the functions of this area are rehearsed with. */
final class Rehearsal {
  private Rehearsal() {}

  /** An order of one product, as the body of a request that says something more. */
  static ObjectNode cart(Environment environment, ObjectNode body) {
    body.putArray("items")
        .addObject()
        .put("product", RehearsedSale.product(environment))
        .put("quantity", 1);
    body.put("country", "DE");
    return Json.object().put("body", Json.text(body));
  }

  /** A request of an order's buyer. */
  static ObjectNode of(RehearsedSale.Order order) {
    ObjectNode event = Json.object();
    event.putObject("headers").put("authorization", "Bearer " + order.accessToken());
    event.putObject("pathParameters").put("order_id", order.id().toString());
    return event;
  }

  /** The provider's notice that some order is paid. */
  static ObjectNode notice(Environment environment) {
    RehearsedSale.Order order = RehearsedSale.placed(environment);
    Instant now = environment.clock().instant();
    ObjectNode notice =
        Json.object()
            .put("id", "evt_" + environment.ids().next())
            .put("type", "checkout.session.completed")
            .put("created", now.getEpochSecond());
    ObjectNode session = notice.putObject("data").putObject("object");
    session.put("object", "checkout.session").put("id", order.session());
    session.putObject("metadata").put("order_id", order.id().toString());
    String body = Json.text(notice);
    ObjectNode event = Json.object().put("body", body);
    event
        .putObject("headers")
        .put(
            "stripe-signature",
            WebhookSignature.of(
                body.getBytes(StandardCharsets.UTF_8),
                StripeKeys.of(environment.secrets()).webhookSecrets().getFirst(),
                now));
    return event;
  }
}
