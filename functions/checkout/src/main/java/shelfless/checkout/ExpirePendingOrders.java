package shelfless.checkout;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import shelfless.data.Orders;
import shelfless.data.Promotions;
import shelfless.domain.OrderStatus;
import shelfless.json.Json;
import shelfless.orders.Reconciliation;
import shelfless.runtime.Environment;
import shelfless.runtime.Log;
import shelfless.runtime.ScheduleHandler;

/**
 * Ends orders that were never paid. Whether a session is over is the provider's word, never the
 * local clock's alone (rule 12): each is asked for. An order that never got a session was shown to
 * nobody, and ends by the clock.
 */
public final class ExpirePendingOrders extends ScheduleHandler {
  private static final int AT_ONCE = 200;
  private static final int ENOUGH_MILLISECONDS = 15_000;

  /** Longer than the provider keeps an idempotency key, so that nobody can go on with the order. */
  private static final Duration UNOFFERED = Duration.ofHours(25);

  public ExpirePendingOrders() {
    this(Environment.ofProcess());
  }

  public ExpirePendingOrders(Environment environment) {
    super(environment);
  }

  @Override
  protected ObjectNode run(Context context) {
    Instant now = environment.clock().instant();
    List<UUID> over =
        environment
            .database()
            .transaction(
                transaction ->
                    transaction.list(
                        """
                        select o.id from orders o join checkout_session s on s.order_id = o.id
                        where o.status = 'pending' and s.expires_at <= ? order by o.created_at limit ?
                        """,
                        row -> row.uuid("id"),
                        now,
                        AT_ONCE));
    Reconciliation reconciliation = new Reconciliation(environment, environment.provider());
    int asked = 0;
    for (UUID orderId : over) {
      if (context.getRemainingTimeInMillis() < ENOUGH_MILLISECONDS) {
        break;
      }
      try {
        reconciliation.reconcile(orderId);
        asked++;
      } catch (RuntimeException failure) {
        Log.error(context, "ExpirePendingOrders " + orderId, context.getAwsRequestId(), failure);
      }
    }
    return Json.object().put("asked", asked).put("never_offered", endUnoffered(now));
  }

  private int endUnoffered(Instant now) {
    List<UUID> unoffered =
        environment
            .database()
            .transaction(
                transaction ->
                    transaction.list(
                        """
                        select o.id from orders o
                        where o.status = 'pending' and o.created_at <= ?
                          and not exists (select from checkout_session s where s.order_id = o.id)
                        order by o.created_at limit ?
                        """,
                        row -> row.uuid("id"),
                        now.minus(UNOFFERED),
                        AT_ONCE));
    for (UUID orderId : unoffered) {
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
                      "system",
                      "order.cancelled",
                      "order",
                      orderId,
                      Json.object().put("before", "pending"));
                }
                return true;
              });
    }
    return unoffered.size();
  }
}
