package shelfless.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessTest {
  private static final Unit UNIT = new Unit(new UUID(0, 1), 1);
  private static final Unit OTHER = new Unit(new UUID(0, 1), 2);

  @ParameterizedTest(
      name = "{0} refund of {2} for {1}, dispute {3}, withdrawn {4}, key missing {5}")
  @CsvSource(
      textBlock =
          """
          # refund,  covers, amount, dispute,                withdrawn, no key -> entitlement, why,                 order
          -,         -,      0,      -,                      false,     false,   active,      -,                   paid
          -,         -,      0,      -,                      false,     true,    pending,     awaiting_license_key, paid
          -,         -,      0,      -,                      true,      false,   revoked,     revoked_by_seller,   paid
          -,         -,      0,      -,                      true,      true,    revoked,     revoked_by_seller,   paid
          requested, unit,   1000,   -,                      false,     false,   active,      -,                   paid
          pending,   unit,   1000,   -,                      false,     false,   revoked,     refunded,            partially_refunded
          succeeded, unit,   1000,   -,                      false,     false,   revoked,     refunded,            partially_refunded
          failed,    unit,   1000,   -,                      false,     false,   active,      -,                   paid
          succeeded, other,  1000,   -,                      false,     false,   active,      -,                   partially_refunded
          succeeded, none,   1000,   -,                      false,     false,   active,      -,                   partially_refunded
          succeeded, none,   2999,   -,                      false,     false,   active,      -,                   partially_refunded
          succeeded, none,   3000,   -,                      false,     false,   revoked,     refunded,            refunded
          succeeded, other,  3000,   -,                      false,     false,   revoked,     refunded,            refunded
          requested, none,   3000,   -,                      false,     false,   active,      -,                   paid
          pending,   none,   3000,   -,                      false,     true,    revoked,     refunded,            refunded
          failed,    none,   3000,   -,                      true,      false,   revoked,     revoked_by_seller,   paid
          succeeded, unit,   3000,   -,                      true,      true,    revoked,     refunded,            refunded
          -,         -,      0,      warning_needs_response, false,     false,   active,      -,                   paid
          -,         -,      0,      warning_under_review,   false,     false,   active,      -,                   paid
          -,         -,      0,      warning_closed,         false,     false,   active,      -,                   paid
          -,         -,      0,      needs_response,         false,     false,   suspended,   disputed,            disputed
          -,         -,      0,      needs_response,         false,     true,    suspended,   disputed,            disputed
          -,         -,      0,      under_review,           false,     false,   suspended,   disputed,            disputed
          -,         -,      0,      won,                    false,     false,   active,      -,                   paid
          -,         -,      0,      prevented,              false,     false,   active,      -,                   paid
          -,         -,      0,      lost,                   false,     false,   revoked,     dispute_lost,        disputed
          -,         -,      0,      lost,                   true,      false,   revoked,     dispute_lost,        disputed
          -,         -,      0,      needs_response,         true,      false,   revoked,     revoked_by_seller,   disputed
          succeeded, unit,   1000,   needs_response,         false,     false,   revoked,     refunded,            disputed
          succeeded, other,  1000,   needs_response,         false,     false,   suspended,   disputed,            disputed
          succeeded, none,   3000,   lost,                   false,     false,   revoked,     refunded,            disputed
          succeeded, other,  1000,   won,                    false,     false,   active,      -,                   partially_refunded
          succeeded, none,   3000,   won,                    false,     false,   revoked,     refunded,            refunded
          """)
  @DisplayName("Rules 7, 8 and 9: access and the order's status are derived from what is recorded")
  void derivation(
      String refund,
      String covers,
      long amount,
      String dispute,
      boolean withdrawn,
      boolean keyMissing,
      String entitlement,
      String why,
      String order) {
    List<OrderFacts.Refund> refunds = new ArrayList<>();
    RefundStatus.of(refund)
        .ifPresent(
            status ->
                refunds.add(
                    new OrderFacts.Refund(
                        status,
                        eur(amount),
                        switch (covers) {
                          case "unit" -> Set.of(UNIT);
                          case "other" -> Set.of(OTHER);
                          default -> Set.of();
                        })));
    OrderFacts facts =
        new OrderFacts(true, eur(3000), refunds, DisputeStatus.of(dispute).stream().toList());

    assertEquals(
        new Access(
            EntitlementStatus.of(entitlement).orElseThrow(), Access.Reason.of(why).orElse(null)),
        Access.derive(facts, UNIT, withdrawn, keyMissing));
    assertEquals(OrderStatus.of(order).orElseThrow(), Access.orderStatus(OrderStatus.PAID, facts));
  }

  @Test
  @DisplayName("Rule 8: refunds of amounts add up to a full refund")
  void amounts_addUp() {
    OrderFacts.Refund part = new OrderFacts.Refund(RefundStatus.SUCCEEDED, eur(1500), Set.of());
    OrderFacts facts = new OrderFacts(true, eur(3000), List.of(part, part), List.of());
    assertEquals(Access.Reason.REFUNDED, Access.derive(facts, UNIT, false, false).reason());
    assertEquals(OrderStatus.REFUNDED, Access.orderStatus(OrderStatus.PAID, facts));
  }

  @Test
  @DisplayName("Rule 5: an order that cost nothing is paid, and never refunded by amount")
  void freeOrder_opens() {
    OrderFacts free = new OrderFacts(true, eur(0), List.of(), List.of());
    assertEquals(Access.ACTIVE, Access.derive(free, UNIT, false, false));
    assertEquals(OrderStatus.PAID, Access.orderStatus(OrderStatus.PENDING, free));
  }

  @Test
  @DisplayName("Rule 7: an order that is not paid opens nothing and keeps its status")
  void unpaidOrder_opensNothing() {
    OrderFacts unpaid =
        new OrderFacts(false, eur(3000), List.of(), List.of(DisputeStatus.NEEDS_RESPONSE));
    assertEquals(
        new Access(EntitlementStatus.PENDING, Access.Reason.NOT_PAID),
        Access.derive(unpaid, UNIT, false, false));
    for (OrderStatus recorded :
        List.of(OrderStatus.PENDING, OrderStatus.FAILED, OrderStatus.CANCELLED)) {
      assertEquals(recorded, Access.orderStatus(recorded, unpaid));
    }
  }

  @Test
  @DisplayName("Rule 9: of several disputes the worst counts")
  void severalDisputes_theWorstCounts() {
    assertEquals(EntitlementStatus.SUSPENDED, after(DisputeStatus.WON, DisputeStatus.UNDER_REVIEW));
    assertEquals(EntitlementStatus.REVOKED, after(DisputeStatus.UNDER_REVIEW, DisputeStatus.LOST));
    assertEquals(EntitlementStatus.REVOKED, after(DisputeStatus.LOST, DisputeStatus.WON));
    assertEquals(EntitlementStatus.ACTIVE, after(DisputeStatus.WON, DisputeStatus.WARNING_CLOSED));
  }

  @Test
  void revokedWithoutReason_isAMistakeOfTheCaller() {
    assertThrows(IllegalArgumentException.class, () -> new Access(EntitlementStatus.REVOKED, null));
  }

  @Test
  void paidOrders_areThoseThatWerePaidOnce() {
    assertEquals(
        List.of(
            OrderStatus.PAID,
            OrderStatus.PARTIALLY_REFUNDED,
            OrderStatus.REFUNDED,
            OrderStatus.DISPUTED),
        Arrays.stream(OrderStatus.values()).filter(OrderStatus::wasPaid).toList());
  }

  private static EntitlementStatus after(DisputeStatus... disputes) {
    OrderFacts facts = new OrderFacts(true, eur(3000), List.of(), List.of(disputes));
    return Access.derive(facts, UNIT, false, false).status();
  }

  private static Money eur(long amount) {
    return new Money(amount, "EUR");
  }
}
