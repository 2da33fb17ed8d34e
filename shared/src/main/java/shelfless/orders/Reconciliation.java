package shelfless.orders;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.aws.Queues;
import shelfless.data.AuditLog;
import shelfless.data.ConstraintViolation;
import shelfless.data.Database;
import shelfless.data.Orders;
import shelfless.data.Outbox;
import shelfless.data.Promotions;
import shelfless.data.ProviderEvents;
import shelfless.data.SaleNotes;
import shelfless.data.Transaction;
import shelfless.domain.Money;
import shelfless.domain.OrderStatus;
import shelfless.domain.PaymentStatus;
import shelfless.domain.RefundReason;
import shelfless.domain.RefundStatus;
import shelfless.json.Json;
import shelfless.orders.PaymentProvider.DisputeState;
import shelfless.orders.PaymentProvider.PaymentState;
import shelfless.orders.PaymentProvider.RefundState;
import shelfless.orders.PaymentProvider.SessionStatus;
import shelfless.orders.PaymentProvider.State;
import shelfless.runtime.Environment;
import shelfless.security.Tokens;

/**
 * Brings an order to the state that it has at the payment provider: what is true is fetched, and
 * recorded where it is not recorded yet. The webhook, the page that the buyer comes back to and the
 * sweeps all end here, so a notice that comes twice, late, in another order or never changes
 * nothing.
 */
public final class Reconciliation {
  private final Database database;
  private final PaymentProvider provider;
  private final Fulfillment fulfillment;
  private final Queues queues;
  private final Tokens tokens;

  public Reconciliation(Environment environment, PaymentProvider provider) {
    this.database = environment.database();
    this.provider = provider;
    this.fulfillment = new Fulfillment(environment);
    this.queues = environment.queues();
    this.tokens = environment.tokens();
  }

  /** What came of a notice or a look. */
  public sealed interface Outcome {
    /**
     * The order says what the provider says.
     *
     * @param owed whether it was paid, and not delivered yet
     */
    record Settled(UUID orderId, boolean owed) implements Outcome {}

    /** It is about nothing of this shop's. */
    record NotOurs() implements Outcome {}

    /** It can't be understood, or not all of it be recorded yet: it waits. */
    record Parked(String reason) implements Outcome {}
  }

  /**
   * Looks at the order's session and records what it finds; an order without a session is as it is.
   */
  public Outcome reconcile(UUID orderId) {
    String session =
        database.read(
            transaction ->
                Orders.session(transaction, orderId)
                    .map(Orders.CheckoutSession::providerSessionId)
                    .orElse(null));
    return session == null
        ? new Outcome.Settled(orderId, false)
        : settle(orderId, provider.fetch(session, true), null);
  }

  /**
   * Does what a notice of the provider calls for. Of one that was handled before, only a delivery
   * that is still owed is made up for.
   */
  public Outcome handle(PaymentProvider.Event event) {
    if (database.read(
        transaction -> ProviderEvents.isSettled(transaction, provider.name(), event.id()))) {
      // It was recorded; a crash may have come between that and the delivery.
      UUID settled = event.orderId() != null ? event.orderId() : findOrder(event);
      if (settled != null) {
        deliverIfOwed(settled);
      }
      return new Outcome.NotOurs();
    }
    if (event.sessionId() == null && event.paymentId() == null) {
      return new Outcome.NotOurs();
    }
    String sessionId = event.sessionId();
    UUID orderId = event.orderId() != null ? event.orderId() : findOrder(event);
    if (orderId == null) {
      return new Outcome.NotOurs();
    }
    boolean known = database.read(transaction -> Orders.find(transaction, orderId).isPresent());
    if (!known) {
      return settleLost(orderId, event);
    }
    if (sessionId == null) {
      sessionId =
          database.read(
              transaction ->
                  Orders.session(transaction, orderId)
                      .map(Orders.CheckoutSession::providerSessionId)
                      .orElse(null));
    }
    if (sessionId == null) {
      return park(event, orderId, "order " + orderId + " has no session");
    }
    State state = provider.fetch(sessionId, event.sessionId() == null);
    if (!orderId.equals(state.orderId())) {
      return park(event, orderId, "its session is for another order");
    }
    return settle(orderId, state, event);
  }

