package shelfless.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;
import shelfless.testing.TestDatabase;

class DatabaseTest {
  @Test
  void aConnectionThatTheServerEnded_isReplacedBeforeTheCallerNotices() throws SQLException {
    try (TestDatabase server = TestDatabase.migrated();
        Environment environment = environment(server)) {
      Database database = environment.database();
      int first = database.transaction(DatabaseTest::backend);
      endConnections(server);
      int second = database.transaction(DatabaseTest::backend);
      assertNotEquals(first, second);
    }
  }

  @Test
  void aConnectionThatEndsInTheMiddle_isReplaced_andNotForEver() throws SQLException {
    try (TestDatabase server = TestDatabase.migrated();
        Environment environment = environment(server)) {
      Database database = environment.database();
      int[] runs = {0};
      assertThrows(
          DatabaseUnavailable.class,
          () ->
              database.transaction(
                  transaction -> {
                    runs[0]++;
                    endConnections(server);
                    return backend(transaction);
                  }));
      assertEquals(3, runs[0]);
    }
  }

  @Test
  void namedStatements_outliveAMigrationThatAddsAColumn() throws SQLException {
    try (TestDatabase server = TestDatabase.migrated();
        Environment environment = environment(server, "?prepareThreshold=1")) {
      Database database = environment.database();
      for (int call = 0; call < 3; call++) {
        database.transaction(DatabaseTest::rates);
        database.read(DatabaseTest::rates);
      }
      assertEquals(1, database.transaction(DatabaseTest::named));
      execute(server, "alter table tax_rate add column note text");
      assertEquals(0, database.transaction(DatabaseTest::rates));
      execute(server, "alter table tax_rate add column another text");
      assertEquals(0, database.read(DatabaseTest::rates));
    }
  }

  @Test
  void aConstraintThatRefusesARowOfABatch_isNamed() {
    try (TestDatabase server = TestDatabase.migrated();
        Environment environment = environment(server)) {
      UUID id = environment.ids().next();
      ConstraintViolation refused =
          assertThrows(
              ConstraintViolation.class,
              () ->
                  environment
                      .database()
                      .transaction(
                          transaction ->
                              transaction.batch(
                                  "insert into order_contact (order_id, email, updated_at) values (?, 'a@example.com', ?)",
                                  List.<@Nullable Object[]>of(
                                      new @Nullable Object[] {id, transaction.now()}))));
      assertEquals("order_contact_order_id_fkey", refused.constraint());
    }
  }

  @Test
  void noStatementIsNamed_unlessTheAddressSaysSo() {
    try (TestDatabase server = TestDatabase.migrated();
        Environment environment = environment(server)) {
      for (int call = 0; call < 10; call++) {
        environment.database().transaction(DatabaseTest::rates);
      }
      assertEquals(0, environment.database().transaction(DatabaseTest::named));
    }
  }

  private static Environment environment(TestDatabase server) {
    return environment(server, "");
  }

  private static Environment environment(TestDatabase server, String parameters) {
    Clock clock = Clock.systemUTC();
    Map<String, String> settings = new HashMap<>(server.settings());
    settings.computeIfPresent("DATABASE_URL", (name, url) -> url + parameters);
    return new Environment(settings, clock, IdGenerator.secure(clock));
  }

  private static int rates(Transaction transaction) throws SQLException {
    return transaction.list("select * from tax_rate", row -> row.text("country")).size();
  }

  /** How many of the shop's statements the server keeps under a name. */
  private static int named(Transaction transaction) throws SQLException {
    return transaction
        .first(
            "select count(*)::int as named from pg_prepared_statements where statement like '%tax_rate'",
            row -> row.integer("named"))
        .orElseThrow();
  }

  private static void execute(TestDatabase server, String sql) throws SQLException {
    try (Connection connection = server.connectAsSuperuser();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int backend(Transaction transaction) throws SQLException {
    return transaction
        .first("select pg_backend_pid() as pid", row -> row.integer("pid"))
        .orElseThrow();
  }

  private static void endConnections(TestDatabase server) throws SQLException {
    execute(
        server,
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'app'");
  }
}
