package shelfless.domain;

import java.util.Set;
import java.util.UUID;

/**
 * What a promotion takes off, and of which products; none named means all. Whether it may be used,
 * and how often, is decided where it is redeemed.
 */
public record Promotion(Off off, Set<UUID> products) {
  public Promotion {
    products = Set.copyOf(products);
  }

  /** What is taken off the lines that are covered. */
  public sealed interface Off {}

  /** So many hundredths of each line, 1 to 100. */
  public record Percent(int percent) implements Off {
    public Percent {
      if (percent < 1 || percent > 100) {
        throw new IllegalArgumentException("percent off must be 1 to 100, not " + percent);
      }
    }
  }

  /** So much of the lines together, and never more than they cost. */
  public record Amount(Money amount) implements Off {
    public Amount {
      if (!amount.isPositive() || !amount.isChargeable()) {
        throw new IllegalArgumentException("not an amount to take off: " + amount);
      }
    }
  }

  /** Whether it is for this product. */
  public boolean covers(UUID productId) {
    return products.isEmpty() || products.contains(productId);
  }
}
