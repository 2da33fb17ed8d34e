package shelfless.domain;

import java.util.Locale;
import java.util.regex.Pattern;

/** A product's name in the seller's own books. */
public final class Sku {
  /** Characters that a SKU may have. */
  public static final int MAX_LENGTH = 64;

  private static final Pattern SKU = Pattern.compile("[\\p{L}\\p{N}\\p{P}\\p{S}]{1,64}");
  private static final String FALLBACK = "PRODUCT";

  private Sku() {}

  /** Whether the seller may use the text: visible characters without spaces. */
  public static boolean isValid(String text) {
    return SKU.matcher(text).matches();
  }

  /** A SKU made from a title: {@code SHELFLESS-HANDBOOK}. */
  public static String of(String title) {
    return of(title, 1);
  }

  /** The nth SKU of a title, for when those before it are taken. */
  public static String of(String title, int nth) {
    String suffix = nth == 1 ? "" : "-" + nth;
    String words = Slug.words(title, MAX_LENGTH - suffix.length()).toUpperCase(Locale.ROOT);
    return (words.isEmpty() ? FALLBACK : words) + suffix;
  }
}
