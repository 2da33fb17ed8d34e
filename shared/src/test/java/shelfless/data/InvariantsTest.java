package shelfless.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import shelfless.data.Invariants.Invariant;
import shelfless.runtime.IdGenerator;
import shelfless.runtime.Settings;
import shelfless.testing.TestDatabase;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InvariantsTest {
  private TestDatabase database;

  @BeforeAll
  void loadASoundShop() throws Exception {
    database = TestDatabase.migrated();
    try (Connection connection = database.connectAsSuperuser();
        Statement statement = connection.createStatement();
        InputStream sound =
            InvariantsTest.class.getResourceAsStream("/shelfless/invariants/sound.sql")) {
      connection.setAutoCommit(false);
      statement.execute(new String(sound.readAllBytes(), StandardCharsets.UTF_8));
      connection.commit();
    }
  }

  @AfterAll
  void drop() {
    database.close();
  }

  @Test
  void thereAreNoneWithoutAWayToBreakThem() {
    assertEquals(
        Invariants.all().stream().map(Invariant::name).toList(),
        Invariants.read("invariants/broken.sql").stream().map(Invariant::name).toList());
  }

  @Test
  void allHoldInAnEmptyShop() throws Exception {
    try (TestDatabase empty = TestDatabase.migrated();
        Connection connection = empty.connectAsSuperuser()) {
      assertEquals(Map.of(), broken(connection));
    }
  }

  @Test
  void allHoldInASoundShop() throws Exception {
    try (Connection connection = database.connectAsSuperuser()) {
      assertEquals(Map.of(), broken(connection));
    }
  }

  @Test
  void theApplicationCanAskByTheShopsClock() {
    Settings settings = new Settings(database.settings());
    Clock clock = Clock.fixed(Instant.parse("2026-03-01T10:40:00Z"), ZoneOffset.UTC);
    try (Database app = new JdbcDatabase(settings, clock, IdGenerator.secure(clock))) {
      List<Invariants.Finding> findings = app.transaction(Invariants::check);

      assertEquals(List.of(), findings.stream().filter(finding -> finding.rows() > 0).toList());
      assertEquals(Invariants.all().size(), findings.size());
    }
    Clock later = Clock.fixed(Instant.parse("2026-03-03T10:40:00Z"), ZoneOffset.UTC);
    try (Database app = new JdbcDatabase(settings, later, IdGenerator.secure(later))) {
      assertEquals(
          List.of(new Invariants.Finding("no_order_is_pending_for_good", 1)),
          app.transaction(Invariants::check).stream().filter(each -> each.rows() > 0).toList());
    }
  }

  /** Each is broken in a transaction that is rolled back. */
  @TestFactory
  Stream<DynamicTest> eachFindsWhatBreaksIt() {
    return Invariants.read("invariants/broken.sql").stream()
        .map(
            breaking ->
                dynamicTest(
                    breaking.name(),
                    () -> {
                      try (Connection connection = database.connectAsSuperuser();
                          Statement statement = connection.createStatement()) {
                        connection.setAutoCommit(false);
                        statement.execute("set local session_replication_role = replica");
                        statement.execute(breaking.query());
                        Map<String, Long> broken = broken(connection);
                        connection.rollback();
                        assertTrue(broken.containsKey(breaking.name()), broken.toString());
                      }
                    }));
  }

  private static Map<String, Long> broken(Connection connection) throws SQLException {
    Map<String, Long> broken = new TreeMap<>();
    for (Invariant invariant : Invariants.all()) {
      try (Statement statement = connection.createStatement();
          ResultSet rows =
              statement.executeQuery("select count(*) from (" + invariant.query() + "\n) b")) {
        rows.next();
        if (rows.getLong(1) > 0) {
          broken.put(invariant.name(), rows.getLong(1));
        }
      } catch (SQLException failure) {
        throw new SQLException(invariant.name(), failure);
      }
    }
    return broken;
  }
}