  /**
   * A database that was set back to an earlier time has lost what was sold after it. The provider
   * has not: the order is placed again by what was noted on its session.
   */
  private Outcome settleLost(UUID orderId, PaymentProvider.Event event) {
    String lost = "it names order " + orderId + ", which is not here";
    State state = event.sessionId() == null ? null : fetchIfThere(event.sessionId());
    PaymentProvider.Sale sale = state == null ? null : state.sale();
    if (state == null || sale == null || !orderId.equals(state.orderId())) {
      return park(event, null, lost);
    }
    try {
      database.repeatable(transaction -> placeAgain(transaction, orderId, sale, state));
    } catch (ConstraintViolation refused) {
      return park(event, null, lost + ", and can't be placed again: " + refused.constraint());
    }
    return settle(orderId, state, event);
  }

  private @Nullable State fetchIfThere(String sessionId) {
    try {
      return provider.fetch(sessionId, true);
    } catch (PaymentProvider.Refused unknown) {
      return null;
    }
  }

  private boolean placeAgain(
      Transaction transaction, UUID orderId, PaymentProvider.Sale sale, State state)
      throws SQLException {
    if (Orders.find(transaction, orderId).isPresent()) {
      return false;
    }
    SaleNotes.placeAgain(transaction, tokens, orderId, sale.email(), sale.note());
    Orders.Order order = Orders.find(transaction, orderId).orElseThrow();
    for (String action : List.of("order.created", "order.restored")) {
      transaction.audit(
          actor(),
          action,
          "order",
          orderId,
          Json.object()
              .put("session", state.details().id())
              .put("number", order.number())
              .put("placed_at", Json.time(order.createdAt()))
              .set("total", Json.money(order.total().amount(), order.total().currency())));
    }
    return true;
  }

  private @Nullable UUID findOrder(PaymentProvider.Event event) {
    Optional<UUID> known = database.read(transaction -> recorded(transaction, event));
    if (known.isPresent()) {
      return known.get();
    }
    String payment = event.paymentId();
    return payment == null ? null : provider.orderOfPayment(payment).orElse(null);
  }

  /** The order of the session or payment that it is about, as far as that is recorded here. */
  private Optional<UUID> recorded(Transaction transaction, PaymentProvider.Event event)
      throws SQLException {
    String session = event.sessionId();
    if (session != null) {
      return Orders.orderOfSession(transaction, provider.name(), session);
    }
    String payment = event.paymentId();
    return payment == null
        ? Optional.empty()
        : Orders.orderOfPayment(transaction, provider.name(), payment);
  }

  /**
   * Keeps a notice whose handling failed, with its order where that is known here: the sweep looks
   * at the order until it could be settled.
   */
  public void parkFailed(PaymentProvider.Event event) {
    UUID named = event.orderId();
    Optional<UUID> orderId =
        database.read(
            transaction ->
                named == null
                    ? recorded(transaction, event)
                    : Orders.find(transaction, named).map(Orders.Order::id));
    park(event, orderId.orElse(null), "handling it failed");
  }

  /**
   * Keeps the notice for an operator; the provider need not send it again. One whose order is known
   * counts as handled once the order could be settled.
   */
  private Outcome park(PaymentProvider.Event event, @Nullable UUID orderId, String reason) {
    database.transaction(
        transaction -> {
          boolean news =
              ProviderEvents.save(
                  transaction,
                  provider.name(),
                  event,
                  orderId,
                  ProviderEvents.Status.PARKED,
                  reason);
          if (news) {
            transaction.audit(
                actor(),
                "provider_event.parked",
                "provider_event",
                event.id(),
                Json.object().put("type", event.type()).put("reason", reason));
          }
          return news;
        });
    return new Outcome.Parked(reason);
  }

  private Outcome settle(UUID orderId, State state, PaymentProvider.@Nullable Event event) {
    Outcome outcome =
        database.repeatable(transaction -> record(transaction, orderId, state, event));
    if (outcome instanceof Outcome.Settled settled && settled.owed) {
      fulfillment.fulfillOrQueue(orderId);
    }
    return outcome;
  }

