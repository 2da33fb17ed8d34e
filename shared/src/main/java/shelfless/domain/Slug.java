package shelfless.domain;

import java.util.Locale;
import java.util.regex.Pattern;

/** A product's name in addresses: lower-case ASCII words with hyphens between. */
public final class Slug {
  /** Characters that a slug may have. */
  public static final int MAX_LENGTH = 100;

  private static final Pattern SLUG = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
  private static final String FALLBACK = "product";

  private Slug() {}

  /** Whether the text is a slug as it stands. */
  public static boolean isValid(String text) {
    return text.length() <= MAX_LENGTH && SLUG.matcher(text).matches();
  }

  /** The slug of a title; {@code product} when it has no letter or digit that ASCII can hold. */
  public static String of(String title) {
    return of(title, 1);
  }

  /** The nth slug of a title, for when those before it are taken: {@code handbook-2}. */
  public static String of(String title, int nth) {
    String suffix = nth == 1 ? "" : "-" + nth;
    String words = words(title, MAX_LENGTH - suffix.length());
    return (words.isEmpty() ? FALLBACK : words) + suffix;
  }

  /** The title's ASCII letters and digits in lower case, hyphens between, at most so many. */
  static String words(String title, int most) {
    // An apostrophe is inside a word: "seller's" is one.
    String plain = Ascii.fold(title).toLowerCase(Locale.ROOT).replaceAll("['’]", "");
    String hyphened = plain.replaceAll("[^a-z0-9]+", "-").replaceAll("^-", "");
    return hyphened.substring(0, Math.min(most, hyphened.length())).replaceAll("-$", "");
  }
}
