package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * What came back.
 *
 * @param call what was asked, for messages
 */
record Answer(String call, int status, HttpHeaders headers, byte[] bytes) {
  /** This answer, when it has that status. */
  Answer expect(int wanted) {
    assertEquals(wanted, status, this::toString);
    return this;
  }

  /** The problem, when it is one of that status. */
  JsonNode problem(int wanted) {
    expect(wanted);
    assertEquals("application/problem+json", mediaType(), this::toString);
    return json();
  }

  /** The problem, when it is one of that status and code. */
  JsonNode problem(int wanted, String code) {
    JsonNode problem = problem(wanted);
    assertEquals(code, problem.path("code").asText(), this::toString);
    return problem;
  }

  /** What a problem finds fault with: pointers into the body, or names of parameters. */
  static Set<String> pointers(JsonNode problem) {
    Set<String> pointers = new TreeSet<>();
    problem.path("errors").forEach(error -> pointers.add(error.path("pointer").asText()));
    return pointers;
  }

  JsonNode json() {
    return Json.parse(text());
  }

  String text() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** A header's value, empty when it is missing. */
  String header(String name) {
    return headers.firstValue(name).orElse("");
  }

  /** The content type in lower case without its parameters, empty when it is missing. */
  String mediaType() {
    return header("Content-Type").replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT);
  }

  @Override
  public String toString() {
    String text = text();
    return call + " answered " + status + " " + text.substring(0, Math.min(text.length(), 2_000));
  }
}
