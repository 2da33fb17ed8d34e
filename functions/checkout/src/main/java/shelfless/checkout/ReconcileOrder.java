package shelfless.checkout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.UUID;
import shelfless.data.Orders;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.orders.Reconciliation;
import shelfless.orders.RehearsedSale;
import shelfless.runtime.Environment;
import shelfless.security.RateLimiter;

/**
 * {@code POST /v1/orders/{order_id}/reconcile}: asks the payment provider now, and shows the order.
 */
public final class ReconcileOrder extends HttpHandler {
  /** How often the provider is asked about one order in a minute. */
  static final int LOOKS_A_MINUTE = 30;

  public ReconcileOrder() {
    this(Environment.ofProcess());
  }

  public ReconcileOrder(Environment environment) {
    super(Operation.RECONCILE_ORDER, environment);
  }

  @Override
  protected List<ObjectNode> rehearsal() {
    return List.of(Rehearsal.of(RehearsedSale.placed(environment)));
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    UUID orderId = request.pathId("order_id", "order");
    if (environment.database().read(transaction -> Orders.find(transaction, orderId)).isEmpty()) {
      throw Problem.notFound("order");
    }
    environment
        .rateLimiter()
        .take(new RateLimiter.Limit("reconcile", orderId.toString(), LOOKS_A_MINUTE, 60));
    new Reconciliation(environment, environment.provider()).reconcile(orderId);
    return OrderAnswer.of(environment, orderId, caller);
  }
}
