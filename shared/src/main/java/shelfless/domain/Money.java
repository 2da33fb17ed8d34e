package shelfless.domain;

import java.math.BigDecimal;
import java.text.NumberFormat;
import java.util.Currency;
import java.util.Locale;
import java.util.Set;

/**
 * An amount of money: a whole number of the currency's minor unit (cents; JPY has none, KWD a
 * thousandth) beside its ISO 4217 code. Sums are exact or refused with an {@link
 * ArithmeticException}; two currencies never meet.
 */
public record Money(long amount, String currency) {
  /** The payment provider takes eight digits, whatever the currency ... */
  private static final long LARGEST_CHARGE = 99_999_999;

  /** ... but twelve of the rupiah, of which eight digits would buy a dinner. */
  private static final long LARGEST_CHARGE_IDR = 999_999_999_999L;

  /**
   * Currencies in which the provider's smallest unit is not that of ISO 4217: what is sold in them
   * would be charged a hundredfold, or a hundredth.
   */
  private static final Set<String> COUNTED_OTHERWISE = Set.of("ISK", "MGA", "UGX");

  /** An {@link IllegalArgumentException} when the currency is none: check input first. */
  public Money {
    if (!isCurrency(currency)) {
      throw new IllegalArgumentException("not an ISO 4217 currency: " + currency);
    }
  }

  /** Nothing, in that currency. */
  public static Money zero(String currency) {
    return new Money(0, currency);
  }

  /** Whether it is the upper-case code of a currency that has a minor unit (gold has none). */
  public static boolean isCurrency(String code) {
    try {
      return Currency.getInstance(code).getDefaultFractionDigits() >= 0;
    } catch (IllegalArgumentException unknown) {
      return false;
    }
  }

  public Money plus(Money other) {
    return new Money(Math.addExact(amount, sameCurrency(other)), currency);
  }

  public Money minus(Money other) {
    return new Money(Math.subtractExact(amount, sameCurrency(other)), currency);
  }

  public Money times(long factor) {
    return new Money(Math.multiplyExact(amount, factor), currency);
  }

  /** Another amount of the same currency. */
  public Money of(long otherAmount) {
    return new Money(otherAmount, currency);
  }

  public boolean isZero() {
    return amount == 0;
  }

  public boolean isPositive() {
    return amount > 0;
  }

  public boolean isLessThan(Money other) {
    return amount < sameCurrency(other);
  }

  public boolean isMoreThan(Money other) {
    return amount > sameCurrency(other);
  }

  public Money min(Money other) {
    return isMoreThan(other) ? other : this;
  }

  /**
   * Whether the payment provider can take or give back exactly this: not negative, not beyond its
   * largest charge, and ending in 0 where the currency has three decimals. Zero is; it is never
   * asked for. What is least depends on the provider's account, and is the provider's to refuse.
   */
  public boolean isChargeable() {
    return amount >= 0
        && !isBeyondLargestCharge()
        && amount % smallestCoin() == 0
        && !COUNTED_OTHERWISE.contains(currency);
  }

  /** Whether it is more than the payment provider takes at once. */
  boolean isBeyondLargestCharge() {
    return amount > (currency.equals("IDR") ? LARGEST_CHARGE_IDR : LARGEST_CHARGE);
  }

  /**
   * The steps in which this amount can be divided so that each part can be charged and given back:
   * 1, or 10 in a currency of three decimals.
   */
  long step() {
    return amount % smallestCoin() == 0 ? smallestCoin() : 1;
  }

  private long smallestCoin() {
    return decimals() == 3 ? 10 : 1;
  }

  /** How many decimals of the main unit the amount counts: 2 for EUR, 0 for JPY, 3 for KWD. */
  public int decimals() {
    return Currency.getInstance(currency).getDefaultFractionDigits();
  }

  /** The amount in the main unit: 19.00 for 1900 EUR. */
  public BigDecimal toDecimal() {
    return BigDecimal.valueOf(amount, decimals());
  }

  /** The amount as people of that locale write it, with the currency's own decimals. */
  public String format(Locale locale) {
    NumberFormat format = NumberFormat.getCurrencyInstance(locale);
    format.setCurrency(Currency.getInstance(currency));
    format.setMinimumFractionDigits(decimals());
    format.setMaximumFractionDigits(decimals());
    return format.format(toDecimal());
  }

  private long sameCurrency(Money other) {
    if (!currency.equals(other.currency)) {
      throw new IllegalArgumentException("two currencies: " + currency + " and " + other.currency);
    }
    return other.amount;
  }
}
