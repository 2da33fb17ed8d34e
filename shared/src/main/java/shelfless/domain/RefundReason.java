package shelfless.domain;

import java.util.Optional;

/** Why money was given back; the first three are the payment provider's own reasons. */
public enum RefundReason implements WireNamed {
  REQUESTED_BY_CUSTOMER,
  DUPLICATE,
  FRAUDULENT,
  OTHER;

  /** The constant of that wire name, or nothing. */
  public static Optional<RefundReason> of(String wireName) {
    return WireNamed.find(RefundReason.class, wireName);
  }
}