  private void deliverIfOwed(UUID orderId) {
    Optional<Orders.Order> order = database.read(transaction -> Orders.find(transaction, orderId));
    if (order.filter(Orders.Order::owesDelivery).isPresent()) {
      fulfillment.fulfillOrQueue(orderId);
    }
  }

  private Outcome record(
      Transaction transaction, UUID orderId, State state, PaymentProvider.@Nullable Event event)
      throws SQLException {
    Orders.Order order = Orders.lock(transaction, orderId).orElseThrow();
    PaymentState payment = state.payment();
    if (payment != null
        && payment.status() == PaymentStatus.SUCCEEDED
        && !(payment.amount().equals(order.total()) && state.total().equals(order.total()))) {
      String reason =
          "the provider took " + text(payment.amount()) + " for an order of " + text(order.total());
      if (event != null) {
        ProviderEvents.save(
            transaction, provider.name(), event, orderId, ProviderEvents.Status.PARKED, reason);
      }
      if (!AuditLog.has(transaction, "order.amount_differs", "order", orderId)) {
        transaction.audit(
            actor(), "order.amount_differs", "order", orderId, Json.object().put("reason", reason));
      }
      return new Outcome.Parked(reason);
    }
    Orders.insertSession(
        transaction,
        orderId,
        provider.name(),
        state.details().id(),
        state.details().url(),
        state.details().expiresAt());
    recordPayment(transaction, order, state);
    boolean complete =
        state.refunds() == null || recordRefunds(transaction, order, state.refunds());
    if (state.disputes() != null) {
      recordDisputes(transaction, orderId, state.disputes());
    }
    Orders.Order recorded = AccessRefresh.refresh(transaction, orderId, actor());
    if (!complete) {
      String reason = "a refund waits for one that was asked for here";
      if (event != null) {
        ProviderEvents.save(
            transaction, provider.name(), event, orderId, ProviderEvents.Status.PARKED, reason);
      }
      return new Outcome.Parked(reason);
    }
    ProviderEvents.settleParked(transaction, orderId);
    if (event != null) {
      ProviderEvents.save(
          transaction, provider.name(), event, orderId, ProviderEvents.Status.HANDLED, null);
    }
    return new Outcome.Settled(orderId, recorded.owesDelivery());
  }

  private static String text(Money money) {
    return money.toDecimal() + " " + money.currency();
  }

  private String actor() {
    return "provider:" + provider.name();
  }

  private void recordPayment(Transaction transaction, Orders.Order order, State state)
      throws SQLException {
    PaymentState payment = state.payment();
    if (order.paidAt() != null) {
      return;
    }
    if (payment != null && state.session() == SessionStatus.COMPLETE) {
      Orders.savePayment(
          transaction,
          order.id(),
          provider.name(),
          payment.id(),
          payment.amount(),
          payment.status(),
          payment.evidence());
      switch (payment.status()) {
        case SUCCEEDED -> {
          // Also an order that was given up meanwhile: whose money was taken gets what it bought.
          Orders.setPaid(transaction, order.id());
          Promotions.redeem(transaction, order.id());
          audit(transaction, order, "order.paid");
        }
        case PENDING -> {
          if (order.status() == OrderStatus.PENDING && !order.awaitingPayment()) {
            Orders.setAwaitingPayment(transaction, order.id());
            audit(transaction, order, "order.awaiting_payment");
          }
        }
        case FAILED -> giveUp(transaction, order, OrderStatus.FAILED);
      }
    } else if (state.session() == SessionStatus.EXPIRED) {
      giveUp(transaction, order, OrderStatus.CANCELLED);
    }
  }

  private void giveUp(Transaction transaction, Orders.Order order, OrderStatus status)
      throws SQLException {
    if (order.status() == OrderStatus.PENDING) {
      Orders.setOver(transaction, order.id(), status);
      Promotions.release(transaction, order.id());
      audit(transaction, order, "order." + status.wireName());
    }
  }

