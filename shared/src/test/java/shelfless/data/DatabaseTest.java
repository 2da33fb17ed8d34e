package shelfless.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
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

  private static Environment environment(TestDatabase server) {
    Clock clock = Clock.systemUTC();
    return new Environment(server.settings(), clock, IdGenerator.secure(clock));
  }

  private static int backend(Transaction transaction) throws SQLException {
    return transaction
        .first("select pg_backend_pid() as pid", row -> row.integer("pid"))
        .orElseThrow();
  }

  private static void endConnections(TestDatabase server) throws SQLException {
    try (Connection connection = server.connectAsSuperuser();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'app'");
    }
  }
}
