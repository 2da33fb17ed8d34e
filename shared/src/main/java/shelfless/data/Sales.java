package shelfless.data;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.domain.Money;
import shelfless.domain.Shares;
import shelfless.domain.Units;

/**
 * Sums of sales. A sale counts at the time of its payment, a refund at the time that it was asked
 * for, once it succeeded. All sums are exact, and the rows of every grouping add up to the same.
 */
public final class Sales {
  private Sales() {}

  /** What a row stands for. */
  public enum Grouping {
    DAY("day"),
    MONTH("month"),
    PRODUCT("product"),
    CURRENCY("currency");

    public static final List<String> NAMES =
        Arrays.stream(values()).map(grouping -> grouping.wireName).toList();

    private final String wireName;

    Grouping(String wireName) {
      this.wireName = wireName;
    }

    public String wireName() {
      return wireName;
    }

    /** The grouping of that name, which is one of {@link #NAMES}. */
    public static Grouping of(String name) {
      return Arrays.stream(values())
          .filter(grouping -> grouping.wireName.equals(name))
          .findFirst()
          .orElseThrow();
    }
  }

  /**
   * The sums of a group in one currency.
   *
   * @param key the day, the month, the product's id, or the currency
   * @param orders paid orders with something in the group
   * @param gross lines at their prices, before discount and tax
   */
  public record Sums(
      String key, long orders, long units, Money gross, Money discount, Money tax, Money refunded) {
    /** What stayed with the shop, tax included; negative when more went back than came in. */
    public Money net() {
      return gross.minus(discount).plus(tax).minus(refunded);
    }

    public String currency() {
      return gross.currency();
    }
  }

  /**
   * The rows with sales or refunds from {@code from} until before {@code to}, by key and currency.
   */
  public static List<Sums> report(
      Transaction transaction, Grouping grouping, Instant from, Instant to) throws SQLException {
    List<Sums> parts = new ArrayList<>();
    switch (grouping) {
      case DAY, MONTH, CURRENCY -> {
        String format =
            switch (grouping) {
              case DAY -> "YYYY-MM-DD";
              case MONTH -> "YYYY-MM";
              default -> "";
            };
        parts.addAll(transaction.list(SALES, Sales::sale, format, format, from, to));
        parts.addAll(transaction.list(REFUNDS, Sales::refund, format, format, from, to));
      }
      case PRODUCT -> {
        parts.addAll(transaction.list(SALES_BY_PRODUCT, Sales::sale, from, to));
        parts.addAll(refundsByProduct(transaction, from, to));
      }
    }
    Map<List<String>, Sums> rows = new TreeMap<>(BY_KEY_AND_CURRENCY);
    parts.forEach(part -> rows.merge(List.of(part.key, part.currency()), part, Sales::sum));
    return List.copyOf(rows.values());
  }

  private static final Comparator<List<String>> BY_KEY_AND_CURRENCY =
      Comparator.comparing((List<String> key) -> key.getFirst()).thenComparing(List::getLast);

  private static Sums sum(Sums one, Sums other) {
    return new Sums(
        one.key,
        one.orders + other.orders,
        one.units + other.units,
        one.gross.plus(other.gross),
        one.discount.plus(other.discount),
        one.tax.plus(other.tax),
        one.refunded.plus(other.refunded));
  }

  /** Parameters: the key's format twice (empty: the currency), from, to. */
  private static final String SALES =
      """
      select case when ?::text = '' then o.currency else to_char(o.paid_at at time zone 'UTC', ?::text) end as key,
        o.currency, count(*) as orders, sum(line.units) as units, sum(o.subtotal) as gross,
        sum(o.discount) as discount, sum(o.tax) as tax
      from orders o
      join lateral (select sum(quantity) as units from order_item where order_id = o.id) line on true
      where o.paid_at >= ? and o.paid_at < ?
      group by 1, 2
      """;

