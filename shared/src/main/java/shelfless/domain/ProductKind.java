package shelfless.domain;

import java.util.Optional;

/** What a product is; its tax depends on it. */
public enum ProductKind implements WireNamed {
  EBOOK,
  SOFTWARE,
  AUDIO,
  VIDEO,
  OTHER;

  /** The constant of that wire name, or nothing. */
  public static Optional<ProductKind> of(String wireName) {
    return WireNamed.find(ProductKind.class, wireName);
  }
}
