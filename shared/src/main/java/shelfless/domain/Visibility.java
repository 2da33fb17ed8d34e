package shelfless.domain;

import java.util.Optional;

/** Who finds a product. */
public enum Visibility implements WireNamed {
  /** Being prepared: for admins only. */
  DRAFT,
  /** For sale to whoever knows its address, and listed nowhere. */
  UNLISTED,
  PUBLIC,
  /** No longer sold; those who bought it keep it. */
  ARCHIVED;

  /** The constant of that wire name, or nothing. */
  public static Optional<Visibility> of(String wireName) {
    return WireNamed.find(Visibility.class, wireName);
  }
}
