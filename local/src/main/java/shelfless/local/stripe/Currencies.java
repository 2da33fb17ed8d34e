package shelfless.local.stripe;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.Locale;
import java.util.Set;

/** Stripe's rules for amounts, which differ from currency to currency. */
final class Currencies {
  /** A charge has at most eight digits. */
  static final long MOST = 99_999_999;

  private static final Set<String> THREE_DECIMALS = Set.of("bhd", "jod", "kwd", "omr", "tnd");

  /** Without decimals, yet counted in hundredths, for compatibility with what Stripe once did. */
  private static final Set<String> ZERO_DECIMALS_IN_HUNDREDTHS = Set.of("isk", "ugx");

  private Currencies() {}

  /** Refuses what is no currency, and an amount that is negative or not a round one where asked. */
  static void check(String currency, String currencyParam, long amount, String amountParam) {
    if (!currency.matches("[a-z]{3}") || !isKnown(currency)) {
      throw ApiError.parameter(
          null,
          currencyParam,
          "Invalid currency: "
              + currency
              + ". It must be a lower-case ISO code that Stripe takes.");
    }
    if (amount < 0) {
      throw ApiError.parameter(
          "parameter_invalid_integer", amountParam, "Invalid non-negative integer");
    }
    if (amount > MOST) {
      throw ApiError.parameter(
          "amount_too_large", amountParam, "Amount must be no more than " + MOST + ".");
    }
    long step =
        THREE_DECIMALS.contains(currency)
            ? 10
            : ZERO_DECIMALS_IN_HUNDREDTHS.contains(currency) ? 100 : 1;
    if (amount % step != 0) {
      throw ApiError.parameter(
          "parameter_invalid_integer",
          amountParam,
          "Invalid amount: in %s it must be a multiple of %d, but is %d."
              .formatted(currency.toUpperCase(Locale.ROOT), step, amount));
    }
  }

  private static boolean isKnown(String currency) {
    try {
      return Currency.getInstance(currency.toUpperCase(Locale.ROOT)).getDefaultFractionDigits()
          >= 0;
    } catch (IllegalArgumentException unknown) {
      return false;
    }
  }

  /** The amount for a person: {@code EUR 19.00}. */
  static String format(long amount, String currency) {
    String code = currency.toUpperCase(Locale.ROOT);
    int digits =
        ZERO_DECIMALS_IN_HUNDREDTHS.contains(currency)
            ? 2
            : Currency.getInstance(code).getDefaultFractionDigits();
    return code + " " + BigDecimal.valueOf(amount, digits).toPlainString();
  }
}
