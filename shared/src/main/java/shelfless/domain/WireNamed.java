package shelfless.domain;

import java.util.Locale;
import java.util.Optional;

/**
 * A constant that has one name in JSON, in the database and in mails: its Java name in lower case.
 */
public interface WireNamed {
  /** The constant's Java name; every enum has it. */
  String name();

  /** The name outside of Java, such as {@code partially_refunded}. */
  default String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The constant of that exact name, or nothing: input may hold any text. */
  static <E extends Enum<E> & WireNamed> Optional<E> find(Class<E> type, String wireName) {
    for (E constant : type.getEnumConstants()) {
      if (constant.wireName().equals(wireName)) {
        return Optional.of(constant);
      }
    }
    return Optional.empty();
  }
}
