package shelfless.domain;

import java.util.List;
import java.util.stream.IntStream;

/** Divides what was given back for a whole order among its lines, for the books. */
public final class Shares {
  private Shares() {}

  /**
   * Shares of the total in proportion to the weights, in their order: they add up to it exactly.
   * Where all weights are zero, the shares are even.
   */
  public static List<Money> of(Money total, List<Money> weights) {
    boolean even = weights.stream().allMatch(Money::isZero);
    long[] parts =
        Split.inProportion(
            total.amount(),
            weights.stream().mapToLong(weight -> even ? 1 : weight.amount()).toArray(),
            total.step());
    return IntStream.range(0, parts.length).mapToObj(i -> total.of(parts[i])).toList();
  }
}
