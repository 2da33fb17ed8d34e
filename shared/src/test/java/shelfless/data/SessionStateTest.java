package shelfless.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import shelfless.testing.DatabaseProxy;
import shelfless.testing.SessionState;
import shelfless.testing.TestDatabase;

/** That the check of the acceptance tests sees what it is to see. */
final class SessionStateTest {
  private static Optional<String> needed(String sql) {
    return SessionState.neededBy(new DatabaseProxy.Statement("", sql));
  }

  @Test
  void whatLivesInASessionIsFound() {
    for (String sql :
        List.of(
            "SET application_name = 'x'",
            "select 1; set search_path to x",
            "-- why\n reset all",
            "/* why */ LISTEN orders",
            "notify orders",
            "unlisten *",
            "prepare x as select 1",
            "deallocate all",
            "discard all",
            "create temp table x (a int)",
            "create local temporary table x (a int)",
            "select 1 into temp x",
            "select pg_advisory_lock(1)",
            "select pg_try_advisory_lock(1)",
            "select pg_advisory_unlock_all()",
            "select currval('x')",
            "declare x cursor with hold for select 1",
            "select set_config('a', lower('b'), false)",
            "select set_config('a', 'b', ?)")) {
      assertTrue(needed(sql).isPresent(), sql);
    }
  }

  @Test
  void whatEndsWithTheTransactionIsNot() {
    for (String sql :
        List.of(
            "BEGIN",
            "update product set price = 1 where id = ?",
            "select pg_advisory_xact_lock(1)",
            "select set_config('a', 'b', true)",
            "select 'set x; listen y' as text",
            "insert into x values (?) on conflict do update set a = 1")) {
      assertFalse(needed(sql).isPresent(), sql);
    }
  }

  @Test
  void theProxyNotesWhatTheDriverSends_namesOfStatementsIncluded() throws SQLException {
    try (TestDatabase database = TestDatabase.migrated();
        DatabaseProxy proxy = DatabaseProxy.start(database::port)) {
      String url = database.url().replaceFirst(":[0-9]+/", ":" + proxy.port() + "/");
      try (Connection connection =
              DriverManager.getConnection(url + "?prepareThreshold=1", "app", "");
          Statement plain = connection.createStatement()) {
        plain.execute("set lock_timeout = '1s'");
        try (PreparedStatement named = connection.prepareStatement("select 42")) {
          named.execute();
        }
      }
      List<String> needed =
          proxy.statements().stream()
              .flatMap(each -> SessionState.neededBy(each).stream())
              .toList();
      assertTrue(needed.stream().anyMatch(each -> each.endsWith(": select 42")), needed::toString);
      assertTrue(needed.stream().anyMatch(each -> each.contains("set lock_t")), needed::toString);
      assertEquals(1, needed.stream().filter(each -> each.contains("42")).count());
    }
  }
}
