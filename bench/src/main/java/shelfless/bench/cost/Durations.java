package shelfless.bench.cost;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import shelfless.local.Json;

/**
 * How long a call of each function takes: {@code durations.json}.
 *
 * @param measured false while the figures are placeholders
 * @param stretch how many times as long it takes in Lambda as where it was measured
 * @param others of functions that have none of their own
 */
record Durations(
    boolean measured, BigDecimal stretch, Duration others, Map<String, Duration> functions) {

  /** Lambda gives a whole core at 1,769 MB, and shares of it below; the functions have 1,024. */
  private static final BigDecimal MB_OF_A_CORE = new BigDecimal(1769);

  private static final BigDecimal MB = new BigDecimal(1024);

  /**
   * @param warm of a call in an environment that is there, in milliseconds
   * @param cold of a call that needs a new one, with its start
   */
  record Duration(BigDecimal warm, BigDecimal cold) {}

  Durations {
    functions = Map.copyOf(functions);
  }

  static Durations read() {
    return read(Resources.read("durations.json"));
  }

  static Durations read(JsonNode json) {
    Map<String, Duration> functions = new LinkedHashMap<>();
    json.path("functions")
        .properties()
        .forEach(each -> functions.put(each.getKey(), duration(each.getValue())));
    return new Durations(
        json.path("measured").booleanValue(),
        Resources.number(json, "stretch"),
        duration(json.path("default")),
        functions);
  }

  private static Duration duration(JsonNode json) {
    return new Duration(Resources.number(json, "warm_ms"), Resources.number(json, "cold_ms"));
  }

  /**
   * What Lambda bills for one call on average, without what it waits for, in milliseconds.
   *
   * @param coldShare of calls that need a new environment, 0 to 1
   */
  BigDecimal billed(String function, BigDecimal coldShare) {
    Duration duration = functions.getOrDefault(function, others);
    return duration
        .warm
        .multiply(BigDecimal.ONE.subtract(coldShare))
        .add(duration.cold.multiply(coldShare))
        .multiply(stretch);
  }

  /**
   * The file that {@code durations.json} becomes by a run of {@code tools/bench-cold-start}: of
   * several cases of one function the slowest counts; a cold start is one after a restore where
   * SnapStart is deployed, and one on demand elsewhere.
   *
   * @param lines of {@code target/bench/cold-start.jsonl}
   * @param others what functions take that were not measured
   */
  static JsonNode taken(List<String> lines, Duration others) {
    Map<String, Duration> functions = new TreeMap<>();
    String at = "";
    int runs = 0;
    for (String line : lines) {
      JsonNode row = Json.parse(line);
      if (row.has("at")) {
        at = row.path("at").asText();
        runs = row.path("runs").asInt();
      }
      JsonNode colds =
          row.path(row.path("snap_start").booleanValue() ? "restored_ms" : "on_demand_ms");
      String name = row.path("function").asText();
      if (name.startsWith("floor") || colds.isEmpty() || !row.path("warm_p50_ms").isNumber()) {
        continue;
      }
      functions.merge(
          name,
          new Duration(row.path("warm_p50_ms").decimalValue(), median(colds)),
          (one, other) -> new Duration(one.warm.max(other.warm), one.cold.max(other.cold)));
    }
    if (functions.isEmpty()) {
      throw new CostException("There is no measured function in it.");
    }
    ObjectNode json =
        Json.object()
            .put("measured", true)
            .put(
                "about",
                "Milliseconds of one call on one core, measured by tools/bench-cold-start at "
                    + at
                    + " in "
                    + runs
                    + " runs: the median of warm calls, and of first answers after a restore (on"
                    + " demand without SnapStart). 'stretch': Lambda gives 1,024 MB so much of"
                    + " a core (1,024/1,769). Functions that were not measured take 'default'.")
            .put("stretch", MB_OF_A_CORE.divide(MB, new MathContext(4)).toPlainString());
    json.set("default", json(others));
    ObjectNode each = Json.object();
    functions.forEach((name, duration) -> each.set(name, json(duration)));
    json.set("functions", each);
    return json;
  }

  private static ObjectNode json(Duration duration) {
    return Json.object()
        .put("warm_ms", duration.warm.toPlainString())
        .put("cold_ms", duration.cold.toPlainString());
  }

  private static BigDecimal median(JsonNode values) {
    List<BigDecimal> sorted = new ArrayList<>();
    values.forEach(value -> sorted.add(value.decimalValue()));
    sorted.sort(null);
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : sorted
            .get(middle - 1)
            .add(sorted.get(middle))
            .divide(BigDecimal.TWO, 3, RoundingMode.HALF_UP);
  }
}
