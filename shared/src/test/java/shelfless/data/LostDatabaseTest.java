package shelfless.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import shelfless.runtime.IdGenerator;
import shelfless.runtime.Settings;
import shelfless.testing.DatabaseProxy;
import shelfless.testing.TestDatabase;

/** A connection that is lost within a transaction, and what becomes of it. */
final class LostDatabaseTest {
  private final TestDatabase server = TestDatabase.migrated();
  private final DatabaseProxy proxy = DatabaseProxy.start(server::port);
  private final Database database =
      new JdbcDatabase(
          new Settings(
              Map.of(
                  "DATABASE_URL",
                  server.url().replaceFirst(":[0-9]+/", ":" + proxy.port() + "/"),
                  "DATABASE_USER",
                  "app")),
          Clock.systemUTC(),
          IdGenerator.secure(Clock.systemUTC()));

  LostDatabaseTest() throws SQLException {
    try (Connection connection = server.connectAsSuperuser();
        Statement statement = connection.createStatement()) {
      statement.execute("create table tally (n int)");
      statement.execute("grant all on tally to app");
    }
  }

  @AfterEach
  void stop() {
    database.close();
    proxy.close();
    server.close();
  }

  private int tally() {
    return database.transaction(
        transaction ->
            transaction
                .first("select count(*)::int as n from tally", row -> row.integer("n"))
                .orElseThrow());
  }

  private void count() {
    database.transaction(transaction -> transaction.update("insert into tally values (1)"));
  }

  @Test
  void aConnectionThatIsCutWithinATransaction_isReplaced_andTheWorkDoneOnce() {
    assertEquals(0, tally());
    DatabaseProxy.Cut cut = proxy.cutBefore(sql -> sql.startsWith("insert into tally"));
    count();
    assertTrue(cut.wasMade());
    cut = proxy.cutAfter(sql -> sql.startsWith("insert into tally"));
    count();
    assertTrue(cut.wasMade());
    assertEquals(2, tally());
  }

  @Test
  void aCommitThatDidNotArrive_isNoCommit_andOneWhoseAnswerWasLostIsOne() {
    assertEquals(0, tally());
    proxy.cutBefore("COMMIT"::equals);
    assertThrows(DatabaseUnavailable.class, this::count);
    assertEquals(0, tally());
    proxy.cutAfter("COMMIT"::equals);
    assertThrows(DatabaseUnavailable.class, this::count);
    assertEquals(1, tally());
  }

  @Test
  void anAnswerThatIsLost_isAskedForAgain_whereThatComesToTheSame() {
    DatabaseProxy.Cut cut = proxy.cutAfter("COMMIT"::equals);
    int runs =
        database.repeatable(
            transaction -> {
              transaction.update("insert into tally values (1)");
              return transaction
                  .first("select count(*)::int as n from tally", row -> row.integer("n"))
                  .orElseThrow();
            });
    assertTrue(cut.wasMade());
    assertEquals(2, runs);
  }
}
