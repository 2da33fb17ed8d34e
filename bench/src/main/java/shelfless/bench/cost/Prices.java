package shelfless.bench.cost;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The price table of one region: {@code prices.json}.
 *
 * @param taken the day on which it was taken
 * @param free how much of what costs nothing each month, by the price's id
 */
record Prices(String region, String taken, Map<String, Price> all, Map<String, BigDecimal> free) {

  Prices {
    all = Map.copyOf(all);
    free = Map.copyOf(free);
  }

  static Prices of(String region) {
    return read(Resources.read("prices.json"), region);
  }

  static Prices read(JsonNode table, String region) {
    if (!regions(table).contains(region)) {
      throw new CostException(
          "There are no prices of " + region + ", only of " + String.join(", ", regions(table)));
    }
    Map<String, Price> all = new LinkedHashMap<>();
    for (JsonNode each : table.path("prices")) {
      Price price = price(each, each.path("regions").path(region));
      if (all.put(price.id(), price) != null) {
        throw new CostException(price.id() + " is there twice.");
      }
    }
    Map<String, BigDecimal> free = new LinkedHashMap<>();
    for (JsonNode each : table.path("free")) {
      String id = Resources.text(each, "price");
      Resources.text(each, "source");
      if (!all.containsKey(id) || free.put(id, Resources.number(each, "quantity")) != null) {
        throw new CostException("What is free of " + id + " has no price, or is there twice.");
      }
    }
    return new Prices(region, Resources.text(table, "taken"), all, free);
  }

  /** Those that every price is known of. */
  static Set<String> regions(JsonNode table) {
    Set<String> regions = new TreeSet<>();
    boolean isFirst = true;
    for (JsonNode each : table.path("prices")) {
      Set<String> here = new TreeSet<>();
      each.path("regions").fieldNames().forEachRemaining(here::add);
      if (isFirst) {
        regions.addAll(here);
      } else {
        regions.retainAll(here);
      }
      isFirst = false;
    }
    return regions;
  }

  private static Price price(JsonNode each, JsonNode there) {
    List<Price.Tier> tiers = new ArrayList<>();
    if (there.has("tiers")) {
      for (JsonNode tier : there.path("tiers")) {
        tiers.add(
            new Price.Tier(
                tier.path("up_to").isNull() ? null : Resources.number(tier, "up_to"),
                Resources.number(tier, "usd")));
      }
    } else {
      tiers.add(new Price.Tier(null, Resources.number(there, "usd")));
    }
    if (!there.path("verified").isBoolean()) {
      throw new CostException(each.path("id") + " does not say whether it is verified.");
    }
    return new Price(
        Resources.text(each, "id"),
        Resources.text(each, "what"),
        Resources.text(each, "unit"),
        tiers,
        Resources.text(each, "source"),
        there.path("verified").booleanValue(),
        Resources.text(there, "seen"));
  }

  Price get(String id) {
    Price price = all.get(id);
    if (price == null) {
      throw new CostException("There is no price of " + id + ".");
    }
    return price;
  }

  /** The ids of those that no public text was found for, in order. */
  List<String> unverified() {
    return all.values().stream()
        .filter(price -> !price.verified())
        .map(Price::id)
        .sorted()
        .toList();
  }
}
