package shelfless.bench.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.net.URI;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PricesTest {
  private final JsonNode table = Resources.read("prices.json");

  @Test
  void everyPriceIsKnownInBothRegions_withItsUnitAndThePageItComesFrom() {
    assertEquals(Set.of("eu-central-1", "us-east-1"), Prices.regions(table));
    for (String region : Prices.regions(table)) {
      Prices prices = Prices.of(region);
      LocalDate.parse(prices.taken());
      assertEquals(table.path("prices").size(), prices.all().size());
      for (Price price : prices.all().values()) {
        assertFalse(price.unit().isBlank(), price::toString);
        assertTrue(price.source().startsWith("https://"), price::toString);
        assertTrue(
            URI.create(price.source()).getHost().endsWith("aws.amazon.com"), price::toString);
        assertFalse(price.seen().isBlank(), price::toString);
      }
    }
  }

  @Test
  void whatNoPublicTextWasFoundForSaysSo() {
    for (String region : Prices.regions(table)) {
      for (Price price : Prices.of(region).all().values()) {
        assertEquals(!price.verified(), price.seen().startsWith("not found"), price::toString);
      }
    }
    assertEquals(
        List.of("api-requests", "database-backup"), Prices.of("eu-central-1").unverified());
    assertEquals(List.of(), Prices.of("us-east-1").unverified());
  }

  @Test
  void whatIsFreeIsOfSomethingThatCosts() {
    Prices prices = Prices.of("eu-central-1");
    assertFalse(prices.free().isEmpty());
    prices.free().keySet().forEach(id -> assertTrue(prices.get(id).first().signum() > 0, id));
    for (JsonNode each : table.path("free")) {
      assertTrue(Resources.text(each, "source").startsWith("https://"), each::toString);
    }
  }

  @Test
  void aRegionWithoutPricesIsRefused_withThoseThatHaveThem() {
    CostException refused = assertThrows(CostException.class, () -> Prices.of("mars-1"));
    assertTrue(String.valueOf(refused.getMessage()).contains("eu-central-1, us-east-1"));
  }

  @Test
  void eachTierPricesOnlyWhatIsInIt() {
    Price data = Prices.of("eu-central-1").get("edge-data");
    assertSame("0", data.of(BigDecimal.ZERO));
    assertSame("85", data.of(new BigDecimal(1_000)));
    // 10,240 at 0.085, 40,960 at 0.080, 100 at 0.060.
    assertSame("4153.2", data.of(new BigDecimal(51_300)));
  }

  @Test
  void tiersThatDoNotFollowEachOtherAreRefused() {
    Price.Tier open = new Price.Tier(null, BigDecimal.ONE);
    Price.Tier ten = new Price.Tier(BigDecimal.TEN, BigDecimal.ONE);
    for (List<Price.Tier> wrong :
        List.of(List.<Price.Tier>of(), List.of(ten), List.of(open, ten), List.of(ten, ten, open))) {
      assertThrows(
          CostException.class,
          () -> new Price("x", "x", "x", wrong, "https://x", true, "x"),
          wrong::toString);
    }
  }

  private static void assertSame(String expected, BigDecimal actual) {
    assertEquals(0, new BigDecimal(expected).compareTo(actual), () -> expected + " " + actual);
  }
}
