package shelfless.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MoneyTest {
  private static final Money EUR = new Money(1900, "EUR");

  @Test
  void sums_areExactOrRefused() {
    assertEquals(new Money(2000, "EUR"), EUR.plus(new Money(100, "EUR")));
    assertEquals(new Money(1800, "EUR"), EUR.minus(new Money(100, "EUR")));
    assertEquals(new Money(5700, "EUR"), EUR.times(3));
    Money most = new Money(Long.MAX_VALUE, "EUR");
    assertThrows(ArithmeticException.class, () -> most.plus(EUR));
    assertThrows(ArithmeticException.class, () -> most.times(2));
    assertThrows(ArithmeticException.class, () -> new Money(Long.MIN_VALUE, "EUR").minus(EUR));
  }

  @Test
  void twoCurrencies_neverMeet() {
    Money dollars = new Money(1900, "USD");
    assertThrows(IllegalArgumentException.class, () -> EUR.plus(dollars));
    assertThrows(IllegalArgumentException.class, () -> EUR.minus(dollars));
    assertThrows(IllegalArgumentException.class, () -> EUR.isLessThan(dollars));
  }

  @ParameterizedTest
  @ValueSource(strings = {"eur", "EURO", "", "XXX", "XAU", "ZZZ", "€"})
  void whatIsNoCurrency_isRefused(String code) {
    assertFalse(Money.isCurrency(code));
    assertThrows(IllegalArgumentException.class, () -> new Money(1, code));
  }

  @ParameterizedTest
  @CsvSource({
    "0, EUR, true",
    "1, EUR, true",
    "-1, EUR, false",
    "99999999, EUR, true",
    "100000000, EUR, false",
    "100000000, IDR, true",
    "1000000000000, IDR, false",
    "500, JPY, true",
    "5120, KWD, true",
    "5124, KWD, false",
    "500, ISK, false",
    "500, UGX, false",
  })
  void chargeable_isWhatTheProviderCanTake(long amount, String currency, boolean chargeable) {
    assertEquals(chargeable, new Money(amount, currency).isChargeable());
  }

  @ParameterizedTest
  @CsvSource({
    "1900, EUR, en-IE, €19.00",
    "123456, USD, en-US, '$1,234.56'",
    "500, JPY, ja-JP, ￥500",
    "5120, KWD, en-US, KWD5.120",
    "1900, EUR, de-DE, '19,00 €'",
  })
  void format_usesTheLocaleAndTheCurrencysOwnDecimals(
      long amount, String currency, String locale, String written) {
    String formatted = new Money(amount, currency).format(Locale.forLanguageTag(locale));
    assertEquals(written, formatted.replace('\u00a0', ' '));
  }

  @Test
  void comparisons_areByAmount() {
    Money less = new Money(1, "EUR");
    assertTrue(less.isLessThan(EUR) && EUR.isMoreThan(less) && !EUR.isLessThan(EUR));
    assertEquals(less, EUR.min(less));
    assertEquals(less, less.min(EUR));
    assertEquals("19.00", EUR.toDecimal().toPlainString());
  }
}
