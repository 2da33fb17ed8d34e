package shelfless.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shelfless.json.Json;
import shelfless.runtime.IdGenerator;
import shelfless.runtime.Settings;
import shelfless.testing.TestDatabase;

/** Rule 13: the rows of the audit log are chained, so that tampering shows. */
class AuditChainTest {
  private static final int ROWS = 5;

  private TestDatabase database;

  @BeforeEach
  void writeSomeRows() {
    database = TestDatabase.migrated();
    write(ROWS);
  }

  @AfterEach
  void drop() {
    database.close();
  }

  private int write(int rows) {
    Clock clock = Clock.systemUTC();
    try (Database app =
        new JdbcDatabase(new Settings(database.settings()), clock, IdGenerator.secure(clock))) {
      for (int i = 0; i < rows; i++) {
        String text = "Größe 😀 " + i;
        app.transaction(
            transaction -> {
              transaction.audit(
                  "system",
                  "test.done",
                  "test",
                  UUID.randomUUID(),
                  Json.object().put("text", text));
              return text;
            });
      }
    }
    return rows;
  }

  /** As somebody who may do all would: past the triggers. */
  private void tamper(String sql) throws SQLException {
    try (Connection connection = database.connectAsSuperuser();
        Statement statement = connection.createStatement()) {
      statement.execute("set session_replication_role = replica");
      statement.execute(sql);
    }
  }

  private List<String> breaks() throws SQLException {
    try (Connection connection = database.connect("app");
        Statement statement = connection.createStatement();
        ResultSet results =
            statement.executeQuery(
                "select seq, reason from audit_log_break order by seq, reason")) {
      List<String> breaks = new ArrayList<>();
      while (results.next()) {
        breaks.add(results.getLong("seq") + " " + results.getString("reason"));
      }
      return breaks;
    }
  }

  @Test
  void untouchedItHolds_fromTheFirstRowEver() throws SQLException {
    assertEquals(List.of(), breaks());
    try (Connection connection = database.connect("app");
        Statement statement = connection.createStatement();
        ResultSet first =
            statement.executeQuery(
                "select action, (select count(*) from audit_log) from audit_log where seq = 1")) {
      first.next();
      assertEquals("audit_log.started", first.getString(1));
      assertEquals(ROWS + 1, first.getInt(2));
    }
  }

  @Test
  void aRowThatWasChangedShows() throws SQLException {
    for (String column :
        List.of(
            "actor = 'somebody'",
            "action = 'other.done'",
            "at = at + interval '1 microsecond'",
            "subject_id = 'x'",
            "details = '{}'")) {
      tamper("create table kept as select * from audit_log where seq = 3");
      tamper("update audit_log set " + column + " where seq = 3");
      assertEquals(List.of("3 the row is not what was hashed"), breaks(), column);
      tamper("delete from audit_log where seq = 3");
      tamper("insert into audit_log select * from kept");
      tamper("drop table kept");
      assertEquals(List.of(), breaks());
    }
  }

  @Test
  void aRowThatWasChangedAndHashedAnewShowsAtTheNext() throws SQLException {
    tamper("update audit_log set actor = 'somebody' where seq = 3");
    tamper("update audit_log row_ set hash = audit_row_hash(row_) where seq = 3");
    assertEquals(List.of("4 the row before it is missing or another"), breaks());
  }

  @Test
  void aRowThatWasTakenOutShows() throws SQLException {
    tamper("delete from audit_log where seq = 3");
    assertEquals(List.of("4 the row before it is missing or another"), breaks());
  }

  @Test
  void anEndThatWasCutOffShows() throws SQLException {
    tamper("delete from audit_log where seq > 3");
    assertEquals(List.of((ROWS + 1) + " the end of the log is missing"), breaks());
  }

  @Test
  void aRowThatWasPutInBesideTheChainShows() throws SQLException {
    tamper(
        "insert into audit_log select gen_random_uuid(), 99, at, actor, action, subject_type, subject_id, details,"
            + " previous_hash, sha256('forged'::bytea) from audit_log where seq = 3");
    assertEquals(
        List.of("6 the end of the log is missing", "99 the row is not what was hashed"), breaks());
  }

  @Test
  void manyWritersAtOnceMakeOneChain() throws Exception {
    try (ExecutorService writers = Executors.newFixedThreadPool(8)) {
      List<Callable<Integer>> work = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        work.add(() -> write(20));
      }
      int written = 0;
      for (Future<Integer> done : writers.invokeAll(work)) {
        written += done.get();
      }
      assertEquals(160, written);
    }
    assertEquals(List.of(), breaks());
  }
}
