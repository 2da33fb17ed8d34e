package shelfless.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import shelfless.domain.PricingResult.Priced;
import shelfless.domain.PricingResult.PricedLine;

class PricingTest {
  private static final Optional<Promotion> NO_PROMOTION = Optional.empty();
  private static final UUID BOOK = id(1);
  private static final UUID TOOL = id(2);

  @Test
  @DisplayName("Rule 2: the order's total is the sum of its lines")
  void twoProducts_addUp() {
    Priced priced =
        priced(List.of(line(BOOK, 1900, 1), line(TOOL, 4900, 3)), NO_PROMOTION, PricingTest::noTax);
    assertEquals(eur(16600), priced.subtotal());
    assertEquals(eur(0), priced.discount());
    assertEquals(eur(0), priced.tax());
    assertEquals(eur(16600), priced.total());
    assertEquals(eur(14700), priced.lines().get(1).lineTotal());
    assertEquals(eur(14700), priced.lines().get(1).paid());
  }

  @Test
  @DisplayName("Rule 2: the same product named twice is one line")
  void sameProductTwice_isOneLine() {
    Priced priced =
        priced(
            List.of(line(BOOK, 1900, 1), line(TOOL, 100, 1), line(BOOK, 1900, 2)),
            NO_PROMOTION,
            PricingTest::noTax);
    assertEquals(List.of(BOOK, TOOL), priced.lines().stream().map(PricedLine::productId).toList());
    assertEquals(3, priced.lines().getFirst().quantity());
  }

  @Test
  @DisplayName("Rule 2: items in two currencies are refused")
  void twoCurrencies_areRefused() {
    Pricing.Line yen = new Pricing.Line(TOOL, ProductKind.EBOOK, new Money(500, "JPY"), 1);
    assertEquals(
        new PricingResult.MixedCurrencies("EUR", "JPY"),
        Pricing.price(List.of(line(BOOK, 1900, 1), yen), NO_PROMOTION, PricingTest::noTax));
  }

  @Test
  @DisplayName("Rule 2: at most 50 lines, counted after the same product became one")
  void fiftyOneProducts_areRefused() {
    List<Pricing.Line> fifty = IntStream.range(0, 50).mapToObj(i -> line(id(i), 1, 1)).toList();
    priced(
        Stream.concat(fifty.stream(), fifty.stream()).toList(), NO_PROMOTION, PricingTest::noTax);
    assertEquals(
        new PricingResult.TooManyLines(50),
        Pricing.price(
            Stream.concat(fifty.stream(), Stream.of(line(id(50), 1, 1))).toList(),
            NO_PROMOTION,
            PricingTest::noTax));
    assertEquals(
        new PricingResult.NoLines(), Pricing.price(List.of(), NO_PROMOTION, PricingTest::noTax));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 101, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void quantityOutsideOneToHundred_isRefused(int quantity) {
    assertEquals(
        new PricingResult.QuantityOutOfRange(BOOK, quantity, 100),
        Pricing.price(List.of(line(BOOK, 1900, quantity)), NO_PROMOTION, PricingTest::noTax));
  }

  @Test
  void quantitiesThatTogetherPassHundred_areRefused() {
    assertEquals(
        new PricingResult.QuantityOutOfRange(BOOK, 101, 100),
        Pricing.price(
            List.of(line(BOOK, 1, 60), line(BOOK, 1, 41)), NO_PROMOTION, PricingTest::noTax));
  }

  @Test
  void twoPricesForOneProduct_areAMistakeOfTheCaller() {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            Pricing.price(
                List.of(line(BOOK, 1, 1), line(BOOK, 2, 1)), NO_PROMOTION, PricingTest::noTax));
  }

  @Test
  @DisplayName("Security: sums that pass what can be charged, or what a long holds, are refused")
  void sumsThatOverflow_areRefused() {
    for (long price : new long[] {100_000_000, Long.MAX_VALUE, Long.MAX_VALUE / 2}) {
      assertEquals(
          new PricingResult.AmountTooLarge(),
          Pricing.price(
              List.of(line(BOOK, price, 2), line(TOOL, price, 100)),
              percent(1),
              kind -> new BigDecimal("0.19")));
    }
  }

  @Test
  void percentOff_isRoundedHalfUpForEachLine() {
    Priced priced =
        priced(List.of(line(BOOK, 5, 1), line(TOOL, 14, 1)), percent(10), PricingTest::noTax);
    assertEquals(
        List.of(eur(1), eur(1)), priced.lines().stream().map(PricedLine::discount).toList());
    assertEquals(eur(17), priced.total());
  }

