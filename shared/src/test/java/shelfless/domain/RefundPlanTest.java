package shelfless.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import shelfless.domain.RefundPlan.All;
import shelfless.domain.RefundPlan.Amount;
import shelfless.domain.RefundPlan.BeyondPaid;
import shelfless.domain.RefundPlan.Disputed;
import shelfless.domain.RefundPlan.Item;
import shelfless.domain.RefundPlan.Items;
import shelfless.domain.RefundPlan.NotPaid;
import shelfless.domain.RefundPlan.NotRefundable;
import shelfless.domain.RefundPlan.NothingLeft;
import shelfless.domain.RefundPlan.Quantity;
import shelfless.domain.RefundPlan.Refund;
import shelfless.domain.RefundPlan.UnitsNotLeft;
import shelfless.domain.RefundPlan.UnknownItem;
import shelfless.domain.RefundPlan.WrongCurrency;

/** Rule 8, and of rule 9 that a disputed charge is not refunded. */
class RefundPlanTest {
  private static final UUID BOOK = new UUID(0, 1);
  private static final UUID TOOL = new UUID(0, 2);

  /** Three books for 10.00 in all, and a tool for 50.00. */
  private static final List<Item> ITEMS =
      List.of(new Item(BOOK, Units.costs(eur(1000), 3)), new Item(TOOL, List.of(eur(5000))));

  private static final Set<Unit> ALL_UNITS =
      Set.of(new Unit(BOOK, 1), new Unit(BOOK, 2), new Unit(BOOK, 3), new Unit(TOOL, 1));

  @Test
  void everything_isGivenBackAndCoversEveryUnit() {
    assertEquals(new Refund(eur(6000), ALL_UNITS), plan(paid(), new All()));
  }

  @Test
  void all_isWhatEarlierRefundsLeft() {
    OrderFacts facts =
        paid(
            refund(RefundStatus.SUCCEEDED, 333, new Unit(BOOK, 3)),
            refund(RefundStatus.REQUESTED, 100));
    assertEquals(
        new Refund(eur(5567), Set.of(new Unit(BOOK, 1), new Unit(BOOK, 2), new Unit(TOOL, 1))),
        plan(facts, new All()));
  }

  @Test
  void refundNamesItems_coversTheirHighestUnitsThatAreLeft() {
    OrderFacts facts = paid(refund(RefundStatus.PENDING, 333, new Unit(BOOK, 3)));
    assertEquals(
        new Refund(eur(333), Set.of(new Unit(BOOK, 2))), plan(facts, items(new Quantity(BOOK, 1))));
    assertEquals(
        new Refund(eur(667), Set.of(new Unit(BOOK, 1), new Unit(BOOK, 2))),
        plan(facts, items(new Quantity(BOOK, 1), new Quantity(BOOK, 1))));
  }

  @Test
  void failedRefund_leavesItsUnitsAndMoney() {
    OrderFacts facts = paid(refund(RefundStatus.FAILED, 6000, ALL_UNITS.toArray(Unit[]::new)));
    assertEquals(new Refund(eur(6000), ALL_UNITS), plan(facts, new All()));
    assertEquals(
        new Refund(eur(333), Set.of(new Unit(BOOK, 3))), plan(facts, items(new Quantity(BOOK, 1))));
  }

  @Test
  void amountOnly_namesNoUnit() {
    assertEquals(new Refund(eur(5999), Set.of()), plan(paid(), new Amount(eur(5999))));
  }

  @Test
  void amountThatTakesAllThatIsLeft_isAFullRefund() {
    assertEquals(new Refund(eur(6000), ALL_UNITS), plan(paid(), new Amount(eur(6000))));
    assertEquals(
        new Refund(eur(1000), ALL_UNITS),
        plan(paid(refund(RefundStatus.SUCCEEDED, 5000)), new Amount(eur(1000))));
  }

  @Test
  void itemsThatTakeAllThatIsLeft_areAFullRefund() {
    List<Item> withFree =
        List.of(new Item(BOOK, List.of(eur(0))), new Item(TOOL, List.of(eur(6000))));
    assertEquals(
        new Refund(eur(6000), Set.of(new Unit(BOOK, 1), new Unit(TOOL, 1))),
        RefundPlan.of(paid(), withFree, items(new Quantity(TOOL, 1))));
    assertEquals(new NothingLeft(), RefundPlan.of(paid(), withFree, items(new Quantity(BOOK, 1))));
  }

  @Test
  void beyondWhatWasPaid_isRefused() {
    assertEquals(new BeyondPaid(eur(6000)), plan(paid(), new Amount(eur(6001))));
    OrderFacts facts = paid(refund(RefundStatus.REQUESTED, 2000));
    assertEquals(new BeyondPaid(eur(4000)), plan(facts, new Amount(eur(4001))));
    assertEquals(new BeyondPaid(eur(4000)), plan(facts, items(new Quantity(TOOL, 1))));
  }

  @Test
  void nothingLeft_isRefused() {
    OrderFacts facts = paid(refund(RefundStatus.REQUESTED, 6000));
    assertEquals(new NothingLeft(), plan(facts, new All()));
    assertEquals(new NothingLeft(), plan(facts, new Amount(eur(1))));
    assertEquals(new NothingLeft(), plan(facts, items(new Quantity(BOOK, 1))));
    OrderFacts free = new OrderFacts(true, eur(0), List.of(), List.of());
    assertEquals(new NothingLeft(), plan(free, new All()));
  }

