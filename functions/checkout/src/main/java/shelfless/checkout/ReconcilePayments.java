package shelfless.checkout;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import shelfless.data.Orders;
import shelfless.data.ProviderEvents;
import shelfless.json.Json;
import shelfless.orders.PaymentProvider;
import shelfless.orders.Reconciliation;
import shelfless.orders.Refunding;
import shelfless.runtime.Environment;
import shelfless.runtime.Log;
import shelfless.runtime.Metrics;
import shelfless.runtime.ScheduleHandler;
import shelfless.runtime.Unavailable;

/**
 * The third way to learn the truth, for whatever neither the webhook nor the returning buyer
 * brought: the provider's own list of events since the last look, orders that are pending for long,
 * refunds that got no answer, and paid orders that were not delivered. A day without a single
 * webhook loses nothing.
 */
public final class ReconcilePayments extends ScheduleHandler {
  /** As far as the provider remembers, less a margin. */
  private static final Duration FURTHEST = Duration.ofDays(29);

  /** Events can show up in the list a little after their time. */
  private static final Duration OVERLAP = Duration.ofMinutes(10);

  private static final Duration WINDOW = Duration.ofDays(1);
  private static final Duration PAST_NOW = Duration.ofMinutes(1);
  private static final int AT_ONCE = 200;

  /** Fewer free keys of a product than these are too few. */
  private static final int FEW_KEYS = 20;

  private static final int ENOUGH_MILLISECONDS = 15_000;

  public ReconcilePayments() {
    this(Environment.ofProcess());
  }

  public ReconcilePayments(Environment environment) {
    super(environment);
  }

  @Override
  protected ObjectNode run(Context context) {
    PaymentProvider provider = environment.provider();
    Reconciliation reconciliation = new Reconciliation(environment, provider);
    Refunding refunding = new Refunding(environment, provider);
    ObjectNode done = Json.object();
    // First what needs no provider, then what others wait for; trouble in one step skips no other.
    List<UUID> undelivered = undelivered();
    undelivered.forEach(orderId -> environment.queues().send("FULFILLMENT_QUEUE_URL", orderId));
    done.put("undelivered_orders", undelivered.size());
    done.put(
        "requested_refunds",
        each(unanswered(), context, refundId -> carryOut(refunding, reconciliation, refundId)));
    done.put("pending_orders", each(pendingForLong(), context, reconciliation::reconcile));
    done.put(
        "pending_refunds", each(ordersWithRefundsOnTheirWay(), context, reconciliation::reconcile));
    done.put("parked_orders", each(parked(), context, reconciliation::reconcile));
    done.put("events", readEvents(provider, reconciliation, context));
    watch(context);
    return done;
  }

  /** Tells how much waits for a person: events that nobody understood, and keys to be imported. */
  private void watch(Context context) {
    long parked = 0;
    List<String> low = List.of();
    try {
      parked =
          environment
              .database()
              .read(
                  transaction ->
                      transaction
                          .first(
                              "select count(*) as parked from provider_event where status = 'parked'",
                              row -> row.number("parked"))
                          .orElseThrow());
      low =
          environment
              .database()
              .read(
                  transaction ->
                      transaction.list(
                          """
                          select slug from product p
                          where exists (select from license_pool l where l.product_id = p.id)
                            and (select count(*) from (
                              select from license_pool l
                              where l.product_id = p.id and l.license_key_id is null limit ?) free) < ?
                          """,
                          row -> row.text("slug"),
                          FEW_KEYS,
                          FEW_KEYS));
    } catch (RuntimeException uncounted) {
      Log.error(context, "ReconcilePayments", context.getAwsRequestId(), uncounted);
      return;
    }
    low.forEach(
        product ->
            Log.warn(
                context,
                "ReconcilePayments",
                "few licence keys are left",
                Json.object().put("product", product)));
    Metrics.count(
        context,
        environment.clock().instant(),
        Map.of("ParkedEvents", parked, "LowKeyPools", (long) low.size()));
  }

  /**
   * A refund that the provider refuses may have been made there otherwise: the order is looked at
   * after it.
   */
  private void carryOut(Refunding refunding, Reconciliation reconciliation, UUID refundId) {
    try {
      refunding.carryOut(refundId);
    } catch (PaymentProvider.Refused recorded) {
      environment
          .database()
          .transaction(transaction -> Orders.orderOfRefund(transaction, refundId))
          .ifPresent(reconciliation::reconcile);
    }
  }

