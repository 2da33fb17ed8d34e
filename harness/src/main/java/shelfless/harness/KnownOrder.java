package shelfless.harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.domain.DisputeStatus;
import shelfless.domain.RefundStatus;
import shelfless.orders.PaymentProvider.RefundState;

/**
 * What the random model knows of an order, and what the order must come to by it: by what happened
 * at the provider, and by what the seller was told was done. A unit is an item's place and the
 * number of the unit.
 */
final class KnownOrder {
  private static final Map<String, Integer> DOWNLOAD_LIMITS =
      Map.of("book", 5, "app", 5, "song", 1, "gift", 5);

  /** Where the money is, by what happened at the provider. */
  enum Money {
    NOT_TAKEN,
    NOTHING_TO_TAKE,
    TAKEN,
    ON_ITS_WAY,
    NEVER_CAME
  }

  final UUID id;
  final @Nullable String code;
  final long total;
  final List<String> items = new ArrayList<>();
  final List<Integer> quantities = new ArrayList<>();
  Money money;
  private final String name;
  private final SimulatedProvider provider;
  private final List<String> products = new ArrayList<>();

  /** The refunds that the seller was told were made: how many units of which item each covers. */
  private final Map<UUID, Map<Integer, Integer>> refunds = new HashMap<>();

  /** The units that the seller was told were taken away. */
  private final Set<List<Integer>> withdrawn = new HashSet<>();

  private final Map<List<Integer>, Integer> downloads = new HashMap<>();

  /**
   * @param placed the order as it was answered when it was placed
   */
  KnownOrder(String name, JsonNode placed, @Nullable String code, SimulatedProvider provider) {
    this.name = name;
    this.provider = provider;
    this.id = UUID.fromString(placed.path("id").asText());
    this.code = code;
    this.total = placed.path("total").path("amount").asLong();
    this.money = total == 0 ? Money.NOTHING_TO_TAKE : Money.NOT_TAKEN;
    for (JsonNode item : placed.path("items")) {
      items.add(item.path("id").asText());
      products.add(item.path("product").path("slug").asText());
      quantities.add(item.path("quantity").asInt());
    }
  }

  boolean isPaid() {
    return money == Money.TAKEN || money == Money.NOTHING_TO_TAKE;
  }

  boolean isOnItsWay() {
    return money == Money.ON_ITS_WAY;
  }

  boolean has(DisputeStatus status) {
    return provider.disputes(id).stream().anyMatch(each -> each.status() == status);
  }

  boolean isDisputed() {
    return has(DisputeStatus.NEEDS_RESPONSE) || has(DisputeStatus.LOST);
  }

  private List<RefundState> standingRefunds() {
    return provider.refunds(id).stream()
        .filter(refund -> refund.status() != RefundStatus.FAILED)
        .toList();
  }

  private boolean isGivenBack() {
    return total > 0 && provider.refundedOrZero(id) == total;
  }

  private List<Integer> unit(JsonNode entitlement) {
    return List.of(
        items.indexOf(entitlement.path("order_item_id").asText()),
        entitlement.path("unit").asInt());
  }

  /** The seller was told that this refund was made. */
  void refunded(JsonNode refund) {
    Map<Integer, Integer> covered = new TreeMap<>();
    for (JsonNode item : refund.path("items")) {
      covered.merge(
          items.indexOf(item.path("order_item_id").asText()),
          item.path("quantity").asInt(),
          Integer::sum);
    }
    refunds.put(UUID.fromString(refund.path("id").asText()), covered);
  }

  /** The seller was told that the entitlement was taken away. */
  void withdrawn(JsonNode entitlement) {
    withdrawn.add(unit(entitlement));
  }

  /** The buyer got the file of an entitlement. */
  void downloaded(JsonNode entitlement) {
    List<Integer> unit = unit(entitlement);
    downloads.merge(unit, 1, Integer::sum);
    mustNot(withdrawn.contains(unit), "a unit was downloaded that was taken away");
    // One of the dashboard's may not have been told yet.
    mustNot(
        isGivenBack()
            && standingRefunds().stream()
                .allMatch(
                    refund -> refund.refundId() != null && refunds.containsKey(refund.refundId())),
        "a unit was downloaded that was refunded");
  }

