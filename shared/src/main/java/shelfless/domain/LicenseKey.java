package shelfless.domain;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A licence key that the shop makes: 125 random bits as five groups of five characters of
 * Crockford's base 32, which has no I, L, O or U to be misread. Keys that a seller imports have
 * whatever form they have.
 */
public record LicenseKey(String value) {
  /** Random bytes that make a key. */
  public static final int RANDOM_BYTES = 16;

  private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final int CHARACTERS = 25;
  private static final Pattern KEY =
      Pattern.compile("[" + ALPHABET + "]{5}(-[" + ALPHABET + "]{5}){4}");

  public LicenseKey {
    if (!KEY.matcher(value).matches()) {
      throw new IllegalArgumentException("not a licence key of the shop's own form");
    }
  }

  /** A key of {@link #RANDOM_BYTES} random bytes. */
  public static LicenseKey of(byte[] random) {
    if (random.length != RANDOM_BYTES) {
      throw new IllegalArgumentException("a key is made from " + RANDOM_BYTES + " bytes");
    }
    BigInteger bits = new BigInteger(1, random);
    StringBuilder characters = new StringBuilder();
    for (int i = 0; i < CHARACTERS; i++) {
      characters.append(ALPHABET.charAt(bits.shiftRight(5 * i).intValue() & 31));
    }
    return new LicenseKey(grouped(characters.toString()));
  }

  /**
   * The key that a person typed: in any case, with or without hyphens and spaces, O for 0 and I or
   * L for 1. Nothing when it is not of this form; it may still be an imported key.
   */
  public static Optional<LicenseKey> parse(String typed) {
    String plain =
        typed
            .replaceAll("[-\\s]", "")
            .toUpperCase(Locale.ROOT)
            .replace('O', '0')
            .replace('I', '1')
            .replace('L', '1');
    String key = plain.length() == CHARACTERS ? grouped(plain) : "";
    return KEY.matcher(key).matches() ? Optional.of(new LicenseKey(key)) : Optional.empty();
  }

  private static String grouped(String characters) {
    return characters.replaceAll("(.{5})(?=.)", "$1-");
  }
}
