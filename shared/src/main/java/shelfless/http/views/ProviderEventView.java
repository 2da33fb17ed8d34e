package shelfless.http.views;

import com.fasterxml.jackson.databind.node.ObjectNode;
import shelfless.data.ProviderEvents;
import shelfless.json.Json;
import shelfless.orders.PaymentProvider;

/** An event of the payment provider's, in JSON. */
public final class ProviderEventView {
  private ProviderEventView() {}

  /** As it was received, and what came of it. */
  public static ObjectNode form(ProviderEvents.Received received) {
    PaymentProvider.Event event = received.event();
    ObjectNode form =
        Json.object()
            .put("id", event.id())
            .put("provider", received.provider())
            .put("type", event.type())
            .put("api_version", event.apiVersion())
            .put("order_id", Json.id(received.orderId()))
            .put("status", received.status().wireName())
            .put("reason", received.reason())
            .put("created_at", Json.time(event.created()))
            .put("received_at", Json.time(received.receivedAt()))
            .put("handled_at", Json.time(received.handledAt()));
    form.set("payload", event.evidence());
    return form;
  }
}
