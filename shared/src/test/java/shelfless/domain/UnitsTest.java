package shelfless.domain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class UnitsTest {
  @Test
  @DisplayName("Rule 8: what units cost adds up to what was paid, the first carry the odd cents")
  void costs_addUpToWhatWasPaid() {
    assertEquals(List.of(eur(34), eur(33), eur(33)), Units.costs(eur(100), 3));
    assertEquals(List.of(eur(0), eur(0)), Units.costs(eur(0), 2));
    assertEquals(
        List.of(new Money(40, "KWD"), new Money(30, "KWD"), new Money(30, "KWD")),
        Units.costs(new Money(100, "KWD"), 3));
    assertEquals(
        List.of(new Money(3, "KWD"), new Money(2, "KWD")), Units.costs(new Money(5, "KWD"), 2));
  }

  @Property
  @Label("Rule 8: units differ by a cent at most, dearest first, and add up")
  void costs_areEven(
      @ForAll @LongRange(min = 0, max = Long.MAX_VALUE / 200) long paid,
      @ForAll @IntRange(min = 1, max = 100) int quantity) {
    List<Long> costs = Units.costs(eur(paid), quantity).stream().map(Money::amount).toList();
    assertEquals(paid, costs.stream().mapToLong(Long::longValue).sum());
    assertTrue(costs.getFirst() - costs.getLast() <= 1);
    assertEquals(costs.stream().sorted((one, other) -> Long.compare(other, one)).toList(), costs);
  }

  @Property
  @Label("A sum that is divided in proportion adds up, and no part passes its weight")
  void inProportion_isExact(
      @ForAll @Size(min = 1, max = 20)
          List<@LongRange(min = 0, max = 1_000_000_000_000L) Long> costs,
      @ForAll @IntRange(max = 1000) int perMille) {
    long[] weights = costs.stream().mapToLong(Long::longValue).toArray();
    long total = Arrays.stream(weights).sum() / 1000 * perMille;
    long[] parts = Split.inProportion(total, weights, 1);
    assertEquals(total, Arrays.stream(parts).sum());
    for (int i = 0; i < weights.length; i++) {
      assertTrue(parts[i] >= 0 && parts[i] <= weights[i]);
    }
  }

  @Test
  void inProportion_givesTheRestToTheLargestRemainders() {
    assertArrayEquals(new long[] {0, 7, 3}, Split.inProportion(10, new long[] {0, 67, 33}, 1));
    assertArrayEquals(new long[] {10, 20, 20}, Split.inProportion(50, new long[] {10, 22, 22}, 10));
  }

  private static Money eur(long amount) {
    return new Money(amount, "EUR");
  }
}
