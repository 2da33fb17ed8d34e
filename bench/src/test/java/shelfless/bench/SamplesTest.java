package shelfless.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class SamplesTest {
  @Test
  void theMedianIsTheMiddleOne_andOfAnEvenNumberTheMeanOfTwo() {
    assertEquals(3, Samples.of(9, 1, 3).median());
    assertEquals(2.5, Samples.of(4, 1, 2, 3).median());
    assertTrue(Double.isNaN(Samples.of().median()));
  }

  @Test
  void aPercentileIsAValueThatWasMeasured() {
    Samples hundred = new Samples();
    for (int value = 100; value >= 1; value--) {
      hundred.add(value);
    }
    assertEquals(50, hundred.percentile(50));
    assertEquals(99, hundred.percentile(99));
    assertEquals(100, hundred.percentile(100));
    assertEquals(7, Samples.of(7).percentile(99));
  }

  @Test
  void aRatioIsOfMedians_soThatOneSlowRunDoesNotDecide() {
    assertEquals(1.5, Samples.of(30, 31, 900).ratio(Samples.of(20, 20.666666666666668, 21)), 1e-9);
  }

  @Test
  void aRatioByRoundIsFreeOfWhatSlowsARoundDown() {
    // The second round was three times as slow as the first, the third twice.
    Samples row = Samples.of(15, 45, 33);
    Samples floor = Samples.of(10, 30, 20);
    assertEquals(1.5, row.ratioByRound(floor), 1e-9);
    assertEquals(1.65, row.ratio(floor), 1e-9);
  }

  @Test
  void theSpreadNamesTheSmallestAndTheLargest() {
    assertEquals("512 (498..530)", Report.spread(Samples.of(512, 530, 498)));
    assertEquals("35.2 (34.0..41.0)", Report.spread(Samples.of(35.2, 34, 41)));
    assertEquals("-", Report.spread(Samples.of()));
  }
}
