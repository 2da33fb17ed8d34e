package shelfless.domain;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What is recorded about an order's money: all that access, the order's status and further refunds
 * are derived from.
 *
 * @param paid whether the money was taken, or nothing was to be paid
 * @param total what was taken
 * @param refunds all of them, failed ones too
 * @param disputes the status of each
 */
public record OrderFacts(
    boolean paid, Money total, List<Refund> refunds, List<DisputeStatus> disputes) {
  public OrderFacts {
    refunds = List.copyOf(refunds);
    disputes = List.copyOf(disputes);
  }

  /** A refund, and the units that it covers; none when only an amount was given back. */
  public record Refund(RefundStatus status, Money amount, Set<Unit> units) {
    public Refund {
      units = Set.copyOf(units);
    }
  }

  /** What was given back or is on its way (rule 8). */
  public Money refunded() {
    return sum(RefundStatus::revokes);
  }

  /** What no refund has taken or asked for yet. */
  public Money remaining() {
    return total.minus(sum(RefundStatus::claims));
  }

  /** Whether all of it was given back; an order that cost nothing never is. */
  public boolean isFullyRefunded() {
    return total.isPositive() && !refunded().isLessThan(total);
  }

  /** Whether a refund that counts covers the unit. */
  public boolean isRefunded(Unit unit) {
    return refunds.stream()
        .anyMatch(refund -> refund.status().revokes() && refund.units().contains(unit));
  }

  /** The units that a refund covers or was asked for. */
  public Set<Unit> claimedUnits() {
    Set<Unit> units = new HashSet<>();
    refunds.stream()
        .filter(refund -> refund.status().claims())
        .map(Refund::units)
        .forEach(units::addAll);
    return units;
  }

  /** Whether a dispute is open or was lost; inquiries and won ones don't count (rule 9). */
  public boolean isDisputed() {
    return disputes.stream().anyMatch(DisputeStatus::counts);
  }

  private Money sum(Predicate<RefundStatus> which) {
    return refunds.stream()
        .filter(refund -> which.test(refund.status()))
        .map(Refund::amount)
        .reduce(Money.zero(total.currency()), Money::plus);
  }
}
