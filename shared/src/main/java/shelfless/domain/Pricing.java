package shelfless.domain;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import shelfless.domain.PricingResult.AmountTooLarge;
import shelfless.domain.PricingResult.MixedCurrencies;
import shelfless.domain.PricingResult.NoLines;
import shelfless.domain.PricingResult.NotCovered;
import shelfless.domain.PricingResult.Priced;
import shelfless.domain.PricingResult.PricedLine;
import shelfless.domain.PricingResult.PromotionInOtherCurrency;
import shelfless.domain.PricingResult.QuantityOutOfRange;
import shelfless.domain.PricingResult.TooManyLines;

/** What an order costs (rule 2): one way for the quote, the order and the payment page. */
public final class Pricing {
  /** Different products in one order. */
  public static final int MOST_LINES = 50;

  /** Units of one product in one order. */
  public static final int MOST_UNITS = 100;

  private Pricing() {}

  /** A product that is asked for, at the price that it has now. */
  public record Line(UUID productId, ProductKind kind, Money unitPrice, int quantity) {}

  /**
   * Prices an order. Percentages and tax are rounded half up for each line; an amount off is spread
   * over the covered lines in proportion to what they cost, to the last cent.
   *
   * @param lines what is asked for; the same product named twice becomes one line
   * @param taxRate the fraction of the net price that tax adds, zero where there is none
   */
  public static PricingResult price(
      List<Line> lines, Optional<Promotion> promotion, Function<ProductKind, BigDecimal> taxRate) {
    if (lines.isEmpty()) {
      return new NoLines();
    }
    String currency = lines.getFirst().unitPrice().currency();
    Map<UUID, Line> merged = new LinkedHashMap<>();
    for (Line line : lines) {
      if (!line.unitPrice().currency().equals(currency)) {
        return new MixedCurrencies(currency, line.unitPrice().currency());
      }
      if (line.quantity() < 1 || line.quantity() > MOST_UNITS) {
        return new QuantityOutOfRange(line.productId(), line.quantity(), MOST_UNITS);
      }
      Line whole = merged.merge(line.productId(), line, Pricing::together);
      if (whole.quantity() > MOST_UNITS) {
        return new QuantityOutOfRange(line.productId(), whole.quantity(), MOST_UNITS);
      }
    }
    if (merged.size() > MOST_LINES) {
      return new TooManyLines(MOST_LINES);
    }
    try {
      return price(merged.values(), currency, promotion, taxRate);
    } catch (ArithmeticException overflow) {
      return new AmountTooLarge();
    }
  }

  private static Line together(Line one, Line other) {
    if (!one.unitPrice().equals(other.unitPrice())) {
      throw new IllegalArgumentException("two prices for product " + one.productId());
    }
    return new Line(
        one.productId(), one.kind(), one.unitPrice(), one.quantity() + other.quantity());
  }

  private static PricingResult price(
      Collection<Line> lines,
      String currency,
      Optional<Promotion> promotion,
      Function<ProductKind, BigDecimal> taxRate) {
    Money nothing = Money.zero(currency);
    List<Money> lineTotals = new ArrayList<>();
    List<Money> coveredTotals = new ArrayList<>();
    Money subtotal = nothing;
    Money covered = nothing;
    for (Line line : lines) {
      Money lineTotal = line.unitPrice().times(line.quantity());
      boolean isCovered = promotion.isPresent() && promotion.get().covers(line.productId());
      lineTotals.add(lineTotal);
      coveredTotals.add(isCovered ? lineTotal : nothing);
      subtotal = subtotal.plus(lineTotal);
      covered = covered.plus(coveredTotals.getLast());
    }

    List<Money> discounts = coveredTotals.stream().map(total -> nothing).toList();
    if (promotion.isPresent()) {
      if (covered.isZero()) {
        return new NotCovered();
      }
      switch (promotion.get().off()) {
        case Promotion.Percent(int percent) ->
            discounts =
                coveredTotals.stream()
                    .map(total -> fraction(total, BigDecimal.valueOf(percent, 2)))
                    .toList();
        case Promotion.Amount(Money amount) -> {
          if (!amount.currency().equals(currency)) {
            return new PromotionInOtherCurrency(amount.currency());
          }
          discounts = spread(amount.min(covered), coveredTotals);
        }
      }
    }

    List<PricedLine> priced = new ArrayList<>();
    Money discount = nothing;
    Money tax = nothing;
    for (Line line : lines) {
      int i = priced.size();
      BigDecimal rate = taxRate.apply(line.kind());
      Money lineTax = fraction(lineTotals.get(i).minus(discounts.get(i)), rate);
      priced.add(
          new PricedLine(
              line.productId(),
              line.kind(),
              line.unitPrice(),
              line.quantity(),
              lineTotals.get(i),
              discounts.get(i),
              rate,
              lineTax));
      discount = discount.plus(discounts.get(i));
      tax = tax.plus(lineTax);
    }
    Money total = subtotal.minus(discount).plus(tax);
    if (total.isBeyondLargestCharge()) {
      return new AmountTooLarge();
    }
    return new Priced(List.copyOf(priced), subtotal, discount, tax, total);
  }

  private static Money fraction(Money whole, BigDecimal rate) {
    BigDecimal step = BigDecimal.valueOf(whole.step());
    BigDecimal exact = BigDecimal.valueOf(whole.amount()).multiply(rate);
    return whole.of(exact.divide(step, 0, RoundingMode.HALF_UP).multiply(step).longValueExact());
  }

  private static List<Money> spread(Money discount, List<Money> over) {
    long step = discount.step();
    for (Money each : over) {
      step = Math.min(step, each.step());
    }
    long[] weights = over.stream().mapToLong(Money::amount).toArray();
    return Arrays.stream(Split.inProportion(discount.amount(), weights, step))
        .mapToObj(discount::of)
        .toList();
  }
}
