package shelfless.bench.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import shelfless.harness.World;

/**
 * What a call costs must not grow with the shop: PostgreSQL counts who reads a table as a whole.
 * With statements that it keeps prepared, each is planned for its values five times, and then once
 * for all.
 */
final class PlansTest {
  private static final int CALLS = 10;
  private static final Stock STOCK = new Stock(3_000, 20_000);
  private static final String GROWING =
      "'app_user', 'audit_log', 'checkout_session', 'download', 'entitlement', 'license_key', 'order_item', 'orders', 'outbox',"
          + " 'payment', 'product', 'product_asset', 'provider_event'";

  private static World world;
  private static Stock.Picked picked;

  @BeforeAll
  static void fill() throws SQLException {
    world = new World("?prepareThreshold=1");
    picked = STOCK.fill(world, 20, done -> {});
  }

  @AfterAll
  static void drop() {
    world.close();
  }

  private static Map<String, Long> scans() throws SQLException {
    try (Connection connection = world.connectAsSuperuser();
        Statement statement = connection.createStatement()) {
      // What a connection counted can be seen once it has ended.
      long end = System.nanoTime() + 10_000_000_000L;
      while (number(statement, "select count(*) from pg_stat_activity where usename = 'app'") > 0) {
        assertTrue(System.nanoTime() < end, "a function is still connected");
      }
      Map<String, Long> scans = new TreeMap<>();
      try (ResultSet rows =
          statement.executeQuery(
              "select relname, seq_scan from pg_stat_user_tables where schemaname = 'public' and relname in ("
                  + GROWING
                  + ")")) {
        while (rows.next()) {
          scans.put(rows.getString(1), rows.getLong(2));
        }
      }
      return scans;
    }
  }

  private static long number(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** The tables that were read from end to end meanwhile, and how often. */
  private static Map<String, Long> read(Consumer<Workload> work) throws SQLException {
    // It holds the connection of the world's own.
    world.database().close();
    Map<String, Long> before = scans();
    try (Workload workload = new Workload(world, STOCK, picked)) {
      work.accept(workload);
    }
    world.database().close();
    Map<String, Long> after = scans();
    after.replaceAll((table, scans) -> scans - before.getOrDefault(table, 0L));
    after.values().removeIf(scans -> scans == 0);
    return after;
  }

  @Test
  void noCallReadsATableThatGrowsFromEndToEnd() throws SQLException {
    Map<String, Map<String, Long>> broken = new TreeMap<>();
    for (String name : new Workload(world, STOCK, picked).calls().keySet()) {
      Map<String, Long> read =
          read(
              workload -> {
                for (int call = 0; call < CALLS; call++) {
                  if (name.equals("webhook")) {
                    workload.call("order", call);
                  }
                  workload.call(name, call);
                }
              });
      if (!read.isEmpty()) {
        broken.put(name, read);
      }
    }
    assertEquals(Map.of(), broken);
  }

  @Test
  void noSweepReadsATableThatGrowsFromEndToEnd() throws SQLException {
    Map<String, Map<String, Long>> broken = new TreeMap<>();
    for (String name :
        new String[] {
          "RelayOutbox", "ReconcilePayments", "ExpirePendingOrders", "ExpireEntitlements"
        }) {
      Map<String, Long> read =
          read(
              workload -> {
                for (int call = 0; call < CALLS; call++) {
                  assertTrue(workload.sweep(name) != null, name);
                }
              });
      if (!read.isEmpty()) {
        broken.put(name, read);
      }
    }
    assertEquals(Map.of(), broken);
  }

  /** The count itself. */
  @Test
  void aTableThatIsReadFromEndToEndIsCounted() throws SQLException {
    assertEquals(
        Map.of("orders", 1L),
        read(
            workload ->
                world
                    .database()
                    .transaction(
                        transaction ->
                            transaction.list(
                                "select count(*) as n from orders where total_amount = 7",
                                row -> row.number("n")))));
  }
}
