package shelfless.domain;

import java.util.Optional;

/** How far a refund is, in the order in which the states can follow one another. */
public enum RefundStatus implements WireNamed {
  /** Recorded here; the payment provider may not have heard of it yet. */
  REQUESTED,
  /** Accepted by the payment provider, the money on its way. */
  PENDING,
  SUCCEEDED,
  /** It did not arrive, perhaps after it had seemed to: the money is the shop's again. */
  FAILED;

  /** Whether it takes access away: once the provider has it, until it fails (rule 8). */
  public boolean revokes() {
    return this == PENDING || this == SUCCEEDED;
  }

  /** Whether its amount and units are spoken for, so that no other refund may take them. */
  public boolean claims() {
    return this != FAILED;
  }

  /** Whether news may move it there: only forward, so that stale news never undoes newer ones. */
  public boolean mayBecome(RefundStatus next) {
    return next.compareTo(this) > 0;
  }

  /** The constant of that wire name, or nothing. */
  public static Optional<RefundStatus> of(String wireName) {
    return WireNamed.find(RefundStatus.class, wireName);
  }
}
