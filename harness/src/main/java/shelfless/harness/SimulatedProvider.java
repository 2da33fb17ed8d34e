package shelfless.harness;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.domain.DisputeStatus;
import shelfless.domain.Money;
import shelfless.domain.PaymentStatus;
import shelfless.domain.RefundStatus;
import shelfless.json.Json;
import shelfless.orders.PaymentProvider;
import shelfless.stripe.StripeEvents;

/**
 * A payment provider that keeps its rules in memory: sessions, payments, refunds and disputes, and
 * the events that tell of them. Several threads may use it.
 */
final class SimulatedProvider implements PaymentProvider {
  private static final Duration SESSION_LIFE = Duration.ofHours(24);

  private final Clock clock;
  private final Map<UUID, Checkout> byOrder = new LinkedHashMap<>();
  private final Map<String, Checkout> bySession = new HashMap<>();
  private final Map<String, Checkout> byPayment = new HashMap<>();
  private final List<ObjectNode> events = new ArrayList<>();
  private final Deque<ObjectNode> undelivered = new ArrayDeque<>();
  private boolean slowRefunds;
  private int counter;

  SimulatedProvider(Clock clock) {
    this.clock = clock;
  }

  private static final class Checkout {
    final UUID orderId;
    final Sale sale;
    final String session;
    final Instant expiresAt;
    final Money total;
    SessionStatus status = SessionStatus.OPEN;
    @Nullable String payment;
    PaymentStatus paid = PaymentStatus.PENDING;
    final Map<String, RefundState> refunds = new LinkedHashMap<>();
    final Map<String, DisputeState> disputes = new LinkedHashMap<>();

    Checkout(UUID orderId, Sale sale, String session, Instant expiresAt, Money total) {
      this.orderId = orderId;
      this.sale = sale;
      this.session = session;
      this.expiresAt = expiresAt;
      this.total = total;
    }

    long refunded() {
      return refunds.values().stream()
          .filter(refund -> refund.status() != RefundStatus.FAILED)
          .mapToLong(refund -> refund.amount().amount())
          .sum();
    }

    Session details() {
      return new Session(session, "https://pay.example.com/" + session, expiresAt);
    }
  }

  private String id(String prefix) {
    return prefix + '_' + ++counter;
  }

  private Checkout of(UUID orderId) {
    Checkout checkout = byOrder.get(orderId);
    if (checkout == null) {
      throw new IllegalStateException("Order " + orderId + " has no session.");
    }
    return checkout;
  }

  // What the shop asks.

  @Override
  public String name() {
    return "stripe";
  }

  @Override
  public synchronized Session createSession(NewSession wanted) {
    Checkout made = byOrder.get(wanted.orderId());
    if (made == null) {
      long total = 0;
      for (Line line : wanted.lines()) {
        total += line.unitAmount().amount() * line.quantity();
      }
      Money money = new Money(total, wanted.lines().getFirst().unitAmount().currency());
      made =
          new Checkout(
              wanted.orderId(),
              new Sale(wanted.email(), wanted.note()),
              id("cs"),
              clock.instant().plus(SESSION_LIFE),
              money);
      byOrder.put(wanted.orderId(), made);
      bySession.put(made.session, made);
    }
    return made.details();
  }

  private Checkout session(String id) {
    Checkout checkout = bySession.get(id);
    if (checkout == null) {
      throw new Refused("resource_missing", "There is no session " + id + ".");
    }
    if (checkout.status == SessionStatus.OPEN && !checkout.expiresAt.isAfter(clock.instant())) {
      end(checkout);
    }
    return checkout;
  }

  @Override
  public synchronized State fetch(String sessionId, boolean withRefundsAndDisputes) {
    Checkout checkout = session(sessionId);
    PaymentState payment =
        checkout.payment == null
            ? null
            : new PaymentState(
                checkout.payment,
                checkout.total,
                checkout.paid,
                Json.object().put("session", sessionId));
    boolean deep =
        payment != null
            && (withRefundsAndDisputes || checkout.refunded() > 0 || !checkout.disputes.isEmpty());
    return new State(
        checkout.orderId,
        checkout.sale,
        checkout.details(),
        checkout.status,
        checkout.total,
        payment,
        deep ? List.copyOf(checkout.refunds.values()) : null,
        deep ? List.copyOf(checkout.disputes.values()) : null);
  }

