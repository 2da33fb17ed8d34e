package shelfless.domain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

/** What a refund would give back and which units it covers, or why there can be none (rule 8). */
public sealed interface RefundPlan {
  /** An item of the order, and what each of its units cost, unit 1 first ({@link Units#costs}). */
  record Item(UUID id, List<Money> units) {
    public Item {
      units = List.copyOf(units);
    }
  }

  /** What is asked for. */
  sealed interface Request {}

  /** All that is left. */
  record All() implements Request {}

  /** So many units of these items; the same item named twice counts together. */
  record Items(List<Quantity> quantities) implements Request {
    /** An {@link IllegalArgumentException} when no item is named: check input first. */
    public Items {
      quantities = List.copyOf(quantities);
      if (quantities.isEmpty()) {
        throw new IllegalArgumentException("no item is named");
      }
    }
  }

  /** So many units of an item, at least one. */
  record Quantity(UUID itemId, int quantity) {
    public Quantity {
      if (quantity < 1) {
        throw new IllegalArgumentException("a quantity must be at least 1, not " + quantity);
      }
    }
  }

  /** So much money, for no item in particular; more than nothing. */
  record Amount(Money amount) implements Request {
    public Amount {
      if (!amount.isPositive()) {
        throw new IllegalArgumentException("a refund must be more than " + amount);
      }
    }
  }

  /**
   * To be given back. {@code units} lose their access; none when only an amount is given back and
   * some stays paid.
   */
  record Refund(Money amount, Set<Unit> units) implements RefundPlan {
    public Refund {
      units = Set.copyOf(units);
    }
  }

  /** Why there is no refund. */
  sealed interface Refused extends RefundPlan {}

  /** The order was never paid. */
  record NotPaid() implements Refused {}

  /** A disputed charge is not refunded: the bank has the money, or decides on it (rule 9). */
  record Disputed() implements Refused {}

  /** Nothing was paid, for the order or these units, or all of it was refunded. */
  record NothingLeft() implements Refused {}

  /** More than is left of what was paid. */
  record BeyondPaid(Money remaining) implements Refused {}

  /** The order has no such item. */
  record UnknownItem(UUID itemId) implements Refused {}

  /** Fewer units of the item are left than were asked for. */
  record UnitsNotLeft(UUID itemId, int left) implements Refused {}

  /** The order was paid in another currency. */
  record WrongCurrency(String expected) implements Refused {}

  /** Not an amount that the payment provider can give back: with three decimals, it ends in 0. */
  record NotRefundable(Money amount) implements Refused {}

  /** Plans a refund of an order. What takes all that is left covers every unit that is left. */
  static RefundPlan of(OrderFacts order, List<Item> items, Request request) {
    if (!order.paid()) {
      return new NotPaid();
    }
    if (order.isDisputed()) {
      return new Disputed();
    }
    if (!order.remaining().isPositive()) {
      return new NothingLeft();
    }
    Set<Unit> claimed = order.claimedUnits();
    return switch (request) {
      case All() -> refund(order, items, claimed, order.remaining(), Set.of());
      case Amount(Money amount) when !amount.currency().equals(order.total().currency()) ->
          new WrongCurrency(order.total().currency());
      case Amount(Money amount) -> refund(order, items, claimed, amount, Set.of());
      case Items(List<Quantity> quantities) -> units(order, items, claimed, quantities);
    };
  }

  private static RefundPlan units(
      OrderFacts order, List<Item> items, Set<Unit> claimed, List<Quantity> quantities) {
    Map<UUID, Integer> wanted = new LinkedHashMap<>();
    for (Quantity each : quantities) {
      wanted.merge(each.itemId(), each.quantity(), Math::addExact);
    }
    Money amount = Money.zero(order.total().currency());
    List<Unit> units = new ArrayList<>();
    for (Map.Entry<UUID, Integer> entry : wanted.entrySet()) {
      Item item =
          items.stream().filter(each -> each.id().equals(entry.getKey())).findFirst().orElse(null);
      if (item == null) {
        return new UnknownItem(entry.getKey());
      }
      List<Unit> left = left(item, claimed);
      if (left.size() < entry.getValue()) {
        return new UnitsNotLeft(item.id(), left.size());
      }
      for (Unit unit : left.subList(0, entry.getValue())) {
        amount = amount.plus(item.units().get(unit.number() - 1));
        units.add(unit);
      }
    }
    return amount.isZero()
        ? new NothingLeft()
        : refund(order, items, claimed, amount, Set.copyOf(units));
  }

  private static RefundPlan refund(
      OrderFacts order, List<Item> items, Set<Unit> claimed, Money amount, Set<Unit> units) {
    Money remaining = order.remaining();
    if (amount.isMoreThan(remaining)) {
      return new BeyondPaid(remaining);
    }
    if (amount.equals(remaining)) {
      List<Unit> all = items.stream().flatMap(item -> left(item, claimed).stream()).toList();
      return new Refund(amount, Set.copyOf(all));
    }
    return amount.isChargeable() ? new Refund(amount, units) : new NotRefundable(amount);
  }

  /** The units of an item that no refund has claimed, the highest number first. */
  private static List<Unit> left(Item item, Set<Unit> claimed) {
    return IntStream.rangeClosed(1, item.units().size())
        .mapToObj(number -> new Unit(item.id(), number))
        .filter(unit -> !claimed.contains(unit))
        .toList()
        .reversed();
  }
}
