package shelfless.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shelfless.data.Invariants;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;
import shelfless.testing.HttpCall;
import shelfless.testing.TestContext;
import shelfless.testing.TestDatabase;

class CheckInvariantsTest {
  private static final Clock NOW =
      Clock.fixed(Instant.parse("2026-03-01T10:40:00Z"), ZoneOffset.UTC);
  private static final int ALL = Invariants.all().size();

  private TestDatabase database;
  private Connection connection;
  private TestContext context = new TestContext(300_000);

  /** A small shop in which all holds. */
  @BeforeEach
  void begin() throws SQLException, IOException {
    database = TestDatabase.migrated();
    connection = database.connectAsSuperuser();
    try (InputStream sound =
        CheckInvariantsTest.class.getResourceAsStream("/shelfless/invariants/sound.sql")) {
      run(new String(sound.readAllBytes(), StandardCharsets.UTF_8));
    }
    // What breaks things is what the schema would refuse.
    run("set session_replication_role = replica");
  }

  @AfterEach
  void end() throws SQLException {
    connection.close();
    database.close();
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private String check() {
    try (Environment environment =
        new Environment(database.settings(), NOW, IdGenerator.secure(NOW))) {
      return HttpCall.invoke(new CheckInvariants(environment), Json.object(), context).toString();
    }
  }

  private static String result(int broken, int rows, int unchecked) {
    return Json.object()
        .put("checked", ALL - unchecked)
        .put("broken", broken)
        .put("rows", rows)
        .put("unchecked", unchecked)
        .toString();
  }

  /** The lines of the log that have the field. */
  private List<JsonNode> lines(String field) {
    return context.log().lines().map(this::parse).filter(line -> line.has(field)).toList();
  }

  private JsonNode parse(String line) {
    try {
      return Json.read(line);
    } catch (IOException noJson) {
      throw new IllegalStateException(line, noJson);
    }
  }

  private void assertCounted(int broken, int rows, int unchecked) {
    List<JsonNode> metrics = lines("_aws");
    assertEquals(1, metrics.size());
    JsonNode line = metrics.getFirst();
    assertEquals(broken, line.path("BrokenInvariants").asInt(-1));
    assertEquals(rows, line.path("RowsBreakingInvariants").asInt(-1));
    assertEquals(unchecked, line.path("UncheckedInvariants").asInt(-1));
  }

  @Test
  void aSoundShopCountsNothing() {
    assertEquals(result(0, 0, 0), check());
    assertEquals(
        """
        {"_aws":{"Timestamp":1772361600000,"CloudWatchMetrics":[{"Namespace":"Shelfless","Dimensions":[["FunctionName"]],\
        "Metrics":[{"Name":"BrokenInvariants","Unit":"Count"},{"Name":"RowsBreakingInvariants","Unit":"Count"},\
        {"Name":"UncheckedInvariants","Unit":"Count"}]}]},"FunctionName":"test","BrokenInvariants":0,\
        "RowsBreakingInvariants":0,"UncheckedInvariants":0}""",
        lines("_aws").getFirst().toString());
    assertEquals(List.of(), lines("invariant"));
  }

  @Test
  void whatDoesNotHoldIsNamedWithItsRowsAndCounted() throws SQLException {
    run("update entitlement set download_limit = 9 where id = id(10701)");
    run(
        """
        insert into outbox (id, kind, subject_id, due_at, created_at, sent_at)
        select id(n), 'refund', id(n), at(0), at(0), at(0) from generate_series(2001, 2025) n
        """);

    assertEquals(result(2, 26, 0), check());
    assertCounted(2, 26, 0);
    List<JsonNode> found = lines("invariant");
    assertEquals(2, found.size());
    assertEquals("downloads_used_are_those_charged", found.getFirst().path("invariant").asText());
    assertEquals(1, found.getFirst().path("rows").asInt());
    assertEquals(
        "[{\"id\":\"00000000-0000-0000-0000-000000010701\",\"used\":4,\"charged\":0}]",
        found.getFirst().path("first").toString());
    assertEquals("mail_is_about_something", found.getLast().path("invariant").asText());
    assertEquals(25, found.getLast().path("rows").asInt());
    assertEquals(20, found.getLast().path("first").size());
  }

  @Test
  void whatIsSecretStaysOutOfTheLog() throws SQLException {
    run(
        "update payment set raw_response = '{\"receipt_email\": \"ada@example.com\"}' where order_id = id(107)");
    run("alter table license_key drop constraint license_key_key_key");
    run("update license_key set key = 'KEY-' || id(10101) where entitlement_id = id(10102)");

    assertEquals(result(2, 3, 0), check());
    assertTrue(context.log().contains("books_hold_no_secret"), context.log());
    assertTrue(context.log().contains("license_key_given_once"), context.log());
    assertFalse(context.log().contains("ada@example.com"), context.log());
    assertFalse(context.log().contains("KEY-"), context.log());
  }

  @Test
  void whatFailsOrTakesTooLongIsUnchecked_andHoldsUpNoOther() throws SQLException {
    run("drop table license_pool");
    run(
        "do $$ begin execute format('alter role app in database %I set lock_timeout = 100', current_database()); end $$");
    run("update entitlement set download_limit = 9 where id = id(10701)");
    connection.setAutoCommit(false);
    run("lock table invoice_counter in access exclusive mode");

    assertEquals(result(1, 1, 2), check());
    assertCounted(1, 1, 2);
    List<String> failed =
        lines("failure").stream().map(line -> line.path("where").asText()).toList();
    assertEquals(
        List.of("CheckInvariants pool_key_drawn_once", "CheckInvariants documents_have_no_gap"),
        failed);
  }

  @Test
  void whatThereIsNoTimeForIsUnchecked() {
    context = new TestContext(10_000);

    assertEquals(result(0, 0, ALL), check());
    assertCounted(0, 0, ALL);
  }
}
