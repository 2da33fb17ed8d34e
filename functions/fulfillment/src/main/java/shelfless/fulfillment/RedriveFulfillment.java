package shelfless.fulfillment;

import java.util.UUID;
import shelfless.data.Orders;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.http.views.OrderView;
import shelfless.json.Json;
import shelfless.orders.Fulfillment;
import shelfless.runtime.Environment;

/**
 * {@code POST /v1/admin/orders/{order_id}/fulfill}: delivers a paid order now, as after an error
 * that was mended; one that was delivered stays as it is.
 */
public final class RedriveFulfillment extends HttpHandler {
  public RedriveFulfillment() {
    this(Environment.ofProcess());
  }

  public RedriveFulfillment(Environment environment) {
    super(Operation.REDRIVE_FULFILLMENT, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    UUID orderId = request.pathId("order_id", "order");
    switch (new Fulfillment(environment).fulfill(orderId)) {
      case NO_SUCH_ORDER -> throw Problem.notFound("order");
      case NOT_PAID -> throw Problem.conflict("order_not_paid", "The order was not paid.");
      case DELIVERED ->
          environment
              .database()
              .transaction(
                  transaction -> {
                    transaction.audit(
                        caller.actor(), "order.redriven", "order", orderId, Json.object());
                    return true;
                  });
      case ALREADY_DELIVERED -> {}
    }
    return HttpResponse.json(
        200,
        environment
            .database()
            .read(
                transaction ->
                    OrderView.form(
                        transaction, Orders.find(transaction, orderId).orElseThrow(), null)));
  }
}
