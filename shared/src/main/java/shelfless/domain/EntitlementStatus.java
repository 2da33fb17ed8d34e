package shelfless.domain;

import java.util.Optional;

/** Whether an entitlement opens, as {@link Access#derive} says; only an active one does. */
public enum EntitlementStatus implements WireNamed {

  /** Paid, and waiting for a licence key. */
  PENDING,
  ACTIVE,
  /** While a dispute awaits its end; it may come back. */
  SUSPENDED,
  REVOKED;

  /** The constant of that wire name, or nothing. */
  public static Optional<EntitlementStatus> of(String wireName) {
    return WireNamed.find(EntitlementStatus.class, wireName);
  }
}