  /**
   * Checks how the order stands when all has come to rest.
   *
   * @param state as {@link History#state} tells it
   * @return the units with the status that each has and must have, in the order of the state
   */
  Map<List<Integer>, String> compare(JsonNode state) {
    same("status", expectedStatus(), state.path("status").asText());
    same("money taken", money == Money.TAKEN ? total : 0, taken(state));
    if (code != null) {
      String use = isPaid() ? "redeemed" : isOnItsWay() ? "reserved" : "released";
      same("the use of its code", use, state.path("promotion").path(0).asText());
    }
    Set<List<Integer>> covered = compareRefunds(state);
    int count = quantities.stream().mapToInt(Integer::intValue).sum();
    same("units", isPaid() ? count : 0, state.path("entitlements").size());
    Map<List<Integer>, String> units = new LinkedHashMap<>();
    for (JsonNode entitlement : state.path("entitlements")) {
      List<Integer> unit = List.of(entitlement.path(0).asInt() - 1, entitlement.path(1).asInt());
      String expected = expectedStatus(unit, covered);
      same("unit " + unit, expected, entitlement.path(2).asText());
      units.put(unit, expected);
    }
    return units;
  }

  /** Whether the unit was downloaded as often as it may be. */
  boolean isUsedUp(List<Integer> unit) {
    int limit = Objects.requireNonNull(DOWNLOAD_LIMITS.get(products.get(unit.getFirst())));
    return downloads.getOrDefault(unit, 0) >= limit;
  }

  private static long taken(JsonNode state) {
    long sum = 0;
    for (JsonNode payment : state.path("payments")) {
      sum += payment.path(2).asText().equals("succeeded") ? payment.path(0).asLong() : 0;
    }
    return sum;
  }

  /** The units that refunds cover, each refund as many as the seller was told. */
  private Set<List<Integer>> compareRefunds(JsonNode state) {
    List<Long> given = new ArrayList<>();
    Map<Integer, Integer> told = new TreeMap<>();
    for (RefundState refund : standingRefunds()) {
      given.add(refund.amount().amount());
      if (refund.refundId() != null) {
        mustNot(
            !refunds.containsKey(refund.refundId()),
            this + " has a refund that nobody was told of");
        refunds
            .getOrDefault(refund.refundId(), Map.of())
            .forEach((item, units) -> told.merge(item, units, Integer::sum));
      }
    }
    List<Long> recorded = new ArrayList<>();
    Set<List<Integer>> covered = new HashSet<>();
    Map<Integer, Integer> counted = new TreeMap<>();
    for (JsonNode refund : state.path("refunds")) {
      if (refund.path(1).asText().equals("failed")) {
        continue;
      }
      recorded.add(refund.path(0).asLong());
      for (JsonNode unit : refund.path(2)) {
        covered.add(List.of(unit.path(0).asInt() - 1, unit.path(1).asInt()));
        counted.merge(unit.path(0).asInt() - 1, 1, Integer::sum);
      }
    }
    same("refunds", given.stream().sorted().toList(), recorded.stream().sorted().toList());
    same("units of refunds", told, counted);
    return covered;
  }

  private String expectedStatus() {
    return switch (money) {
      case NOT_TAKEN -> "cancelled";
      case NEVER_CAME -> "failed";
      case ON_ITS_WAY -> "pending";
      case NOTHING_TO_TAKE -> "paid";
      case TAKEN ->
          isDisputed()
              ? "disputed"
              : isGivenBack()
                  ? "refunded"
                  : provider.refundedOrZero(id) > 0 ? "partially_refunded" : "paid";
    };
  }

  private String expectedStatus(List<Integer> unit, Set<List<Integer>> covered) {
    if (isGivenBack()
        || covered.contains(unit)
        || withdrawn.contains(unit)
        || has(DisputeStatus.LOST)) {
      return "revoked";
    }
    return has(DisputeStatus.NEEDS_RESPONSE) ? "suspended" : "active";
  }

  private void same(String what, Object expected, Object got) {
    // Numbers are compared by what they are, not by their type.
    mustNot(
        !expected.toString().equals(got.toString()),
        "%s: %s should be %s and is %s".formatted(this, what, expected, got));
  }

  private static void mustNot(boolean wrong, String what) {
    if (wrong) {
      throw new Broken(what);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