  private static final String REFUNDS =
      """
      select case when ?::text = '' then currency else to_char(created_at at time zone 'UTC', ?::text) end as key,
        currency, sum(amount) as refunded
      from refund
      where status = 'succeeded' and created_at >= ? and created_at < ?
      group by 1, 2
      """;

  private static final String SALES_BY_PRODUCT =
      """
      select i.product_id::text as key, o.currency, count(*) as orders, sum(i.quantity) as units,
        sum(i.line_total) as gross, sum(i.discount) as discount,
        sum(case when i.tax_included then 0 else i.tax end) as tax
      from orders o join order_item i on i.order_id = o.id
      where o.paid_at >= ? and o.paid_at < ?
      group by 1, 2
      """;

  private static final String REFUNDED_LINES =
      """
      select r.id, r.amount, r.currency, i.product_id, i.quantity,
        i.line_total - i.discount + case when i.tax_included then 0 else i.tax end as paid,
        (select string_agg(u.unit::text, ' ') from refund_unit u
         where u.refund_id = r.id and u.order_item_id = i.id) as units,
        exists (select from refund_unit u where u.refund_id = r.id) as names_units
      from refund r join order_item i on i.order_id = r.order_id
      where r.status = 'succeeded' and r.created_at >= ? and r.created_at < ?
      order by r.created_at, r.id, i.position
      """;

  /** A line of an order that was refunded, and how much of the refund it weighs. */
  private record RefundedLine(UUID refundId, Money refunded, UUID productId, Money weight) {}

  /**
   * A refund that names units counts to their products by what they cost; one that names none to
   * all of its order's, by what was paid for each.
   */
  private static List<Sums> refundsByProduct(Transaction transaction, Instant from, Instant to)
      throws SQLException {
    Map<UUID, List<RefundedLine>> refunds = new HashMap<>();
    for (RefundedLine line : transaction.list(REFUNDED_LINES, Sales::refundedLine, from, to)) {
      refunds.computeIfAbsent(line.refundId, id -> new ArrayList<>()).add(line);
    }
    List<Sums> rows = new ArrayList<>();
    for (List<RefundedLine> lines : refunds.values()) {
      List<Money> shares =
          Shares.of(lines.getFirst().refunded, lines.stream().map(RefundedLine::weight).toList());
      for (int i = 0; i < shares.size(); i++) {
        if (!shares.get(i).isZero()) {
          rows.add(refund(lines.get(i).productId.toString(), shares.get(i)));
        }
      }
    }
    return rows;
  }

  private static RefundedLine refundedLine(Row row) throws SQLException {
    String currency = row.text("currency");
    Money paid = new Money(row.number("paid"), currency);
    return new RefundedLine(
        row.uuid("id"),
        new Money(row.number("amount"), currency),
        row.uuid("product_id"),
        row.bool("names_units")
            ? cost(paid, row.integer("quantity"), row.textOrNull("units"))
            : paid);
  }

  private static Money cost(Money paid, int quantity, @Nullable String units) {
    List<Money> costs = Units.costs(paid, quantity);
    return units == null
        ? paid.of(0)
        : Arrays.stream(units.split(" "))
            .map(unit -> costs.get(Integer.parseInt(unit) - 1))
            .reduce(paid.of(0), Money::plus);
  }

  private static Sums sale(Row row) throws SQLException {
    String currency = row.text("currency");
    return new Sums(
        row.text("key"),
        row.number("orders"),
        row.number("units"),
        money(row, "gross", currency),
        money(row, "discount", currency),
        money(row, "tax", currency),
        Money.zero(currency));
  }

  private static Sums refund(Row row) throws SQLException {
    return refund(row.text("key"), money(row, "refunded", row.text("currency")));
  }

  private static Sums refund(String key, Money refunded) {
    Money none = refunded.of(0);
    return new Sums(key, 0, 0, none, none, none, refunded);
  }

  /** Sums of bigint are numeric: one that no long holds is refused, not cut. */
  private static Money money(Row row, String column, String currency) throws SQLException {
    return new Money(row.decimal(column).longValueExact(), currency);
  }
}