  @Override
  public synchronized boolean expireSession(String sessionId) {
    Checkout checkout = session(sessionId);
    if (checkout.status != SessionStatus.OPEN) {
      return false;
    }
    end(checkout);
    return true;
  }

  @Override
  public synchronized Optional<UUID> orderOfPayment(String providerPaymentId) {
    return Optional.ofNullable(byPayment.get(providerPaymentId)).map(found -> found.orderId);
  }

  @Override
  public synchronized RefundState refund(NewRefund wanted) {
    Checkout checkout = byPayment.get(wanted.providerPaymentId());
    if (checkout == null) {
      throw new Refused("resource_missing", "There is no such payment.");
    }
    for (RefundState made : checkout.refunds.values()) {
      if (wanted.refundId().equals(made.refundId())) {
        return made;
      }
    }
    if (checkout.disputes.values().stream().anyMatch(each -> each.status().counts())) {
      throw new Refused("charge_disputed", "The charge is disputed.");
    }
    if (checkout.refunded() + wanted.amount().amount() > checkout.total.amount()) {
      throw new Refused("charge_already_refunded", "That is more than is left.");
    }
    return addRefund(checkout, wanted.refundId(), wanted.amount());
  }

  private RefundState addRefund(Checkout checkout, @Nullable UUID refundId, Money amount) {
    RefundState made =
        new RefundState(
            id("re"),
            refundId,
            amount,
            slowRefunds ? RefundStatus.PENDING : RefundStatus.SUCCEEDED,
            null,
            null);
    checkout.refunds.put(made.id(), made);
    tell("refund.created", made.id(), checkout, refundId != null);
    tell("charge.refunded", "ch_" + checkout.payment, checkout, true);
    return made;
  }

  @Override
  public synchronized List<Event> events(Instant from, Instant to) {
    List<Event> told = new ArrayList<>();
    for (int i = events.size() - 1; i >= 0; i--) {
      Instant created = Instant.ofEpochSecond(events.get(i).path("created").asLong());
      if (created.isBefore(Instant.ofEpochSecond(from.getEpochSecond()))) {
        break;
      }
      if (created.getEpochSecond() < to.getEpochSecond()) {
        Optional<Event> read = StripeEvents.read(events.get(i));
        if (read != null) {
          read.ifPresent(told::add);
        }
      }
    }
    return told.reversed();
  }

  // What the buyer, the bank and the seller do at the provider.

  /** Whether the order has a page that can be paid. */
  synchronized boolean canBePaid(UUID orderId) {
    Checkout checkout = byOrder.get(orderId);
    return checkout != null && session(checkout.session).status == SessionStatus.OPEN;
  }

  /** The buyer pays. */
  synchronized void pay(UUID orderId) {
    complete(orderId, PaymentStatus.SUCCEEDED);
  }

  /** The buyer chooses a delayed method. */
  synchronized void payLater(UUID orderId) {
    complete(orderId, PaymentStatus.PENDING);
  }

  private void complete(UUID orderId, PaymentStatus paid) {
    Checkout checkout = of(orderId);
    if (session(checkout.session).status != SessionStatus.OPEN) {
      throw new IllegalStateException("The page is closed.");
    }
    checkout.status = SessionStatus.COMPLETE;
    String payment = id("pi");
    checkout.payment = payment;
    checkout.paid = paid;
    byPayment.put(payment, checkout);
    tell("checkout.session.completed", checkout.session, checkout, true);
  }

  /** The delayed payment arrives, or does not. */
  synchronized void settleLater(UUID orderId, boolean arrived) {
    Checkout checkout = of(orderId);
    checkout.paid = arrived ? PaymentStatus.SUCCEEDED : PaymentStatus.FAILED;
    tell(
        "checkout.session.async_payment_" + (arrived ? "succeeded" : "failed"),
        checkout.session,
        checkout,
        true);
  }

  private void end(Checkout checkout) {
    checkout.status = SessionStatus.EXPIRED;
    tell("checkout.session.expired", checkout.session, checkout, true);
  }

