package shelfless.bench.cost;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What the model takes for true and can read nowhere: {@code assumptions.json}.
 *
 * @param calls which functions a sale calls how often
 */
record Assumptions(List<Call> calls, Map<String, Assumed> numbers) {

  private static final Set<String> SHARES =
      Set.of("cold_share", "cache_hits", "secret_share", "nat_out_share", "target_utilisation");
  private static final Set<String> DIVISORS =
      Set.of("hours_per_month", "views_per_visit", "target_utilisation", "gb_per_acu");

  /** What a call is counted by. */
  enum Per {
    VIEW,
    ORDER,
    MAIL,
    DOWNLOAD
  }

  /**
   * @param times for each of what it is counted by
   * @param http whether it comes through CloudFront and API Gateway, and not from a queue
   * @param secrets whether the function reads secrets
   * @param providerCalls how often it asks the payment provider
   * @param awsCalls how often it asks SQS or SES
   */
  record Call(
      String function,
      Per per,
      BigDecimal times,
      boolean http,
      boolean secrets,
      BigDecimal providerCalls,
      BigDecimal awsCalls,
      String why) {}

  record Assumed(String id, BigDecimal value, String unit, String why) {}

  Assumptions {
    calls = List.copyOf(calls);
  }

  static Assumptions read() {
    JsonNode json = Resources.read("assumptions.json");
    List<Call> calls = new ArrayList<>();
    for (JsonNode call : json.path("calls")) {
      calls.add(
          new Call(
              Resources.text(call, "function"),
              Per.valueOf(Resources.text(call, "per").toUpperCase(Locale.ROOT)),
              Resources.number(call, "times"),
              call.path("http").booleanValue(),
              call.path("secrets").booleanValue(),
              Resources.number(call, "provider_calls"),
              Resources.number(call, "aws_calls"),
              Resources.text(call, "why")));
    }
    Map<String, Assumed> numbers = new LinkedHashMap<>();
    for (JsonNode number : json.path("numbers")) {
      Assumed assumed =
          new Assumed(
              Resources.text(number, "id"),
              Resources.number(number, "value"),
              number.path("unit").asText(),
              Resources.text(number, "why"));
      if (numbers.put(assumed.id(), assumed) != null) {
        throw new CostException(assumed.id() + " is assumed twice.");
      }
    }
    return new Assumptions(calls, numbers);
  }

  BigDecimal get(String id) {
    Assumed assumed = numbers.get(id);
    if (assumed == null) {
      throw new CostException("Nothing is assumed of " + id + ".");
    }
    return assumed.value();
  }

  /** The same with another value, such as one from the command line. */
  Assumptions with(String id, BigDecimal value) {
    Assumed before = numbers.get(id);
    if (before == null) {
      throw new CostException("Nothing is assumed of " + id + ".");
    }
    if (SHARES.contains(id) && value.compareTo(BigDecimal.ONE) > 0) {
      throw new CostException(id + " is at most 1.");
    }
    if (DIVISORS.contains(id) && value.signum() == 0) {
      throw new CostException(id + " is above 0.");
    }
    Map<String, Assumed> others = new LinkedHashMap<>(numbers);
    others.put(id, new Assumed(id, value, before.unit(), "as asked for"));
    return new Assumptions(calls, others);
  }
}
