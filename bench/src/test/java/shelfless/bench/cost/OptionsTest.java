package shelfless.bench.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OptionsTest {
  private final Assumptions assumptions = Assumptions.read();

  @Test
  void withoutOptionsItIsTenThousandOrdersInBothSizes() {
    Options options = Options.of(List.of());
    assertEquals(List.of(Size.HOBBY, Size.BUSINESS), options.sizes());
    assertEquals("eu-central-1", options.region());
    assertTrue(options.subtractsFree());
    assertFalse(options.table());
    Usage usage = options.usage(options.orders(), assumptions);
    assertSame("10000", usage.orders());
    assertSame("15000", usage.downloads());
    assertSame("75", usage.gigabytes());
  }

  @Test
  void valuesAreTakenWithAndWithoutASign() {
    Options options =
        Options.of(
            List.of(
                "--orders=7",
                "--downloads",
                "20",
                "--size",
                "hobby",
                "--region=us-east-1",
                "--waf",
                "--no-free-tier",
                "--assume",
                "views_per_order=5",
                "--assume=cache_hits=0.5"));
    Usage usage = options.usage(options.orders(), assumptions);
    assertSame("7", usage.orders());
    assertSame("20", usage.downloads());
    assertSame("0.1", usage.gigabytes());
    assertTrue(usage.waf());
    assertEquals(List.of(Size.HOBBY), options.sizes());
    assertEquals("us-east-1", options.region());
    assertFalse(options.subtractsFree());
    assertSame("5", options.asked(assumptions).get("views_per_order"));
    assertSame("0.5", options.asked(assumptions).get("cache_hits"));
  }

  @Test
  void gigabytesStandForThemselves() {
    Usage usage = Options.of(List.of("--gigabytes", "3")).usage(BigDecimal.ONE, assumptions);
    assertSame("3", usage.gigabytes());
  }

  @Test
  void whatHasNoMeaningIsRefused() {
    for (List<String> wrong :
        List.of(
            List.of("--fast"),
            List.of("7"),
            List.of("--orders"),
            List.of("--orders", "-1"),
            List.of("--orders", "1e9"),
            List.of("--orders", "many"),
            List.of("--size", "huge"),
            List.of("--assume", "views_per_order"))) {
      assertThrows(CostException.class, () -> Options.of(wrong), wrong::toString);
    }
    for (String wrong : List.of("nothing=1", "cache_hits=2", "gb_per_acu=0")) {
      Options options = Options.of(List.of("--assume", wrong));
      assertThrows(CostException.class, () -> options.asked(assumptions), wrong);
    }
  }

  private static void assertSame(String expected, BigDecimal actual) {
    assertEquals(0, new BigDecimal(expected).compareTo(actual), () -> expected + " " + actual);
  }
}
