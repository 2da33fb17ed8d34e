package shelfless.domain;

import java.util.Arrays;
import java.util.List;

/** What each unit of an order line cost, for refunds that name units. */
public final class Units {
  private Units() {}

  /**
   * What each unit of a line cost the buyer, unit 1 first: the line's price less its discount, with
   * its tax, divided evenly. They add up to {@code paid} exactly; the first units carry the odd
   * cents.
   */
  public static List<Money> costs(Money paid, int quantity) {
    long[] even = new long[quantity];
    Arrays.fill(even, 1);
    return Arrays.stream(Split.inProportion(paid.amount(), even, paid.step()))
        .mapToObj(paid::of)
        .toList();
  }
}
