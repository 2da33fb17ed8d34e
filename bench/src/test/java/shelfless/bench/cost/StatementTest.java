package shelfless.bench.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StatementTest {
  @Test
  void moneyIsRoundedHalfUpWhereItIsShown() {
    assertEquals("1,234.57", Statement.cents(new BigDecimal("1234.565")));
    assertEquals("0.00", Statement.cents(new BigDecimal("0.0049")));
    assertEquals("0.00", Statement.cents(new BigDecimal("-0.0049")));
    assertEquals("-0.01", Statement.cents(new BigDecimal("-0.005")));
  }

  @Test
  void largeQuantitiesAreWhole_andSmallOnesHaveThreeDigits() {
    assertEquals("1,971,000", Statement.quantity(new BigDecimal("1971000.00")));
    assertEquals("48,971", Statement.quantity(new BigDecimal("48970.83")));
    assertEquals("0.75", Statement.quantity(new BigDecimal("0.7500")));
    assertEquals("57.792", Statement.quantity(new BigDecimal("57.791667")));
  }

  /**
   * Of 100 sales at 23 USD: a tenth and half a dollar each are 280, 2.9% and 0.30 and 29 are
   * 125.70.
   */
  @Test
  void aHostedShopTakesAShare_anAmountAndAMonthlyFee() {
    assertEquals(0, new BigDecimal("280").compareTo(takes("Gumroad")));
    assertEquals(0, new BigDecimal("125.70").compareTo(takes("Shopify Basic")));
    assertEquals(0, new BigDecimal("99").compareTo(takes("Payhip Pro")));
  }

  @Test
  void aBillShowsItsPartsApart() throws IOException {
    String text = printed("--orders", "100", "--size", "hobby");
    assertTrue(text.contains("| **without any sale** |"));
    assertTrue(text.contains("| **by the sales** |"));
    assertTrue(text.contains("| **free, subtracted** |"));
    assertTrue(text.contains("| **together** |"));
    assertFalse(text.contains("| business |"));
    assertFalse(printed("--no-free-tier").contains("subtracted"));
  }

  @Test
  void whatIsNotMeasuredOrNotVerifiedIsSaid() throws IOException {
    String text = printed();
    assertTrue(text.contains("From memory, since no public text was found (?): api-requests"));
    assertEquals(!Durations.read().measured(), text.contains("NOT measured"));
    assertTrue(text.contains("without Stripe's fee"));
  }

  @Test
  void theTableHasThreeNumbersOfOrdersInBothSizes_andWhatHostedShopsTake() throws IOException {
    String text = printed("--table");
    for (String orders : List.of("100", "10,000", "1,000,000")) {
      assertTrue(text.contains("| " + orders + " | hobby |"));
      assertTrue(text.contains("| " + orders + " | business |"));
    }
    Hosted.read().forEach(shop -> assertTrue(text.contains("| " + shop.name()), shop.name()));
    assertTrue(text.contains("The size hobby is not made for 1,000,000 orders"));
  }

  @Test
  void theDocumentedTablesAreWhatTheCommandPrints() throws IOException {
    String documented = DeployedTest.read("docs/cost.md");
    printed("--table")
        .lines()
        .filter(line -> line.startsWith("|"))
        .forEach(
            line ->
                assertTrue(documented.contains(line + "\n"), () -> "docs/cost.md lacks " + line));
  }

  @Test
  void assumptionsAreShownWithTheirReasons() throws IOException {
    String text = printed("--assumptions");
    Assumptions.read()
        .numbers()
        .keySet()
        .forEach(id -> assertTrue(text.contains("| " + id + " |")));
  }

  private static BigDecimal takes(String name) {
    return Hosted.read().stream()
        .filter(shop -> shop.name().equals(name))
        .findFirst()
        .orElseThrow()
        .takes(new BigDecimal(100), new BigDecimal(23));
  }

  private static String printed(String... arguments) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Cost.run(Options.of(List.of(arguments)), new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
