package shelfless.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shelfless.data.ConstraintViolation;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;
import shelfless.testing.HttpCall;
import shelfless.testing.TestContext;
import shelfless.testing.TestDatabase;

class PurgeExpiredTest {
  private static final Clock NOW =
      Clock.fixed(Instant.parse("2026-06-30T12:00:00Z"), ZoneOffset.UTC);

  private TestDatabase database;
  private Connection connection;

  @BeforeEach
  void begin() throws SQLException {
    database = TestDatabase.migrated();
    connection = database.connectAsSuperuser();
    // Only what is looked at here stands in the database.
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

  private List<String> list(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }

  private JsonNode purge(int remainingMillis) {
    try (Environment environment =
        new Environment(database.settings(), NOW, IdGenerator.secure(NOW))) {
      return HttpCall.invoke(
          new PurgeExpired(environment), Json.object(), new TestContext(remainingMillis));
    }
  }

  @Test
  void whatIsOverGoesAndWhatStillBindsStays() throws SQLException {
    run(
        """
        insert into idempotency_key (scope, key_hash, request_hash, locked_until, created_at, expires_at)
        select scope, sha256(convert_to(scope, 'UTF8')), sha256('r'::bytea), at, at, at
        from (values ('over', timestamptz '2026-06-30 11:59:59Z'), ('binding', timestamptz '2026-06-30 12:00:01Z')) k (scope, at)
        """);
    run(
        """
        insert into rate_limit (bucket, tokens, updated_at) values
          (sha256('idle'::bytea), 0, '2026-06-29 12:00:00Z'), (sha256('busy'::bytea), 0, '2026-06-29 12:00:01Z')
        """);

    JsonNode removed = purge(60_000);

    assertEquals("{\"idempotency_keys\":1,\"rate_limits\":1,\"mails\":0}", removed.toString());
    assertEquals(List.of("binding"), list("select scope from idempotency_key"));
    assertEquals(1, list("select tokens from rate_limit").size());
  }

  @Test
  void onlyMailsOfLinksGoAndOnlyWhenTheyAreSettledAndOld() throws SQLException {
    run(
        """
        insert into outbox (id, kind, subject_id, occasion, due_at, created_at, sent_at, given_up)
        select gen_random_uuid(), kind, gen_random_uuid(), occasion, created_at, created_at, sent_at, given_up
        from (values
          ('links', 'old and sent', timestamptz '2026-03-01', timestamptz '2026-03-01', null),
          ('links', 'old and given up', '2026-03-01', null, 'no address'),
          ('links', 'old and owed', '2026-03-01', null, null),
          ('links', 'young', '2026-06-01', '2026-06-01', null),
          ('receipt', 'receipt', '2026-03-01', '2026-03-01', null),
          ('refund', 'refund', '2026-03-01', '2026-03-01', null)) m (kind, occasion, created_at, sent_at, given_up)
        """);

    assertEquals(2, purge(60_000).path("mails").asInt());
    assertEquals(
        List.of("old and owed", "receipt", "refund", "young"),
        list("select occasion from outbox order by occasion"));
  }

  @Test
  void theDatabaseKeepsReceiptsFromBeingForgotten() throws SQLException {
    run(
        """
        insert into outbox (id, kind, subject_id, due_at, created_at, sent_at)
        values (gen_random_uuid(), 'receipt', gen_random_uuid(), now(), now(), now())
        """);
    try (Environment environment =
        new Environment(database.settings(), NOW, IdGenerator.secure(NOW))) {
      ConstraintViolation refused =
          assertThrows(
              ConstraintViolation.class,
              () ->
                  environment
                      .database()
                      .transaction(transaction -> transaction.update("delete from outbox")));
      assertEquals("outbox_kept", refused.constraint());
    }
  }

  @Test
  void whatKeepsAUsedLinkAnswering410Stays() throws SQLException {
    run(
        """
        insert into retired_token (token_hash, entitlement_id, retired_at)
        values (sha256('old'::bytea), gen_random_uuid(), '2020-01-01')
        """);
    run(
        """
        insert into entitlement (id, order_id, order_item_id, unit, product_id, status, download_limit, downloads_left,
          expires_at, issued_at, token_hash, token_key_id)
        values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, gen_random_uuid(), 'active', 5, 0,
          '2020-02-01', '2020-01-01', sha256('used up'::bytea), 'k1')
        """);
    run(
        """
        insert into download (id, entitlement_id, asset_id, charged, granted_at, url_expires_at, window_ends_at)
        values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), true, '2020-01-01', '2020-01-01', '2020-01-01')
        """);

    purge(60_000);

    assertEquals(1, list("select token_hash from retired_token").size());
    assertEquals(1, list("select id from entitlement").size());
    assertEquals(1, list("select id from download").size());
  }

  @Test
  void muchIsRemovedInBatchesUntilTheTimeIsNearlyOver() throws SQLException {
    run(
        """
        insert into rate_limit (bucket, tokens, updated_at)
        select sha256(convert_to(n::text, 'UTF8')), 0, '2026-06-01' from generate_series(1, 2500) n
        """);

    assertEquals(1000, purge(5_000).path("rate_limits").asInt());
    assertEquals(1500, purge(60_000).path("rate_limits").asInt());
  }
}