  private int readEvents(PaymentProvider provider, Reconciliation reconciliation, Context context) {
    Instant now = environment.clock().instant();
    Instant from =
        environment
            .database()
            .transaction(transaction -> ProviderEvents.checkpoint(transaction, provider.name()))
            .map(checkpoint -> checkpoint.minus(OVERLAP))
            .filter(checkpoint -> checkpoint.isAfter(now.minus(FURTHEST)))
            .orElse(now.minus(FURTHEST));
    int handled = 0;
    // A window at a time, so that a long list is read on where the time of a run ended.
    while (from.isBefore(now)) {
      Instant windowEnd = from.plus(WINDOW);
      // The last window reaches past this second, whose events the provider would leave out
      // otherwise.
      Instant to = windowEnd.isBefore(now) ? windowEnd : now.plus(PAST_NOW);
      for (PaymentProvider.Event event : provider.events(from, to)) {
        if (context.getRemainingTimeInMillis() < ENOUGH_MILLISECONDS) {
          return handled;
        }
        try {
          reconciliation.handle(event);
          handled++;
        } catch (Unavailable later) {
          // The checkpoint stays before it.
          throw later;
        } catch (RuntimeException failure) {
          // One event that can't be handled must not keep the others waiting.
          Log.error(context, "ReconcilePayments " + event.id(), context.getAwsRequestId(), failure);
          reconciliation.parkFailed(event);
        }
        setCheckpoint(provider, event.created());
      }
      setCheckpoint(provider, to.isBefore(now) ? to : now);
      from = to;
    }
    return handled;
  }

  private void setCheckpoint(PaymentProvider provider, Instant readTo) {
    environment
        .database()
        .transaction(
            transaction -> {
              ProviderEvents.setCheckpoint(transaction, provider.name(), readTo);
              return true;
            });
  }

  @FunctionalInterface
  private interface Work {
    void on(UUID id);
  }

  private static int each(List<UUID> ids, Context context, Work work) {
    int done = 0;
    for (UUID id : ids) {
      if (context.getRemainingTimeInMillis() < ENOUGH_MILLISECONDS) {
        break;
      }
      try {
        work.on(id);
        done++;
      } catch (RuntimeException failure) {
        Log.error(context, "ReconcilePayments " + id, context.getAwsRequestId(), failure);
      }
    }
    return done;
  }

  /**
   * Those that a buyer may be paying now, and those whose delayed payment is on its way; the rest
   * is in the events.
   */
  private List<UUID> pendingForLong() {
    Instant now = environment.clock().instant();
    return ids(
        """
        select o.id as id from orders o join checkout_session s on s.order_id = o.id
        where o.status = 'pending' and o.created_at < ? and (o.created_at > ? or o.awaiting_payment)
        """,
        now.minus(Duration.ofMinutes(10)),
        now.minus(Duration.ofHours(2)));
  }

  private List<UUID> unanswered() {
    return ids(
        "select id from refund where status = 'requested' and updated_at < ?",
        environment.clock().instant().minus(Duration.ofMinutes(1)));
  }

  private List<UUID> ordersWithRefundsOnTheirWay() {
    return ids(
        "select distinct order_id as id from refund where status = 'pending' and updated_at < ?",
        environment.clock().instant().minus(Duration.ofHours(1)));
  }

  private List<UUID> parked() {
    return ids(
        """
        select distinct order_id as id from provider_event
        where status = 'parked' and order_id is not null and received_at > ?
        """,
        environment.clock().instant().minus(FURTHEST));
  }

  private List<UUID> undelivered() {
    return ids(
        "select id from orders where paid_at < ? and fulfilled_at is null",
        environment.clock().instant().minus(Duration.ofMinutes(1)));
  }

  /** Some of them, others with each run, so that those that come to nothing hold up no other. */
  private List<UUID> ids(String sql, Object... parameters) {
    List<Object> all = new ArrayList<>(List.of(parameters));
    all.add(environment.clock().instant().toString());
    all.add(AT_ONCE);
    return environment
        .database()
        .transaction(
            transaction ->
                transaction.list(
                    "select id from (" + sql + ") found order by md5(id::text || ?) limit ?",
                    row -> row.uuid("id"),
                    all.toArray()));
  }
}