  @Test
  @DisplayName("Rule 5: a promotion can take the price to 0")
  void hundredPercentOff_leavesNothingToPay() {
    Priced priced = priced(List.of(line(BOOK, 1900, 3)), percent(100), kind -> BigDecimal.ONE);
    assertEquals(eur(0), priced.total());
    assertEquals(eur(5700), priced.discount());
  }

  @Test
  void amountOff_isSpreadToTheLastCent() {
    Priced priced =
        priced(
            List.of(line(BOOK, 100, 1), line(TOOL, 100, 1), line(id(3), 100, 1)),
            amount(eur(100), Set.of()),
            PricingTest::noTax);
    assertEquals(
        List.of(eur(34), eur(33), eur(33)),
        priced.lines().stream().map(PricedLine::discount).toList());
    assertEquals(eur(200), priced.total());
  }

  @Test
  void amountOff_neverPassesWhatTheCoveredLinesCost() {
    Priced priced =
        priced(
            List.of(line(BOOK, 100, 1), line(TOOL, 500, 1)),
            amount(eur(300), Set.of(BOOK)),
            PricingTest::noTax);
    assertEquals(eur(100), priced.discount());
    assertEquals(eur(0), priced.lines().get(1).discount());
  }

  @Test
  void promotionForOtherProducts_isRefused() {
    List<Pricing.Line> lines = List.of(line(BOOK, 1900, 1));
    assertEquals(
        new PricingResult.NotCovered(),
        Pricing.price(lines, amount(eur(100), Set.of(TOOL)), PricingTest::noTax));
    assertEquals(
        new PricingResult.NotCovered(),
        Pricing.price(List.of(line(BOOK, 0, 1)), percent(50), PricingTest::noTax));
  }

  @Test
  void amountOffInAnotherCurrency_isRefused() {
    assertEquals(
        new PricingResult.PromotionInOtherCurrency("USD"),
        Pricing.price(
            List.of(line(BOOK, 1900, 1)),
            amount(new Money(100, "USD"), Set.of()),
            PricingTest::noTax));
  }

  @Test
  void tax_isAddedByKindToWhatIsLeftAfterTheDiscount() {
    Pricing.Line software = new Pricing.Line(TOOL, ProductKind.SOFTWARE, eur(1000), 1);
    Priced priced =
        priced(
            List.of(line(BOOK, 1000, 1), software),
            percent(50),
            kind -> new BigDecimal(kind == ProductKind.EBOOK ? "0.07" : "0.19"));
    assertEquals(List.of(eur(35), eur(95)), priced.lines().stream().map(PricedLine::tax).toList());
    assertEquals(new BigDecimal("0.07"), priced.lines().getFirst().taxRate());
    assertEquals(eur(1130), priced.total());
  }

