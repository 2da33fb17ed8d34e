package shelfless.local.stripe;

import java.security.SecureRandom;

/** Ids as Stripe makes them: a prefix that says what it is, then letters and digits. */
final class Ids {
  private static final String ALPHABET =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private final SecureRandom random = new SecureRandom();

  /** A fresh id: {@code next("pi_3")}. */
  String next(String prefix) {
    return next(prefix, 24);
  }

  /** A fresh id with so many letters and digits after the prefix. */
  String next(String prefix, int length) {
    StringBuilder id = new StringBuilder(prefix);
    random.ints(length, 0, ALPHABET.length()).forEach(at -> id.append(ALPHABET.charAt(at)));
    return id.toString();
  }
}
