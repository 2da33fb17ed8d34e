package shelfless.domain;

import java.util.Optional;

/** How far a product's file is; only a ready one, whose checksum was verified, is delivered. */
public enum AssetStatus implements WireNamed {
  PENDING,
  VERIFYING,
  READY,
  REJECTED,
  WITHDRAWN;

  /** The constant of that wire name, or nothing. */
  public static Optional<AssetStatus> of(String wireName) {
    return WireNamed.find(AssetStatus.class, wireName);
  }
}
