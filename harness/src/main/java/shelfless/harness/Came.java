package shelfless.harness;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.Predicate;
import shelfless.json.Json;
import shelfless.testing.HttpCall;

/** What a call of a race came to. */
record Came(int status, String body) {
  /**
   * Makes the call.
   *
   * @throws Broken when the process died, or the shop failed: nothing makes it fail in a race
   */
  static Came of(World.Process process, String handler, HttpCall call) {
    HttpCall.Answer answer = process.call(handler, call);
    if (answer == null || answer.status() >= 500) {
      throw new Broken(
          handler + " came to " + (answer == null ? "nothing" : answer.body() + answer.log()));
    }
    return new Came(answer.status(), answer.body());
  }

  boolean is(int wanted) {
    return status == wanted;
  }

  boolean is(int wanted, String code) {
    return is(wanted) && body.contains("urn:shelfless:problem:" + code);
  }

  JsonNode json() {
    try {
      return Json.read(body);
    } catch (JsonProcessingException unreadable) {
      throw new Broken(body, unreadable);
    }
  }

  static long count(List<Came> came, int status) {
    return came.stream().filter(each -> each.is(status)).count();
  }

  static void nothingBut(List<Came> came, Predicate<Came> expected) {
    for (Came each : came) {
      if (!expected.test(each)) {
        throw new Broken("An answer that should not be: " + each);
      }
    }
  }
}
