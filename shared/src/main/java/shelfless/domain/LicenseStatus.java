package shelfless.domain;

import java.util.Optional;

/** What a licence key validates as; it follows the entitlement that it belongs to. */
public enum LicenseStatus implements WireNamed {
  ACTIVE,
  SUSPENDED,
  REVOKED;

  /** The constant of that wire name, or nothing. */
  public static Optional<LicenseStatus> of(String wireName) {
    return WireNamed.find(LicenseStatus.class, wireName);
  }
}
