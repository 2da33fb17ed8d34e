package shelfless.domain;

import java.util.Optional;

/** Where an order stands; from its payment on it is derived, by {@link Access#orderStatus}. */
public enum OrderStatus implements WireNamed {
  PENDING,
  PAID,
  FAILED,
  CANCELLED,
  PARTIALLY_REFUNDED,
  REFUNDED,
  DISPUTED;

  /** Whether the order was paid once, whatever became of the money since. */
  public boolean wasPaid() {
    return switch (this) {
      case PENDING, FAILED, CANCELLED -> false;
      case PAID, PARTIALLY_REFUNDED, REFUNDED, DISPUTED -> true;
    };
  }

  /** The constant of that wire name, or nothing. */
  public static Optional<OrderStatus> of(String wireName) {
    return WireNamed.find(OrderStatus.class, wireName);
  }
}