  /** From now on, refunds are accepted and arrive later. */
  synchronized void slowRefunds(boolean slow) {
    slowRefunds = slow;
  }

  /** The seller gives money back in the provider's dashboard; what is left, without an amount. */
  synchronized void dashboardRefund(UUID orderId, @Nullable Long amount) {
    Checkout checkout = of(orderId);
    long left = checkout.total.amount() - checkout.refunded();
    addRefund(checkout, null, new Money(amount == null ? left : amount, checkout.total.currency()));
  }

  /** The newest refund that stands fails. */
  synchronized void failRefund(UUID orderId) {
    changeRefund(orderId, RefundStatus.FAILED, "refund.failed");
  }

  /** The newest refund that is on its way arrives. */
  synchronized void refundArrives(UUID orderId) {
    changeRefund(orderId, RefundStatus.SUCCEEDED, "refund.updated");
  }

  private void changeRefund(UUID orderId, RefundStatus status, String event) {
    Checkout checkout = of(orderId);
    RefundState held =
        List.copyOf(checkout.refunds.values()).reversed().stream()
            .filter(refund -> refund.status() != RefundStatus.FAILED)
            .findFirst()
            .orElseThrow();
    checkout.refunds.put(
        held.id(),
        new RefundState(
            held.id(),
            held.refundId(),
            held.amount(),
            status,
            held.reason(),
            status == RefundStatus.FAILED ? "lost_or_stolen_card" : null));
    tell(event, held.id(), checkout, held.refundId() != null);
  }

  /** The refunds of an order, also those that failed. */
  synchronized List<RefundState> refunds(UUID orderId) {
    Checkout checkout = byOrder.get(orderId);
    return checkout == null ? List.of() : List.copyOf(checkout.refunds.values());
  }

  /** The disputes of an order. */
  synchronized List<DisputeState> disputes(UUID orderId) {
    Checkout checkout = byOrder.get(orderId);
    return checkout == null ? List.of() : List.copyOf(checkout.disputes.values());
  }

  /** How much stands as given back; nothing of an order that it never saw. */
  synchronized long refundedOrZero(UUID orderId) {
    Checkout checkout = byOrder.get(orderId);
    return checkout == null ? 0 : checkout.refunded();
  }

  /** The buyer's bank takes the money back for now. */
  synchronized void openDispute(UUID orderId) {
    Checkout checkout = of(orderId);
    DisputeState dispute =
        new DisputeState(id("dp"), checkout.total, DisputeStatus.NEEDS_RESPONSE, "fraudulent");
    checkout.disputes.put(dispute.id(), dispute);
    tell("charge.dispute.created", dispute.id(), checkout, false);
  }

  /** The bank decides. */
  synchronized void closeDispute(UUID orderId, boolean won) {
    Checkout checkout = of(orderId);
    DisputeState open = List.copyOf(checkout.disputes.values()).getLast();
    checkout.disputes.put(
        open.id(),
        new DisputeState(
            open.id(), open.amount(), won ? DisputeStatus.WON : DisputeStatus.LOST, open.reason()));
    tell("charge.dispute.closed", open.id(), checkout, false);
  }

  private void tell(String type, String object, Checkout checkout, boolean withOrder) {
    ObjectNode event =
        Json.object()
            .put("id", id("evt"))
            .put("object", "event")
            .put("type", type)
            .put("api_version", "harness")
            .put("created", clock.instant().getEpochSecond());
    ObjectNode content = event.putObject("data").putObject("object");
    content
        .put("id", object)
        .put("amount", checkout.total.amount())
        .put("amount_total", checkout.total.amount())
        .put("currency", "eur")
        .put("payment_intent", checkout.payment);
    if (withOrder) {
      content.putObject("metadata").put("order_id", checkout.orderId.toString());
    }
    events.add(event);
    undelivered.add(event);
  }

  /** The notices that were not sent yet, the oldest first; they count as sent from now on. */
  synchronized List<ObjectNode> takeUndelivered() {
    List<ObjectNode> taken = List.copyOf(undelivered);
    undelivered.clear();
    return taken;
  }
}
