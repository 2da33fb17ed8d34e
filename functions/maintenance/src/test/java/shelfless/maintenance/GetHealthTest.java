package shelfless.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;
import shelfless.testing.HttpCall;
import shelfless.testing.TestDatabase;

class GetHealthTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-02T09:30:00Z"), ZoneOffset.UTC);

  private static HttpCall.Answer ask(Map<String, String> settings) {
    try (Environment environment = new Environment(settings, CLOCK, IdGenerator.secure(CLOCK))) {
      return HttpCall.get("/health").to(new GetHealth(environment));
    }
  }

  @Test
  void theShopIsWellWhenItsDatabaseAnswers() {
    try (TestDatabase database = TestDatabase.migrated()) {
      HttpCall.Answer answer = ask(database.settings());

      assertEquals(200, answer.status());
      assertEquals("no-store", answer.header("cache-control"));
      JsonNode health = answer.json();
      assertEquals("ok", health.path("status").asText());
      assertEquals("ok", health.path("database").asText());
      assertEquals("2026-03-02T09:30:00Z", health.path("time").asText());
      assertTrue(
          health.path("version").asText().matches("\\d+\\.\\d+\\.\\d+.*"), health.toString());
    }
  }

  @Test
  void withoutItsDatabaseItIs503AndAsksToComeAgain() {
    HttpCall.Answer answer =
        ask(Map.of("DATABASE_URL", "jdbc:postgresql://127.0.0.1:1/none", "DATABASE_USER", "app"));

    assertEquals(503, answer.status());
    assertEquals("application/problem+json", answer.header("content-type"));
    assertEquals("2", answer.header("retry-after"));
  }
}
