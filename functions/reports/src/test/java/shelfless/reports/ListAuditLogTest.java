package shelfless.reports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;
import shelfless.security.Tokens;
import shelfless.testing.HttpCall;
import shelfless.testing.TestDatabase;

class ListAuditLogTest {
  private static final String KEY = "sk_a-key-for-tests";
  private static final Instant START = Instant.parse("2026-03-01T09:00:00Z");

  private TestDatabase database;
  private Environment environment;
  private ListAuditLog handler;

  @BeforeEach
  void begin() {
    database = TestDatabase.migrated();
    environment = at(START);
    handler = new ListAuditLog(environment);
    environment
        .database()
        .transaction(
            transaction ->
                transaction.update(
                    """
                    insert into api_key (id, name, scopes, key_hash, created_by, created_at)
                    values (?, 'key', '{audit:read}', ?, 'test', ?)
                    """,
                    transaction.newId(),
                    Tokens.hash(KEY),
                    transaction.now()));
  }

  @AfterEach
  void end() {
    environment.close();
    database.close();
  }

  private Environment at(Instant time) {
    Clock clock = Clock.fixed(time, ZoneOffset.UTC);
    return new Environment(database.settings(), clock, IdGenerator.secure(clock));
  }

  /** Rows with numbers from 2 on, one a minute; 1 is the beginning of the log. */
  private void write(int rows) {
    for (int i = 0; i < rows; i++) {
      String action = i % 3 == 0 ? "order.paid" : "order.created";
      try (Environment then = at(START.plus(Duration.ofMinutes(i)))) {
        then.database()
            .transaction(
                transaction -> {
                  transaction.audit(
                      "system", action, "order", "order-1", Json.object().put("n", 1));
                  return true;
                });
      }
    }
  }

  @Test
  void pagesHaveEveryRowOnceNewestFirstWhileMoreIsWritten() {
    write(45);
    List<Long> seen = new ArrayList<>();
    String cursor = "";
    do {
      HttpCall call = HttpCall.get("/v1/admin/audit-log").bearer(KEY).query("limit", "10");
      JsonNode page = (cursor.isEmpty() ? call : call.query("cursor", cursor)).to(handler).json();
      page.path("data").forEach(row -> seen.add(row.path("seq").asLong()));
      cursor = page.path("next_cursor").asText("");
      assertTrue(page.path("next_cursor").isNull() || !cursor.isEmpty());
      write(1);
      if (page.path("next_cursor").isNull()) {
        cursor = "";
      }
    } while (!cursor.isEmpty());

    assertEquals(LongStream.iterate(46, seq -> seq >= 1, seq -> seq - 1).boxed().toList(), seen);
  }

  @Test
  void aRowShowsTheChain() {
    write(2);

    JsonNode rows = HttpCall.get("/v1/admin/audit-log").bearer(KEY).to(handler).json().path("data");

    JsonNode newest = rows.get(0);
    assertEquals(3, newest.path("seq").asLong());
    assertEquals("order.created", newest.path("action").asText());
    assertEquals("2026-03-01T09:01:00Z", newest.path("at").asText());
    assertEquals("{\"type\":\"order\",\"id\":\"order-1\"}", newest.path("subject").toString());
    assertEquals(1, newest.at("/details/n").asInt());
    assertEquals(rows.get(1).path("hash"), newest.path("previous_hash"));
    assertTrue(newest.path("hash").asText().matches("[0-9a-f]{64}"));
  }

  @Test
  void filtersNarrowTogether() {
    write(9);

    assertEquals(3, count(Map.of("action", "order.paid")));
    assertEquals(9, count(Map.of("subject_type", "order", "subject_id", "order-1")));
    assertEquals(0, count(Map.of("subject_type", "order", "subject_id", "order-2")));
    assertEquals(2, count(Map.of("from", "2026-03-01T09:07:00Z", "to", "2026-03-02")));
    assertEquals(1, count(Map.of("action", "order.paid", "from", "2026-03-01T09:06:00Z")));
  }

  private int count(Map<String, String> query) {
    HttpCall call = HttpCall.get("/v1/admin/audit-log").bearer(KEY);
    query.forEach(call::query);
    HttpCall.Answer answer = call.to(handler);
    assertEquals(200, answer.status(), answer.body());
    // The beginning of the log is written at the time of the migration.
    int rows = 0;
    for (JsonNode row : answer.json().path("data")) {
      rows += row.path("seq").asLong() == 1 ? 0 : 1;
    }
    return rows;
  }

  @Test
  void aCursorOfAnotherListOrOneThatWasAlteredIs400() {
    write(3);
    String cursor =
        HttpCall.get("/v1/admin/audit-log")
            .bearer(KEY)
            .query("limit", "1")
            .to(handler)
            .json()
            .path("next_cursor")
            .asText();
    assertFalse(cursor.isEmpty());

    assertEquals(
        400,
        HttpCall.get("/v1/admin/audit-log")
            .bearer(KEY)
            .query("action", "order.paid")
            .query("cursor", cursor)
            .to(handler)
            .status());
    assertEquals(
        400,
        HttpCall.get("/v1/admin/audit-log")
            .bearer(KEY)
            .query("cursor", cursor.substring(1))
            .to(handler)
            .status());
  }

  @Test
  void aSubjectNeedsItsTypeAndTheCallerTheScope() {
    assertEquals(
        400,
        HttpCall.get("/v1/admin/audit-log")
            .bearer(KEY)
            .query("subject_id", "order-1")
            .to(handler)
            .status());
    assertEquals(401, HttpCall.get("/v1/admin/audit-log").to(handler).status());
    assertEquals(
        403,
        HttpCall.get("/v1/admin/reports/sales")
            .bearer(KEY)
            .to(new SalesReport(environment))
            .status());
  }
}
