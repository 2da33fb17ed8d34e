package shelfless.orders;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.domain.DisputeStatus;
import shelfless.domain.Money;
import shelfless.domain.PaymentStatus;
import shelfless.domain.RefundStatus;

/**
 * The payment provider, as far as the shop uses it. No call is made while a transaction or a lock
 * is held.
 *
 * <p>Every call throws {@link shelfless.runtime.Unavailable} when the provider can't be reached, is
 * slow or fails; the same call can then be made again, since what it makes is keyed by our ids.
 */
public interface PaymentProvider {
  /** The provider's name in the database: {@code stripe}. */
  String name();

  /**
   * Makes the page on which the order is paid, or gives back the one that was made before for the
   * same order.
   *
   * @throws Refused when the provider will not take such an order
   */
  Session createSession(NewSession session);

  /** How the session and all that followed from it stand at the provider now. */
  State fetch(String sessionId, boolean withRefundsAndDisputes);

  /** Ends a session that is still open; false when it was complete or over already. */
  boolean expireSession(String sessionId);

  /**
   * The order that a payment of the provider's belongs to, by what we noted on it; nothing for one
   * that is not ours.
   */
  Optional<UUID> orderOfPayment(String providerPaymentId);

  /**
   * Gives money back, or gives back the refund that was made before for the same id of ours.
   *
   * @throws Refused when the provider will not: the charge is disputed, or was refunded already
   */
  RefundState refund(NewRefund refund);

  /** What the provider told between the two times, the oldest first; it remembers 30 days. */
  List<Event> events(Instant from, Instant to);

  /** A line of the payment page. */
  record Line(String title, Money unitAmount, int quantity) {}

  /**
   * What is to be paid, and where the buyer goes afterwards.
   *
   * @param note all of the sale, which the provider keeps for us: see {@link
   *     shelfless.data.SaleNotes}
   */
  record NewSession(
      UUID orderId,
      String orderNumber,
      String email,
      String note,
      List<Line> lines,
      String successUrl,
      String cancelUrl) {}

  /** A page on which an order is paid. */
  record Session(String id, String url, Instant expiresAt) {}

  /** What is to be given back. */
  record NewRefund(
      UUID refundId, UUID orderId, String providerPaymentId, Money amount, String reason) {}

  /**
   * How an order stands at the provider.
   *
   * @param orderId what we noted on the session; null when it is not ours
   * @param sale the sale as it was noted; null where no note is kept
   * @param session whether it can still be paid
   * @param total what the session asks for
   * @param payment the payment, once there is one
   * @param refunds null when they were not asked for
   * @param disputes null when they were not asked for
   */
  record State(
      @Nullable UUID orderId,
      @Nullable Sale sale,
      Session details,
      SessionStatus session,
      Money total,
      @Nullable PaymentState payment,
      @Nullable List<RefundState> refunds,
      @Nullable List<DisputeState> disputes) {}

  /** What was sold, and to whom, as the provider keeps it for us. */
  record Sale(String email, String note) {}

  /** Whether a session can still be paid. */
  enum SessionStatus {
    OPEN,
    COMPLETE,
    EXPIRED
  }

  /** A payment; {@code evidence} is the allow-list of fields that is kept. */
  record PaymentState(String id, Money amount, PaymentStatus status, ObjectNode evidence) {}

  /** A refund; {@code refundId} is our id, null for one made in the provider's dashboard. */
  record RefundState(
      String id,
      @Nullable UUID refundId,
      Money amount,
      RefundStatus status,
      @Nullable String reason,
      @Nullable String failure) {}

  /** A dispute. */
  record DisputeState(String id, Money amount, DisputeStatus status, String reason) {}

  /**
   * That something happened to an object of the provider's. Only the ids are read; what is true now
   * is fetched.
   *
   * @param sessionId set when it is about a session
   * @param paymentId set when it is about a payment, a refund or a dispute
   * @param orderId what we noted on the object, when it carries it
   */
  record Event(
      String id,
      String type,
      @Nullable String apiVersion,
      Instant created,
      @Nullable String sessionId,
      @Nullable String paymentId,
      @Nullable UUID orderId,
      ObjectNode evidence) {}

  /** The provider understood and will not. */
  final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    public Refused(String code, String message) {
      super(message);
      this.code = code;
    }

    /** The provider's own word for it: {@code charge_disputed}. */
    public String code() {
      return code;
    }
  }
}
