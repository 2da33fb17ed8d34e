package shelfless.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The knobs that make an outside service fail: {@code {"fail": 0..1, "slow_ms": n, "lose_answers":
 * 0..1}}. All neutral at a start.
 */
public final class Faults {
  /** What becomes of one request. */
  public enum Fate {
    /** Done and answered. */
    ANSWERED,
    /** Answered 503 before anything happened. */
    FAILED,
    /** Done, then the connection is closed without an answer. */
    ANSWER_LOST
  }

  private record Knobs(double fail, int slowMs, double loseAnswers) {
    ObjectNode json() {
      return Json.object()
          .put("fail", fail)
          .put("slow_ms", slowMs)
          .put("lose_answers", loseAnswers);
    }
  }

  private volatile Knobs knobs = new Knobs(0, 0, 0);

  /** Decides about one request, after waiting as long as {@code slow_ms} says. */
  public Fate next() throws InterruptedException {
    Knobs now = knobs;
    if (now.slowMs > 0) {
      Thread.sleep(Duration.ofMillis(now.slowMs));
    }
    if (chance(now.fail)) {
      return Fate.FAILED;
    }
    return chance(now.loseAnswers) ? Fate.ANSWER_LOST : Fate.ANSWERED;
  }

  /** PUT (which sets all three: one left out becomes neutral) and GET of the knobs at this path. */
  public LocalRoutes routes(String path) {
    return new LocalRoutes()
        .add("GET", path, call -> LocalRoutes.Answer.ok(knobs.json()))
        .add(
            "PUT",
            path,
            call -> {
              call.allowFields("fail", "slow_ms", "lose_answers");
              knobs =
                  new Knobs(
                      number("fail", call.field("fail"), 1),
                      (int) number("slow_ms", call.field("slow_ms"), 600_000),
                      number("lose_answers", call.field("lose_answers"), 1));
              return LocalRoutes.Answer.ok(knobs.json());
            });
  }

  private static double number(String name, @Nullable JsonNode value, int most) {
    if (value == null) {
      return 0;
    }
    if (!value.isNumber() || value.doubleValue() < 0 || value.doubleValue() > most) {
      throw LocalException.badRequest("'" + name + "' must be a number from 0 to " + most + ".");
    }
    return value.doubleValue();
  }

  private static boolean chance(double probability) {
    return probability > 0 && ThreadLocalRandom.current().nextDouble() < probability;
  }
}
