package shelfless.domain;

import java.util.Optional;

/** How far a payment is; a pending one is a delayed payment method, neither paid nor failed. */
public enum PaymentStatus implements WireNamed {
  PENDING,
  SUCCEEDED,
  FAILED;

  /** The constant of that wire name, or nothing. */
  public static Optional<PaymentStatus> of(String wireName) {
    return WireNamed.find(PaymentStatus.class, wireName);
  }
}