  @Test
  void threeDecimals_leaveEverySumChargeable() {
    Money price = new Money(3330, "KWD");
    Priced priced =
        priced(
            List.of(new Pricing.Line(BOOK, ProductKind.EBOOK, price, 1)),
            percent(33),
            kind -> new BigDecimal("0.05"));
    assertEquals(new Money(1100, "KWD"), priced.discount());
    assertEquals(new Money(110, "KWD"), priced.tax());
    assertTrue(priced.total().isChargeable());
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  @Label("Order total = items - discount + tax, for the order as for its lines")
  void sums_areExact(
      @ForAll("carts") List<Pricing.Line> lines,
      @ForAll("promotions") Optional<Promotion> promotion,
      @ForAll("rates") BigDecimal rate) {
    if (!(Pricing.price(lines, promotion, kind -> rate) instanceof Priced priced)) {
      return;
    }
    assertEquals(priced.total(), priced.subtotal().minus(priced.discount()).plus(priced.tax()));
    assertEquals(priced.total(), sum(priced.lines().stream().map(PricedLine::paid)));
    assertEquals(priced.subtotal(), sum(priced.lines().stream().map(PricedLine::lineTotal)));
    assertEquals(priced.discount(), sum(priced.lines().stream().map(PricedLine::discount)));
    assertEquals(priced.tax(), sum(priced.lines().stream().map(PricedLine::tax)));
    for (PricedLine line : priced.lines()) {
      assertEquals(line.lineTotal(), line.unitPrice().times(line.quantity()));
      assertTrue(line.discount().amount() >= 0 && !line.discount().isMoreThan(line.lineTotal()));
      assertTrue(line.tax().amount() >= 0);
      assertEquals(line.paid(), sum(Units.costs(line.paid(), line.quantity()).stream()));
    }
    promotion.ifPresent(
        present -> {
          if (present.off() instanceof Promotion.Amount(Money off)) {
            Money covered =
                sum(
                    priced.lines().stream()
                        .filter(line -> present.covers(line.productId()))
                        .map(PricedLine::lineTotal));
            assertEquals(off.min(covered), priced.discount());
          }
        });
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  @Label("With three decimals, whatever is charged or given back ends in 0")
  void threeDecimals_alwaysEndInZero(
      @ForAll("carts") List<Pricing.Line> lines,
      @ForAll("promotions") Optional<Promotion> promotion,
      @ForAll("rates") BigDecimal rate) {
    List<Pricing.Line> dinars =
        lines.stream()
            .map(
                line ->
                    new Pricing.Line(
                        line.productId(),
                        line.kind(),
                        new Money(line.unitPrice().amount() * 10, "KWD"),
                        line.quantity()))
            .toList();
    Optional<Promotion> off =
        promotion.map(
            present ->
                present.off() instanceof Promotion.Amount(Money amount)
                    ? new Promotion(
                        new Promotion.Amount(new Money(amount.amount() * 10, "KWD")),
                        present.products())
                    : present);
    if (Pricing.price(dinars, off, kind -> rate) instanceof Priced priced) {
      assertTrue(priced.total().isChargeable());
      for (PricedLine line : priced.lines()) {
        assertTrue(
            Units.costs(line.paid(), line.quantity()).stream().allMatch(Money::isChargeable));
      }
    }
  }

  @Provide
  Arbitrary<List<Pricing.Line>> carts() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 8),
            Arbitraries.of(ProductKind.class),
            Arbitraries.frequencyOf(
                Tuple.of(9, Arbitraries.longs().between(0, 50_000)),
                Tuple.of(1, Arbitraries.longs().between(0, Long.MAX_VALUE / 10))),
            Arbitraries.integers().between(1, 100))
        .as(
            (product, kind, price, quantity) ->
                new Pricing.Line(id(product), kind, eur(price), quantity))
        .list()
        .ofMinSize(1)
        .ofMaxSize(8)
        .uniqueElements(Pricing.Line::productId);
  }

  @Provide
  Arbitrary<Optional<Promotion>> promotions() {
    Arbitrary<Promotion.Off> off =
        Arbitraries.oneOf(
            Arbitraries.integers().between(1, 100).map(Promotion.Percent::new),
            Arbitraries.longs()
                .between(1, 500_000)
                .map(amount -> new Promotion.Amount(eur(amount))));
    Arbitrary<Set<UUID>> products =
        Arbitraries.integers().between(1, 8).map(PricingTest::id).set().ofMaxSize(4);
    return Combinators.combine(off, products).as(Promotion::new).optional();
  }

  @Provide
  Arbitrary<BigDecimal> rates() {
    return Arbitraries.bigDecimals().between(BigDecimal.ZERO, new BigDecimal("0.99999")).ofScale(5);
  }

  private static BigDecimal noTax(ProductKind kind) {
    return BigDecimal.ZERO;
  }

  private static Money sum(Stream<Money> amounts) {
    return amounts.reduce(Money::plus).orElseThrow();
  }

  private static Priced priced(
      List<Pricing.Line> lines,
      Optional<Promotion> promotion,
      Function<ProductKind, BigDecimal> taxRate) {
    return assertInstanceOf(Priced.class, Pricing.price(lines, promotion, taxRate));
  }

  private static Optional<Promotion> percent(int percent) {
    return Optional.of(new Promotion(new Promotion.Percent(percent), Set.of()));
  }

  private static Optional<Promotion> amount(Money amount, Set<UUID> products) {
    return Optional.of(new Promotion(new Promotion.Amount(amount), products));
  }

  private static Pricing.Line line(UUID product, long price, int quantity) {
    return new Pricing.Line(product, ProductKind.EBOOK, eur(price), quantity);
  }

  private static Money eur(long amount) {
    return new Money(amount, "EUR");
  }

  private static UUID id(int number) {
    return new UUID(0, number);
  }
}
