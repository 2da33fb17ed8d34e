package shelfless.domain;

import java.math.BigDecimal;
import java.util.List;
import java.util.UUID;

/** What an order would cost, or why it can't be placed. */
public sealed interface PricingResult {
  /** The sums of an order and of each of its lines: {@code total = subtotal - discount + tax}. */
  record Priced(List<PricedLine> lines, Money subtotal, Money discount, Money tax, Money total)
      implements PricingResult {}

  /**
   * One product of the order. {@code taxRate} is a fraction (0.19), {@code tax} comes on top of
   * {@code lineTotal - discount}.
   */
  record PricedLine(
      UUID productId,
      ProductKind kind,
      Money unitPrice,
      int quantity,
      Money lineTotal,
      Money discount,
      BigDecimal taxRate,
      Money tax) {
    /** What the buyer pays for the line. */
    public Money paid() {
      return lineTotal.minus(discount).plus(tax);
    }
  }

  /** Why an order can't be placed as asked for. */
  sealed interface Refused extends PricingResult {}

  /** Nothing was asked for. */
  record NoLines() implements Refused {}

  /** More different products than an order holds. */
  record TooManyLines(int most) implements Refused {}

  /** A product less than once, or more often than an order holds of it, all its lines together. */
  record QuantityOutOfRange(UUID productId, int quantity, int most) implements Refused {}

  /** An order has one currency. */
  record MixedCurrencies(String first, String other) implements Refused {}

  /** The promotion is for none of these products, or only for some that are free anyway. */
  record NotCovered() implements Refused {}

  /** The promotion takes off an amount of another currency. */
  record PromotionInOtherCurrency(String currency) implements Refused {}

  /** More than the payment provider can charge at once. */
  record AmountTooLarge() implements Refused {}
}