  @Test
  void unknownItemsAndTooManyUnits_areRefused() {
    UUID other = new UUID(0, 9);
    assertEquals(
        new UnknownItem(other), plan(paid(), items(new Quantity(BOOK, 1), new Quantity(other, 1))));
    assertEquals(new UnitsNotLeft(BOOK, 3), plan(paid(), items(new Quantity(BOOK, 4))));
    assertEquals(
        new UnitsNotLeft(BOOK, 2),
        plan(
            paid(refund(RefundStatus.PENDING, 333, new Unit(BOOK, 3))),
            items(new Quantity(BOOK, 3))));
  }

  @Test
  void anotherCurrency_isRefused() {
    assertEquals(new WrongCurrency("EUR"), plan(paid(), new Amount(new Money(100, "USD"))));
  }

  @Test
  void amountThatTheProviderCannotGiveBack_isRefused() {
    OrderFacts dinars = new OrderFacts(true, new Money(5000, "KWD"), List.of(), List.of());
    Money odd = new Money(1234, "KWD");
    assertEquals(new NotRefundable(odd), RefundPlan.of(dinars, List.of(), new Amount(odd)));
  }

  @Test
  void unpaidOrder_isRefused() {
    OrderFacts unpaid = new OrderFacts(false, eur(6000), List.of(), List.of());
    assertEquals(new NotPaid(), plan(unpaid, new All()));
  }

  @Test
  @DisplayName("Rule 9: a disputed charge is not refunded")
  void disputedCharge_isNotRefunded() {
    for (DisputeStatus status : DisputeStatus.values()) {
      OrderFacts facts = new OrderFacts(true, eur(6000), List.of(), List.of(status));
      RefundPlan expected =
          switch (status) {
            case NEEDS_RESPONSE, UNDER_REVIEW, LOST -> new Disputed();
            default -> new Refund(eur(6000), ALL_UNITS);
          };
      assertEquals(expected, plan(facts, new All()));
    }
  }

  @Test
  void meaninglessRequests_areMistakesOfTheCaller() {
    assertThrows(IllegalArgumentException.class, () -> new Items(List.of()));
    assertThrows(IllegalArgumentException.class, () -> new Quantity(BOOK, 0));
    assertThrows(IllegalArgumentException.class, () -> new Amount(eur(0)));
    assertThrows(IllegalArgumentException.class, () -> new Amount(eur(-1)));
  }

  @Property
  @Label("Rule 8: whatever is refunded in whatever order, it ends at exactly what was paid")
  void anySequence_endsAtExactlyWhatWasPaid(
      @ForAll @Size(min = 1, max = 5) List<@LongRange(min = 0, max = 20_000) Long> paidLines,
      @ForAll @IntRange(min = 1, max = 7) int quantity,
      @ForAll long seed) {
    List<Item> items = new ArrayList<>();
    for (long line : paidLines) {
      items.add(new Item(new UUID(0, items.size()), Units.costs(eur(line), quantity)));
    }
    Money total = eur(paidLines.stream().mapToLong(Long::longValue).sum());
    Random random = new Random(seed);
    List<OrderFacts.Refund> refunds = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      OrderFacts before = new OrderFacts(true, total, refunds, List.of());
      RefundPlan.Request request =
          switch (random.nextInt(8)) {
            case 0, 1, 2 -> new Amount(eur(1 + random.nextInt(5_000)));
            case 3 -> new All();
            default ->
                items(
                    new Quantity(
                        items.get(random.nextInt(items.size())).id(),
                        1 + random.nextInt(quantity)));
          };
      if (RefundPlan.of(before, items, request) instanceof Refund(Money amount, Set<Unit> units)) {
        assertTrue(amount.isPositive());
        Set<Unit> twice = new HashSet<>(units);
        twice.retainAll(before.claimedUnits());
        assertEquals(Set.of(), twice);
        RefundStatus status = List.of(RefundStatus.values()).get(random.nextInt(4));
        refunds.add(new OrderFacts.Refund(status, amount, units));
      }
      OrderFacts after = new OrderFacts(true, total, refunds, List.of());
      assertTrue(after.remaining().amount() >= 0);
    }

    OrderFacts left = new OrderFacts(true, total, refunds, List.of());
    if (left.remaining().isPositive()) {
      Refund rest = assertInstanceOf(Refund.class, RefundPlan.of(left, items, new All()));
      refunds.add(new OrderFacts.Refund(RefundStatus.REQUESTED, rest.amount(), rest.units()));
    }
    List<OrderFacts.Refund> settled =
        refunds.stream()
            .filter(refund -> refund.status().claims())
            .map(each -> new OrderFacts.Refund(RefundStatus.SUCCEEDED, each.amount(), each.units()))
            .toList();
    OrderFacts end = new OrderFacts(true, total, settled, List.of());
    assertEquals(total, end.refunded());
    assertEquals(new NothingLeft(), RefundPlan.of(end, items, new All()));
    if (total.isPositive()) {
      for (Item item : items) {
        Access access = Access.derive(end, new Unit(item.id(), 1), false, false);
        assertEquals(EntitlementStatus.REVOKED, access.status());
      }
    }
  }

  private static RefundPlan plan(OrderFacts facts, RefundPlan.Request request) {
    return RefundPlan.of(facts, ITEMS, request);
  }

  private static OrderFacts paid(OrderFacts.Refund... refunds) {
    return new OrderFacts(true, eur(6000), List.of(refunds), List.of());
  }

  private static OrderFacts.Refund refund(RefundStatus status, long amount, Unit... units) {
    return new OrderFacts.Refund(status, eur(amount), Set.of(units));
  }

  private static Items items(Quantity... quantities) {
    return new Items(List.of(quantities));
  }

  private static Money eur(long amount) {
    return new Money(amount, "EUR");
  }
}
