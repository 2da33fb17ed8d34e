package shelfless.domain;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether an entitlement opens, and why not. It is derived from what is recorded, again whenever
 * one of the facts changes, and never toggled by events (rule 7).
 *
 * @param reason why it does not open; null when it does
 */
public record Access(EntitlementStatus status, @Nullable Reason reason) {
  /** It opens. */
  public static final Access ACTIVE = new Access(EntitlementStatus.ACTIVE, null);

  public Access {
    if (status == EntitlementStatus.REVOKED && reason == null) {
      throw new IllegalArgumentException("what is revoked has a reason");
    }
  }

  /** Why an entitlement does not open. */
  public enum Reason implements WireNamed {
    /** A refund covers the unit, or all of the order (rule 8). */
    REFUNDED,
    /** The bank gave the buyer the money back (rule 9). */
    DISPUTE_LOST,
    /** The seller revoked it by hand. */
    REVOKED_BY_SELLER,
    /** A dispute of the order is open (rule 9). */
    DISPUTED,
    /** The order is not paid. */
    NOT_PAID,
    /** Paid, but the pool of licence keys was empty (rule 11). */
    AWAITING_LICENSE_KEY;

    /** The constant of that wire name, or nothing. */
    public static Optional<Reason> of(String wireName) {
      return WireNamed.find(Reason.class, wireName);
    }
  }

  /**
   * Whether a unit's entitlement opens. What revokes comes before what suspends, and that before
   * what only waits.
   *
   * @param withdrawn whether the seller revoked it by hand
   * @param keyMissing whether its product has licence keys and none was left for it
   */
  public static Access derive(OrderFacts order, Unit unit, boolean withdrawn, boolean keyMissing) {
    if (!order.paid()) {
      return new Access(EntitlementStatus.PENDING, Reason.NOT_PAID);
    }
    if (order.isFullyRefunded() || order.isRefunded(unit)) {
      return new Access(EntitlementStatus.REVOKED, Reason.REFUNDED);
    }
    if (order.disputes().stream().anyMatch(DisputeStatus::isLost)) {
      return new Access(EntitlementStatus.REVOKED, Reason.DISPUTE_LOST);
    }
    if (withdrawn) {
      return new Access(EntitlementStatus.REVOKED, Reason.REVOKED_BY_SELLER);
    }
    if (order.disputes().stream().anyMatch(DisputeStatus::suspends)) {
      return new Access(EntitlementStatus.SUSPENDED, Reason.DISPUTED);
    }
    if (keyMissing) {
      return new Access(EntitlementStatus.PENDING, Reason.AWAITING_LICENSE_KEY);
    }
    return ACTIVE;
  }

  /**
   * Where an order stands: disputed before refunded before partially refunded before paid. An order
   * that is not paid keeps the status that was recorded.
   */
  public static OrderStatus orderStatus(OrderStatus recorded, OrderFacts order) {
    if (!order.paid()) {
      return recorded;
    }
    if (order.isDisputed()) {
      return OrderStatus.DISPUTED;
    }
    if (order.isFullyRefunded()) {
      return OrderStatus.REFUNDED;
    }
    return order.refunded().isPositive() ? OrderStatus.PARTIALLY_REFUNDED : OrderStatus.PAID;
  }
}
