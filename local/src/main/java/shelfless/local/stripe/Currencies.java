package shelfless.local.stripe;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Stripe's rules for amounts, which differ from currency to currency. */
final class Currencies {
  /** A charge has at most eight digits. */
  static final long MOST = 99_999_999;

  private static final Set<String> THREE_DECIMALS = Set.of("bhd", "jod", "kwd", "omr", "tnd");

  /** Without decimals, yet counted in hundredths, for compatibility with what Stripe once did. */
  private static final Set<String> ZERO_DECIMALS_IN_HUNDREDTHS = Set.of("isk", "ugx");

  /**
   * The least charge, for an account that is settled in the currency (Stripe, "Minimum and maximum
   * charge amounts"); other currencies depend on the day's rate, and take any amount here.
   */
  private static final Map<String, Long> LEAST =
      Map.ofEntries(
          Map.entry("aed", 200L),
          Map.entry("aud", 50L),
          Map.entry("brl", 50L),
          Map.entry("cad", 50L),
          Map.entry("chf", 50L),
          Map.entry("czk", 1_500L),
          Map.entry("dkk", 250L),
          Map.entry("eur", 50L),
          Map.entry("gbp", 30L),
          Map.entry("hkd", 400L),
          Map.entry("huf", 17_500L),
          Map.entry("inr", 50L),
          Map.entry("jpy", 50L),
          Map.entry("mxn", 1_000L),
          Map.entry("myr", 200L),
          Map.entry("nok", 300L),
          Map.entry("nzd", 50L),
          Map.entry("pln", 200L),
          Map.entry("ron", 200L),
          Map.entry("sek", 300L),
          Map.entry("sgd", 50L),
          Map.entry("thb", 1_000L),
          Map.entry("usd", 50L));

  private Currencies() {}

  /** The least that can be charged in the currency, in its minor unit. */
  static long least(String currency) {
    return LEAST.getOrDefault(currency, 1L);
  }

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
