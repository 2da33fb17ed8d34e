package shelfless.bench.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ModelTest {
  private static final Durations DURATIONS =
      new Durations(
          false,
          BigDecimal.ONE,
          new Durations.Duration(new BigDecimal(5), new BigDecimal(700)),
          Map.of());

  private final Assumptions assumptions = Assumptions.read();
  private final Prices prices = Prices.of("eu-central-1");
  private final Model model = new Model(prices, assumptions, DURATIONS);

  /**
   * By hand: of 30 views 9 are lists and 21 are products; two quotes, two checkouts, three looks at
   * the page after the payment, two webhooks; 1.5 downloads with two calls each. A call takes 5 ms,
   * one of fifty 700 ms, so 18.9 ms; a checkout waits 400 ms, a look 200 ms, a webhook 815 ms, a
   * fulfilment and a mail 30 ms.
   */
  @Test
  void oneOrderMakesTheCallsOfASale() {
    Traffic one = Traffic.of(Usage.of(BigDecimal.ONE, assumptions), assumptions, DURATIONS);
    assertSame("30", one.views());
    assertSame("42", one.apiCalls());
    assertSame("2", one.messages());
    assertSame("44", one.functionCalls());
    assertSame("43.5", one.edgeRequests());
    assertSame("14", one.secretCalls());
    // 30*19 + 2*19 + 2*419 + 3*219 + 2*834 + 49 + 49 + 3*19
    assertSame("3.926", one.functionTime());
  }

  /** 730 hours of two half units, of eight units of proxy, of two gateways and two addresses. */
  @Test
  void businessPaysForWhatNeverSleeps() {
    Bill bill = model.bill(Size.BUSINESS, sells(0), false);
    assertSame("102.20", line(bill, "Database, 2 instances at their least"));
    assertSame("105.12", line(bill, "Database proxy, its least"));
    assertSame("75.92", line(bill, "Way out, NAT gateways"));
    assertSame("7.30", line(bill, "Public addresses"));
    assertSame("2.40", line(bill, "Secrets"));
    assertSame("0", bill.ofSales());
  }

  /**
   * Six times a day the sweeps take four minutes, their connections stay one, and the database
   * waits five: 10 minutes, 60 a day, 30.42 hours a month, at one unit.
   */
  @Test
  void hobbyIsAwakeForItsSweepsOnly_whenNobodyComes() {
    Bill bill = model.bill(Size.HOBBY, sells(0), false);
    assertSame("4.26", rounded(line(bill, "Database, awake for the sweeps")));
    assertSame("3.504", line(bill, "Way out, an instance"));
    assertSame("0", bill.ofSales());
    assertSame("0.0417", model.awake(Size.HOBBY, sells(0)).setScale(4, RoundingMode.HALF_UP));
  }

  /**
   * 100 orders are 800 visits of 9 minutes each, together 0.16438 of a month; e to the minus that
   * is 0.84842, times the 0.95833 in which no sweep keeps it awake: asleep for 0.81307.
   */
  @Test
  void visitsThatOverlapKeepTheDatabaseAwakeOnce() {
    assertSame("0.1869", model.awake(Size.HOBBY, sells(100)).setScale(4, RoundingMode.HALF_UP));
    assertTrue(model.awake(Size.HOBBY, sells(1_000_000)).compareTo(BigDecimal.ONE) <= 0);
  }

  @Test
  void moreOrdersNeverCostLess() {
    for (Size size : Size.values()) {
      for (boolean free : List.of(true, false)) {
        BigDecimal before = BigDecimal.ZERO;
        for (long orders : steps()) {
          BigDecimal now = model.bill(size, sells(orders), free).total();
          assertTrue(now.compareTo(before) >= 0, size + " " + orders + ": " + before + " " + now);
          before = now;
        }
      }
    }
  }

  @Test
  void moreDownloadsAndMoreDataNeverCostLess() {
    for (Size size : Size.values()) {
      BigDecimal before = BigDecimal.ZERO;
      for (long many : steps()) {
        Usage usage =
            new Usage(new BigDecimal(1000), new BigDecimal(many), new BigDecimal(many), false);
        BigDecimal now = model.bill(size, usage, true).total();
        assertTrue(now.compareTo(before) >= 0, size + " " + many);
        before = now;
      }
    }
  }

  @Test
  void fixedPartsAreTheSameForAnyNumberOfOrders() {
    for (Size size : Size.values()) {
      BigDecimal fixed = model.bill(size, sells(0), true).fixed();
      for (long orders : steps()) {
        assertSame(fixed.toPlainString(), model.bill(size, sells(orders), true).fixed());
      }
    }
  }

  @Test
  void aBillIsItsLinesWithoutWhatIsFree() {
    for (Size size : Size.values()) {
      for (long orders : steps()) {
        Bill with = model.bill(size, sells(orders), true);
        Bill without = model.bill(size, sells(orders), false);
        BigDecimal lines =
            without.lines().stream().map(Bill.Line::usd).reduce(BigDecimal.ZERO, BigDecimal::add);
        assertSame(lines.toPlainString(), without.total());
        assertSame(lines.subtract(with.subtracted()).toPlainString(), with.total());
        assertTrue(without.free().isEmpty());
        for (Bill.Line line : with.free()) {
          assertTrue(line.quantity().compareTo(prices.free().get(line.price().id())) <= 0);
        }
        assertTrue(with.total().signum() > 0);
      }
    }
  }

  @Test
  void aThousandGigabytesAreFreeOfCloudFront_andTheRestCosts() {
    Usage usage = new Usage(BigDecimal.ZERO, BigDecimal.ZERO, new BigDecimal(1_124), false);
    Bill bill = model.bill(Size.HOBBY, usage, true);
    assertSame("95.54", line(bill, "Edge, files"));
    BigDecimal free =
        bill.free().stream()
            .filter(line -> line.price().id().equals("edge-data"))
            .map(Bill.Line::usd)
            .findFirst()
            .orElseThrow();
    assertSame("87.04", free);
  }

  @Test
  void tiersAreSharedByAllLinesOfOnePrice() {
    Price data = prices.get("edge-data");
    Bill.Builder builder = new Bill.Builder(Size.HOBBY, sells(0), prices);
    builder.sold("one", "edge-data", new BigDecimal(10_000));
    builder.sold("other", "edge-data", new BigDecimal(10_000));
    assertSame(data.of(new BigDecimal(20_000)).toPlainString(), builder.bill(false).ofSales());
  }

  @Test
  void theDatabaseNeverGrowsAboveWhatTheTemplateAllows() {
    Bill bill = model.bill(Size.BUSINESS, sells(1_000_000_000L), false);
    BigDecimal capacity =
        bill.lines().stream()
            .filter(line -> line.price().id().equals("database-capacity"))
            .map(Bill.Line::quantity)
            .reduce(BigDecimal.ZERO, BigDecimal::add);
    assertSame("5840", capacity);
  }

  @Test
  void aSizeSaysWhenItIsTooSmall() {
    assertFalse(model.isTooMuch(Size.HOBBY, sells(10_000)));
    assertTrue(model.isTooMuch(Size.HOBBY, sells(1_000_000)));
    assertFalse(model.isTooMuch(Size.BUSINESS, sells(1_000_000)));
  }

  @Test
  void theWebAclIsInTheBillWhenItIsDeployed() {
    Usage plain = sells(1000);
    Usage guarded = new Usage(plain.orders(), plain.downloads(), plain.gigabytes(), true);
    BigDecimal more =
        model
            .bill(Size.BUSINESS, guarded, true)
            .total()
            .subtract(model.bill(Size.BUSINESS, plain, true).total());
    // 5 for the list, 4 for its rules, 43,500 requests.
    assertSame("9.0261", more);
  }

  @Test
  void americaIsNotDearerThanFrankfurt() {
    Model there = new Model(Prices.of("us-east-1"), assumptions, DURATIONS);
    for (Size size : Size.values()) {
      assertTrue(
          there
                  .bill(size, sells(10_000), true)
                  .total()
                  .compareTo(model.bill(size, sells(10_000), true).total())
              <= 0);
    }
  }

  @Test
  void everyPriceIsUsed() {
    Usage usage = new Usage(BigDecimal.TEN, BigDecimal.TEN, BigDecimal.TEN, true);
    List<String> used =
        List.of(Size.values()).stream()
            .flatMap(size -> model.bill(size, usage, true).lines().stream())
            .map(line -> line.price().id())
            .distinct()
            .sorted()
            .toList();
    assertEquals(prices.all().keySet().stream().sorted().toList(), used);
  }

  @Test
  void everyAssumptionSaysWhy() {
    assumptions.calls().forEach(call -> assertFalse(call.why().isBlank()));
    assumptions.numbers().values().forEach(number -> assertFalse(number.why().isBlank()));
  }

  private Usage sells(long orders) {
    return Usage.of(new BigDecimal(orders), assumptions);
  }

  private static List<Long> steps() {
    return List.of(
        0L, 1L, 2L, 10L, 99L, 100L, 1_000L, 9_999L, 10_000L, 100_000L, 1_000_000L, 10_000_000L);
  }

  private static BigDecimal line(Bill bill, String what) {
    return bill.lines().stream()
        .filter(line -> line.what().equals(what))
        .map(Bill.Line::usd)
        .findFirst()
        .orElseThrow();
  }

  private static BigDecimal rounded(BigDecimal usd) {
    return usd.setScale(2, RoundingMode.HALF_UP);
  }

  private static void assertSame(String expected, BigDecimal actual) {
    assertEquals(0, new BigDecimal(expected).compareTo(actual), () -> expected + " " + actual);
  }
}
