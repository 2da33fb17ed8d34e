package shelfless.domain;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Divides a sum so that the parts add up to it exactly: the largest remainders get the rest. */
final class Split {
  private Split() {}

  /**
   * Parts of {@code total} in proportion to the weights, each a multiple of {@code step} as the
   * total is. Where remainders tie, the earlier part gets more. No part passes its weight when the
   * total is at most their sum and each weight is a multiple of the step.
   */
  static long[] inProportion(long total, long[] weights, long step) {
    long[] parts = new long[weights.length];
    if (total == 0) {
      return parts;
    }
    BigInteger steps = BigInteger.valueOf(total / step);
    BigInteger sum =
        Arrays.stream(weights)
            .mapToObj(BigInteger::valueOf)
            .reduce(BigInteger.ZERO, BigInteger::add);
    BigInteger[] remainders = new BigInteger[weights.length];
    long left = total / step;
    for (int i = 0; i < weights.length; i++) {
      BigInteger[] share = steps.multiply(BigInteger.valueOf(weights[i])).divideAndRemainder(sum);
      parts[i] = share[0].longValueExact() * step;
      remainders[i] = share[1];
      left -= share[0].longValueExact();
    }
    IntStream.range(0, weights.length)
        .boxed()
        .sorted(Comparator.comparing((Integer i) -> remainders[i]).reversed())
        .limit(left)
        .forEach(i -> parts[i] += step);
    return parts;
  }
}