  private void audit(Transaction transaction, Orders.Order order, String action) {
    transaction.audit(
        actor(),
        action,
        "order",
        order.id(),
        Json.object()
            .put("before", order.status().wireName())
            .set("total", Json.money(order.total().amount(), order.total().currency())));
  }

  /** Whether all that were found are recorded; one may have to wait. */
  private boolean recordRefunds(
      Transaction transaction, Orders.Order order, List<RefundState> found) throws SQLException {
    UUID orderId = order.id();
    boolean complete = true;
    List<Orders.Refund> known = Orders.refunds(transaction, orderId);
    for (RefundState refund : found) {
      Orders.Refund held =
          known.stream()
              .filter(
                  each ->
                      each.id().equals(refund.refundId())
                          || refund.id().equals(each.providerRefundId()))
              .findFirst()
              .orElse(null);
      if (held != null) {
        advance(transaction, queues, provider.name(), held, refund);
      } else if (refund.status() == RefundStatus.FAILED || fits(transaction, order, refund)) {
        // Made in the provider's dashboard: it counts the same (rule 8). It names no unit.
        // One of ours whose row was lost keeps its id.
        UUID id = refund.refundId() == null ? transaction.newId() : refund.refundId();
        Orders.insertRefund(
            transaction,
            new Orders.Refund(
                id,
                orderId,
                refund.amount(),
                RefundReason.of(String.valueOf(refund.reason()))
                    .orElse(RefundReason.OTHER)
                    .wireName(),
                null,
                refund.status(),
                refund.id(),
                transaction.now(),
                Set.of()),
            provider.name(),
            actor());
        auditRefund(transaction, actor(), id, orderId, refund.status());
        if (refund.status() != RefundStatus.FAILED) {
          Outbox.add(transaction, queues, Outbox.Kind.REFUND, id, "");
        }
      } else {
        complete = false;
      }
    }
    return complete;
  }

  /**
   * Whether the refund and all that were asked for stay within what was paid. One of ours that the
   * provider will refuse, since the money went back otherwise, still claims its amount: the other
   * waits, its notice parked, until the sweep finds ours settled.
   */
  private static boolean fits(Transaction transaction, Orders.Order order, RefundState refund)
      throws SQLException {
    return !refund.amount().isMoreThan(Orders.facts(transaction, order).remaining());
  }

  /**
   * Moves a refund on to what the provider says, never back; mails the buyer once it is on its way.
   */
  static void advance(
      Transaction transaction,
      Queues queues,
      String provider,
      Orders.Refund held,
      RefundState found)
      throws SQLException {
    if (held.status().mayBecome(found.status())) {
      Orders.setRefund(transaction, held.id(), found.status(), found.id(), found.failure());
      auditRefund(transaction, "provider:" + provider, held.id(), held.orderId(), found.status());
      if (found.status() != RefundStatus.FAILED) {
        Outbox.add(transaction, queues, Outbox.Kind.REFUND, held.id(), "");
      }
    }
  }

  static void auditRefund(
      Transaction transaction, String actor, UUID refundId, UUID orderId, RefundStatus status) {
    transaction.audit(
        actor,
        "refund." + status.wireName(),
        "refund",
        refundId,
        Json.object().put("order_id", orderId.toString()));
  }

  private void recordDisputes(Transaction transaction, UUID orderId, List<DisputeState> found)
      throws SQLException {
    List<Orders.Dispute> known = Orders.disputes(transaction, orderId);
    for (DisputeState dispute : found) {
      Orders.Dispute held =
          known.stream()
              .filter(each -> each.providerDisputeId().equals(dispute.id()))
              .findFirst()
              .orElse(null);
      if (held == null) {
        Orders.insertDispute(
            transaction,
            orderId,
            provider.name(),
            dispute.id(),
            dispute.amount(),
            dispute.status(),
            dispute.reason());
      } else if (held.status().mayBecome(dispute.status())) {
        Orders.setDispute(transaction, held.id(), dispute.status());
      } else {
        continue;
      }
      transaction.audit(
          actor(),
          "dispute." + dispute.status().wireName(),
          "order",
          orderId,
          Json.object().put("dispute", dispute.id()));
    }
  }
}
