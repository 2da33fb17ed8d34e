package shelfless.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class PlanTest {
  @Test
  void withoutArgumentsEachFunctionIsMeasuredSevenTimesAndTwoThousandCallsWarm() {
    assertEquals(new Plan(List.of(), false, true, false, 7, 2_000), Plan.of(List.of()));
  }

  @Test
  void functionsAndNumbersAreTaken() {
    assertEquals(
        new Plan(List.of("GetProduct", "GetOrder"), false, false, false, 3, 10),
        Plan.of(List.of("--runs=3", "GetProduct", "--calls=10", "--without-tls", "GetOrder")));
  }

  @Test
  void whatHasNoMeaningIsRefusedWithTheUsage() {
    for (List<String> wrong :
        List.of(
            List.of("--fast"),
            List.of("--runs=0"),
            List.of("--runs=many"),
            List.of("--where"),
            List.of("--where", "GetProduct", "GetOrder"))) {
      BenchException refused = assertThrows(BenchException.class, () -> Plan.of(wrong));
      assertTrue(String.valueOf(refused.getMessage()).contains(Plan.USAGE), wrong::toString);
    }
  }

  @Test
  void theLastCoreIsTheFunctions() {
    assertEquals("0", Cores.others(2));
    assertEquals("0-6", Cores.others(8));
  }

  @Test
  void linuxTellsMemoryInKilobytes() {
    assertEquals(96.5, ExecutionEnvironment.megabytes("VmRSS:\t   98816 kB"));
  }
}
