package shelfless.bench.cost;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a month costs, in USD, exactly; only what is shown is rounded.
 *
 * @param lines each with what is free still in it
 * @param free what is subtracted; empty when nothing is
 */
record Bill(Size size, Usage usage, List<Line> lines, List<Line> free) {

  /**
   * @param isFixed whether it is there without any sale
   */
  record Line(String what, Price price, BigDecimal quantity, BigDecimal usd, boolean isFixed) {}

  Bill {
    lines = List.copyOf(lines);
    free = List.copyOf(free);
  }

  BigDecimal fixed() {
    return sum(lines.stream().filter(Line::isFixed).toList());
  }

  BigDecimal ofSales() {
    return sum(lines.stream().filter(line -> !line.isFixed()).toList());
  }

  BigDecimal subtracted() {
    return sum(free);
  }

  BigDecimal total() {
    return fixed().add(ofSales()).subtract(subtracted());
  }

  private static BigDecimal sum(List<Line> lines) {
    return lines.stream().map(Line::usd).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /** Collects lines, in the order in which they are shown. */
  static final class Builder {
    private final Size size;
    private final Usage usage;
    private final Prices prices;
    private final List<Line> lines = new ArrayList<>();
    private final Map<String, BigDecimal> used = new LinkedHashMap<>();

    Builder(Size size, Usage usage, Prices prices) {
      this.size = size;
      this.usage = usage;
      this.prices = prices;
    }

    /** What is there without any sale. */
    void fixed(String what, String price, BigDecimal quantity) {
      add(what, price, quantity, true);
    }

    /** What sales bring. */
    void sold(String what, String price, BigDecimal quantity) {
      add(what, price, quantity, false);
    }

    private void add(String what, String id, BigDecimal quantity, boolean isFixed) {
      if (quantity.signum() < 0) {
        throw new CostException("There is less than nothing of " + what + ".");
      }
      Price price = prices.get(id);
      BigDecimal before = used.getOrDefault(id, BigDecimal.ZERO);
      BigDecimal after = before.add(quantity);
      used.put(id, after);
      // What comes later is in later tiers.
      BigDecimal usd = price.of(after).subtract(price.of(before));
      lines.add(new Line(what, price, quantity, usd, isFixed));
    }

    /** What is free of a price with tiers is taken from the last of them, which is the least. */
    Bill bill(boolean subtractsFree) {
      List<Line> free = new ArrayList<>();
      if (subtractsFree) {
        used.forEach(
            (id, quantity) -> {
              BigDecimal allowed = quantity.min(prices.free().getOrDefault(id, BigDecimal.ZERO));
              Price price = prices.get(id);
              BigDecimal usd = price.of(quantity).subtract(price.of(quantity.subtract(allowed)));
              if (usd.signum() > 0) {
                free.add(new Line(price.what(), price, allowed, usd, false));
              }
            });
      }
      return new Bill(size, usage, lines, free);
    }
  }
}
