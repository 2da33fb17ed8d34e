package shelfless.bench.cost;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;

/** Bills for people, in Markdown. Money is rounded to the cent where it is shown, half up. */
final class Statement {
  private Statement() {}

  /** Each line of one bill, with its quantity, its price and its sum. */
  static String lines(Bill bill) {
    StringBuilder text =
        new StringBuilder(
            """
            | %s | quantity | unit | USD a unit | USD |
            |---|--:|---|--:|--:|
            """
                .formatted(bill.size()));
    rows(text, bill.lines().stream().filter(Bill.Line::isFixed).toList(), "");
    sum(text, "without any sale", bill.fixed());
    rows(text, bill.lines().stream().filter(line -> !line.isFixed()).toList(), "");
    sum(text, "by the sales", bill.ofSales());
    if (!bill.free().isEmpty()) {
      rows(text, bill.free(), "Free: ");
      sum(text, "free, subtracted", bill.subtracted().negate());
    }
    sum(text, "together", bill.total());
    return text.toString();
  }

  private static void rows(StringBuilder text, List<Bill.Line> lines, String before) {
    for (Bill.Line line : lines) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s%s | %s | %s | %s | %s |%n",
              before,
              line.what(),
              quantity(line.quantity()),
              line.price().unit(),
              unitPrice(line.price()),
              cents(before.isEmpty() ? line.usd() : line.usd().negate())));
    }
  }

  private static void sum(StringBuilder text, String what, BigDecimal usd) {
    text.append(String.format(Locale.ROOT, "| **%s** | | | | **%s** |%n", what, cents(usd)));
  }

  /** One row a bill. */
  static String table(List<Bill> bills) {
    StringBuilder table =
        new StringBuilder(
            """
            | orders | size | without any sale | by the sales | free | USD a month | cents an order |
            |--:|---|--:|--:|--:|--:|--:|
            """);
    for (Bill bill : bills) {
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %s | %s | **%s** | %s |%n",
              quantity(bill.usage().orders()),
              bill.size(),
              cents(bill.fixed()),
              cents(bill.ofSales()),
              cents(bill.subtracted().negate()),
              cents(bill.total()),
              centsAnOrder(bill.total(), bill.usage().orders())));
    }
    return table.toString();
  }

  /**
   * What hosted shops take, beside what this one costs, one column a number of orders.
   *
   * @param bills as in the table
   * @param usd an average sale
   */
  static String comparison(
      List<Hosted> shops, List<Bill> bills, List<BigDecimal> orders, BigDecimal usd) {
    StringBuilder table = new StringBuilder("| USD a month |");
    orders.forEach(each -> table.append(' ').append(quantity(each)).append(" orders |"));
    table.append(" card's fee | pays the VAT |\n|---|");
    orders.forEach(each -> table.append("--:|"));
    table.append("---|---|\n");
    for (Size size : Size.values()) {
      table.append("| this shop, ").append(size).append(" |");
      for (BigDecimal each : orders) {
        table.append(' ').append(cents(of(bills, size, each).total())).append(" |");
      }
      table.append(" extra (Stripe's) | no |\n");
    }
    for (Hosted shop : shops) {
      table.append("| ").append(shop.name()).append(shop.verified() ? " |" : " (not verified) |");
      for (BigDecimal each : orders) {
        table.append(' ').append(cents(shop.takes(each, usd))).append(" |");
      }
      table
          .append(shop.card() ? " in it |" : " extra |")
          .append(shop.tax() ? " yes |\n" : " no |\n");
    }
    return table.toString();
  }

  private static Bill of(List<Bill> bills, Size size, BigDecimal orders) {
    return bills.stream()
        .filter(bill -> bill.size() == size && bill.usage().orders().compareTo(orders) == 0)
        .findFirst()
        .orElseThrow(() -> new CostException("There is no bill of " + orders + " orders."));
  }

  static String cents(BigDecimal usd) {
    return String.format(Locale.ROOT, "%,.2f", usd.setScale(2, RoundingMode.HALF_UP));
  }

  private static String centsAnOrder(BigDecimal usd, BigDecimal orders) {
    return orders.signum() == 0
        ? "-"
        : usd.multiply(new BigDecimal(100)).divide(orders, 3, RoundingMode.HALF_UP).toPlainString();
  }

  /** Whole where it is large, with three digits behind the point where it is not. */
  static String quantity(BigDecimal quantity) {
    BigDecimal whole = quantity.setScale(0, RoundingMode.HALF_UP);
    return whole.compareTo(quantity) == 0 || quantity.compareTo(new BigDecimal(1000)) >= 0
        ? String.format(Locale.ROOT, "%,d", whole.toBigIntegerExact())
        : quantity.setScale(3, RoundingMode.HALF_UP).stripTrailingZeros().toPlainString();
  }

  private static String unitPrice(Price price) {
    String first = price.first().stripTrailingZeros().toPlainString();
    return first + (price.tiers().size() > 1 ? " and less" : "") + (price.verified() ? "" : " ?");
  }
}
