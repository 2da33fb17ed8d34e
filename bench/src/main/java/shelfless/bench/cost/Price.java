package shelfless.bench.cost;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one unit of something costs in one region.
 *
 * @param id its name in {@code prices.json}
 * @param unit what is counted
 * @param tiers at least one; the last has no end
 * @param source the public page where it stands
 * @param verified whether a public text was found that has this figure for this region
 * @param seen where it was found
 */
record Price(
    String id,
    String what,
    String unit,
    List<Tier> tiers,
    String source,
    boolean verified,
    String seen) {

  /**
   * @param upTo the quantity in a month where it ends; null for none
   * @param usd of one unit
   */
  record Tier(@Nullable BigDecimal upTo, BigDecimal usd) {}

  Price {
    tiers = List.copyOf(tiers);
    BigDecimal reached = BigDecimal.ZERO;
    for (int at = 0; at < tiers.size(); at++) {
      BigDecimal upTo = tiers.get(at).upTo;
      boolean isLast = at == tiers.size() - 1;
      if (isLast != (upTo == null) || (upTo != null && upTo.compareTo(reached) <= 0)) {
        throw new CostException("The tiers of " + id + " do not follow each other.");
      }
      reached = upTo == null ? reached : upTo;
    }
    if (tiers.isEmpty()) {
      throw new CostException(id + " has no price.");
    }
  }

  /** In USD, exactly. */
  BigDecimal of(BigDecimal quantity) {
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal from = BigDecimal.ZERO;
    for (Tier tier : tiers) {
      BigDecimal to = tier.upTo == null ? quantity : quantity.min(tier.upTo);
      sum = sum.add(to.subtract(from).max(BigDecimal.ZERO).multiply(tier.usd));
      from = from.max(to);
    }
    return sum;
  }

  /** The first tier's, which is all there is of most. */
  BigDecimal first() {
    return tiers.getFirst().usd;
  }
}
