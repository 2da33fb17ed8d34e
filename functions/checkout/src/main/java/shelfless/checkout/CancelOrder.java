package shelfless.checkout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.data.Orders;
import shelfless.data.Promotions;
import shelfless.domain.OrderStatus;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.json.Json;
import shelfless.orders.PaymentProvider;
import shelfless.orders.Reconciliation;
import shelfless.orders.RehearsedSale;
import shelfless.runtime.Environment;

/**
 * {@code POST /v1/orders/{order_id}/cancel}: closes the payment page first, so that a cancelled
 * order can't be paid any more; an order that turns out to be paid stays paid.
 */
public final class CancelOrder extends HttpHandler {
  public CancelOrder() {
    this(Environment.ofProcess());
  }

  public CancelOrder(Environment environment) {
    super(Operation.CANCEL_ORDER, environment);
  }

  /** In two parts, since by the audit log, which is not rehearsed, it is told why a page ended. */
  @Override
  protected List<ObjectNode> rehearsal() {
    RehearsedSale.Order offered = RehearsedSale.placed(environment);
    PaymentProvider provider = environment.provider();
    provider.expireSession(offered.session());
    new Reconciliation(environment, provider).reconcile(offered.id());
    return List.of(Rehearsal.of(RehearsedSale.unoffered(environment)));
  }

  private record Found(OrderStatus status, @Nullable String sessionId) {}

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    UUID orderId = request.pathId("order_id", "order");
    Found found = find(orderId);
    if (found.status == OrderStatus.CANCELLED) {
      return OrderAnswer.of(environment, orderId, caller);
    }
    if (found.status == OrderStatus.PENDING) {
      if (found.sessionId == null) {
        cancelUnoffered(orderId, caller);
      } else {
        environment
            .database()
            .transaction(
                transaction -> {
                  transaction.audit(
                      caller.actor(), "order.cancel_requested", "order", orderId, Json.object());
                  return true;
                });
        PaymentProvider provider = environment.provider();
        provider.expireSession(found.sessionId);
        new Reconciliation(environment, provider).reconcile(orderId);
      }
    }
    if (find(orderId).status != OrderStatus.CANCELLED) {
      throw Problem.conflict(
          "order_not_pending",
          "The order can't be cancelled: it is paid, or its payment is on the way.");
    }
    return OrderAnswer.of(environment, orderId, caller);
  }

  private Found find(UUID orderId) {
    return environment
        .database()
        .read(
            transaction ->
                new Found(
                    Orders.find(transaction, orderId)
                        .orElseThrow(() -> Problem.notFound("order"))
                        .status(),
                    Orders.session(transaction, orderId)
                        .map(Orders.CheckoutSession::providerSessionId)
                        .orElse(null)));
  }

  /** An order whose payment page was never shown to anybody. */
  private void cancelUnoffered(UUID orderId, Caller caller) {
    environment
        .database()
        .transaction(
            transaction -> {
              Orders.Order order = Orders.lock(transaction, orderId).orElseThrow();
              if (order.status() == OrderStatus.PENDING
                  && Orders.session(transaction, orderId).isEmpty()) {
                Orders.setOver(transaction, orderId, OrderStatus.CANCELLED);
                Promotions.release(transaction, orderId);
                transaction.audit(
                    caller.actor(),
                    "order.cancelled",
                    "order",
                    orderId,
                    Json.object().put("before", "pending"));
              }
              return true;
            });
  }
}
