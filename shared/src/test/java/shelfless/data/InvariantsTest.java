package shelfless.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
      for (Invariant invariant : Invariants.all()) {
        assertEquals(new Invariants.Finding(invariant.name(), 0, List.of()), check(app, invariant));
      }
    }
    Clock later = Clock.fixed(Instant.parse("2026-03-03T10:40:00Z"), ZoneOffset.UTC);
    try (Database app = new JdbcDatabase(settings, later, IdGenerator.secure(later))) {
      List<Invariants.Finding> found =
          Invariants.all().stream()
              .map(invariant -> check(app, invariant))
              .filter(finding -> finding.rows() > 0)
              .toList();
      assertEquals(1, found.size(), found::toString);
      assertEquals("no_order_is_pending_for_good", found.getFirst().name());
      assertEquals(
          "[{\"id\":\"00000000-0000-0000-0000-000000000102\"}]",
          found.getFirst().shown().toString());
    }
  }

  private static Invariants.Finding check(Database database, Invariant invariant) {
    return database.transaction(transaction -> Invariants.check(transaction, invariant, 20));
  }

  /** What they return is logged: it names rows and states, and holds nothing that is secret. */
  @Test
  void whatTheyReturnCanBeLogged() throws Exception {
    Set<String> known =
        Set.of(
            // ids of rows, the provider's included
            "id",
            "order_id",
            "order_item_id",
            "entitlement_id",
            "license_key_id",
            "subject_id",
            "refund_id",
            "event_id",
            "seq",
            // names and states
            "what",
            "kind",
            "series",
            "provider",
            "status",
            "order_status",
            "entitlement",
            "action",
            "reason",
            "currency",
            // numbers
            "taken",
            "given",
            "total_amount",
            "amount",
            "quantity",
            "delivered",
            "unit",
            "used",
            "charged",
            "activated_count",
            "activations",
            "redemptions",
            "last",
            "version");
    try (Connection connection = database.connectAsSuperuser();
        Statement statement = connection.createStatement()) {
      for (Invariant invariant : Invariants.all()) {
        try (ResultSet rows =
            statement.executeQuery("select * from (" + invariant.query() + "\n) b limit 0")) {
          ResultSetMetaData columns = rows.getMetaData();
          for (int i = 1; i <= columns.getColumnCount(); i++) {
            String column = columns.getColumnName(i);
            assertTrue(known.contains(column), invariant.name() + " returns " + column);
            assertNotEquals(Types.BINARY, columns.getColumnType(i), invariant.name());
          }
        }
      }
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
