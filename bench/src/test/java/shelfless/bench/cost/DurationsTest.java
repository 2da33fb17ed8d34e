package shelfless.bench.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DurationsTest {
  private static final Durations.Duration OTHERS =
      new Durations.Duration(new BigDecimal(5), new BigDecimal(700));

  /** As {@code target/bench/cold-start.jsonl} has them. */
  private static final List<String> LINES =
      List.of(
          """
          {"at": "2026-11-23T01:13:11Z", "java": "25", "runs": 3}\
          """,
          """
          {"name": "floor: one query", "function": "floor: one query", "snap_start": true, "warm_p50_ms": 0.3,
           "on_demand_ms": [400.5], "restored_ms": [30.1]}\
          """,
          """
          {"name": "ListProducts", "function": "ListProducts", "snap_start": true, "warm_p50_ms": 0.5,
           "on_demand_ms": [900.1, 901.1, 905.1], "restored_ms": [41.5, 40.5, 99.9]}\
          """,
          """
          {"name": "ListProducts (search)", "function": "ListProducts", "snap_start": true, "warm_p50_ms": 1.25,
           "on_demand_ms": [800.1], "restored_ms": [38.5]}\
          """,
          """
          {"name": "SendMail", "function": "SendMail", "snap_start": false, "warm_p50_ms": 2.5,
           "on_demand_ms": [900.0, 1000.0], "restored_ms": [40.0, 41.0]}\
          """,
          """
          {"name": "Broken", "function": "Broken", "snap_start": false, "warm_p50_ms": "NaN",
           "on_demand_ms": [], "restored_ms": []}\
          """);

  @Test
  void aColdStartIsARestoreWithSnapStart_andOnDemandWithout() {
    Durations taken = Durations.read(Durations.taken(LINES, OTHERS));
    assertTrue(taken.measured());
    assertEquals(2, taken.functions().size());
    // The slowest of its cases.
    assertEquals(duration("1.25", "41.5"), taken.functions().get("ListProducts"));
    assertEquals(duration("2.5", "950.000"), taken.functions().get("SendMail"));
    assertEquals(OTHERS, taken.others());
  }

  @Test
  void whatWasMeasuredOnACoreTakesLongerOnTheShareThatLambdaGives() {
    JsonNode json = Durations.taken(LINES, OTHERS);
    assertEquals("1.728", Resources.text(json, "stretch"));
    // (1.25 * 0.98 + 41.5 * 0.02) * 1.728
    BigDecimal billed = Durations.read(json).billed("ListProducts", new BigDecimal("0.02"));
    assertEquals(0, new BigDecimal("3.55104").compareTo(billed));
  }

  @Test
  void nothingMeasuredIsRefused() {
    assertThrows(CostException.class, () -> Durations.taken(LINES.subList(0, 2), OTHERS));
  }

  @Test
  void theFileCanBeRead_andAFunctionWithoutFiguresTakesThoseOfAll() {
    Durations durations = Durations.read();
    assertFalse(durations.others().warm().signum() == 0);
    assertEquals(
        durations.others().warm().multiply(durations.stretch()),
        durations.billed("Nobody", BigDecimal.ZERO));
  }

  private static Durations.Duration duration(String warm, String cold) {
    return new Durations.Duration(new BigDecimal(warm), new BigDecimal(cold));
  }
}
