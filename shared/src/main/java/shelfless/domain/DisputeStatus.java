package shelfless.domain;

import java.util.Optional;

/** How far a dispute is, in the payment provider's own words. */
public enum DisputeStatus implements WireNamed {
  WARNING_NEEDS_RESPONSE(0),
  WARNING_UNDER_REVIEW(1),
  WARNING_CLOSED(2),
  NEEDS_RESPONSE(3),
  UNDER_REVIEW(4),
  WON(5),
  LOST(5),
  /** Settled before it became a dispute. */
  PREVENTED(5);

  /** States follow one another upwards; an inquiry can turn into a dispute, never back. */
  private final int stage;

  DisputeStatus(int stage) {
    this.stage = stage;
  }

  /** Whether it is an inquiry: no money was taken back, nothing happens to access (rule 9). */
  public boolean isWarning() {
    return stage <= WARNING_CLOSED.stage;
  }

  /** Whether its order's entitlements are suspended while it lasts (rule 9). */
  public boolean suspends() {
    return this == NEEDS_RESPONSE || this == UNDER_REVIEW;
  }

  /** Whether the money is gone for good, and access with it (rule 9). */
  public boolean isLost() {
    return this == LOST;
  }

  /** Whether nothing follows any more. */
  public boolean isClosed() {
    return this == WARNING_CLOSED || stage == WON.stage;
  }

  /** Whether its order counts as disputed, and its charge is not refunded. */
  public boolean counts() {
    return suspends() || isLost();
  }

  /** Whether news may move it there: only forward, so that stale news never undoes newer ones. */
  public boolean mayBecome(DisputeStatus next) {
    return next.stage > stage;
  }

  /** The constant of that wire name, or nothing. */
  public static Optional<DisputeStatus> of(String wireName) {
    return WireNamed.find(DisputeStatus.class, wireName);
  }
}
