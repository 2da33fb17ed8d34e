package shelfless.reports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;
import shelfless.security.Tokens;
import shelfless.testing.HttpCall;
import shelfless.testing.TestDatabase;

class SalesReportTest {
  private static final String KEY = "sk_a-key-for-tests";
  private static final Instant NOON = Instant.parse("2026-03-15T12:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOON, ZoneOffset.UTC);
  private static final List<String> GROUPINGS = List.of("day", "month", "product", "currency");

  /** Sums of one currency; orders by product count an order once for each of its products. */
  private record Sums(long orders, long units, long gross, long discount, long tax, long refunded) {
    static final Sums NONE = new Sums(0, 0, 0, 0, 0, 0);

    Sums plus(Sums other) {
      return new Sums(
          orders + other.orders,
          units + other.units,
          gross + other.gross,
          discount + other.discount,
          tax + other.tax,
          refunded + other.refunded);
    }

    static Sums of(JsonNode row) {
      return new Sums(
          row.path("orders").asLong(),
          row.path("units").asLong(),
          row.at("/gross/amount").asLong(),
          row.at("/discount/amount").asLong(),
          row.at("/tax/amount").asLong(),
          row.at("/refunded/amount").asLong());
    }
  }

  @Property(tries = 12, shrinking = ShrinkingMode.OFF)
  void theGroupsAddUpToWhatWasSoldAndGivenBack(@ForAll long seed) throws SQLException {
    try (TestDatabase database = TestDatabase.migrated();
        Environment environment = environment(database);
        Connection connection = prepared(database)) {
      Map<String, Sums> expected = sell(connection, new Random(seed));
      for (String grouping : GROUPINGS) {
        JsonNode rows = report(environment, grouping).path("rows");
        Map<String, Sums> totals = new TreeMap<>();
        List<String> order = new ArrayList<>();
        for (JsonNode row : rows) {
          Sums sums = Sums.of(row);
          totals.merge(row.path("currency").asText(), sums, Sums::plus);
          assertEquals(
              sums.gross - sums.discount + sums.tax - sums.refunded,
              row.at("/net/amount").asLong());
          assertEquals(row.path("currency"), row.at("/net/currency"));
          order.add(row.path("key").asText() + " " + row.path("currency").asText());
        }
        assertEquals(order.stream().sorted().distinct().toList(), order);
        assertEquals(expected.keySet(), totals.keySet());
        expected.forEach(
            (currency, sums) -> {
              Sums found = totals.getOrDefault(currency, Sums.NONE);
              long orders = grouping.equals("product") ? found.orders : sums.orders;
              assertEquals(
                  new Sums(orders, sums.units, sums.gross, sums.discount, sums.tax, sums.refunded),
                  found,
                  grouping);
            });
      }
    }
  }

  /**
   * Sells at random, within March and around it; the sums of March by currency. One line an order
   * or two, units from 1 to 3.
   */
  private static Map<String, Sums> sell(Connection connection, Random random) throws SQLException {
    List<UUID> products = new ArrayList<>();
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into product (id, sku, slug, title, price, currency, created_at, updated_at)
            values (?, ?, ?, 'Product', 1, 'EUR', now(), now())
            """)) {
      for (int i = 0; i < 3; i++) {
        UUID id = new UUID(random.nextLong(), random.nextLong());
        products.add(id);
        insert.setObject(1, id);
        insert.setString(2, "p" + i);
        insert.setString(3, "p" + i);
        insert.execute();
      }
    }
    Map<String, Sums> sums = new TreeMap<>();
    for (int i = 0; i < 40; i++) {
      Map.Entry<String, Sums> sold = sellOne(connection, random, products);
      if (!sold.getValue().equals(Sums.NONE)) {
        sums.merge(sold.getKey(), sold.getValue(), Sums::plus);
      }
    }
    return sums;
  }

  private static Instant sometime(Random random) {
    // The edges of the month count, too.
    return switch (random.nextInt(8)) {
      case 0 -> Instant.parse("2026-03-01T00:00:00Z");
      case 1 -> Instant.parse("2026-04-01T00:00:00Z");
      case 2 -> Instant.parse("2026-03-31T23:59:59.999999Z");
      default ->
          Instant.parse("2026-02-20T00:00:00Z").plus(Duration.ofMinutes(random.nextInt(60_000)));
    };
  }

  private static boolean inMarch(Instant time) {
    return time.toString().startsWith("2026-03");
  }

  private static Map.Entry<String, Sums> sellOne(
      Connection connection, Random random, List<UUID> products) throws SQLException {
    String currency = List.of("EUR", "JPY", "KWD").get(random.nextInt(3));
    long step = currency.equals("KWD") ? 10 : 1;
    UUID order = new UUID(random.nextLong(), random.nextLong());
    Instant paidAt = sometime(random);
    boolean paid = random.nextInt(6) > 0;
    Sums sums = Sums.NONE;
    List<UUID> items = new ArrayList<>();
    List<Integer> quantities = new ArrayList<>();
    int first = random.nextInt(3);
    for (int line = 0; line <= random.nextInt(2); line++) {
      UUID item = new UUID(random.nextLong(), random.nextLong());
      int quantity = 1 + random.nextInt(3);
      long price = random.nextInt(10) == 0 ? 0 : step * random.nextInt(1, 5_000);
      long discount = step * random.nextLong(price * quantity / step + 1) / 2 / step * step;
      long tax = random.nextBoolean() ? (price * quantity - discount) / 5 / step * step : 0;
      items.add(item);
      quantities.add(quantity);
      execute(
          connection,
          """
          insert into order_item (id, order_id, position, product_id, sku, title, unit_price, quantity, line_total,
            discount, tax)
          values (?, ?, ?, ?, 'sku', 'title', ?, ?, ?, ?, ?)
          """,
          item,
          order,
          line + 1,
          products.get((first + line) % 3),
          price,
          quantity,
          price * quantity,
          discount,
          tax);
      sums = sums.plus(new Sums(0, quantity, price * quantity, discount, tax, 0));
    }
    long total = sums.gross - sums.discount + sums.tax;
    execute(
        connection,
        """
        insert into orders (id, status, subtotal, discount, tax, total_amount, currency, token_hash, token_key_id,
          created_at, paid_at)
        values (?, ?, ?, ?, ?, ?, ?, sha256(convert_to(?, 'UTF8')), 'k1', ?::timestamptz, ?::timestamptz)
        """,
        order,
        paid ? "paid" : "pending",
        sums.gross,
        sums.discount,
        sums.tax,
        total,
        currency,
        order.toString(),
        paidAt.toString(),
        paid ? paidAt.toString() : null);
    long refunded =
        paid ? refund(connection, random, order, currency, total, items, quantities) : 0;
    return Map.entry(
        currency,
        (paid && inMarch(paidAt) ? sums.plus(new Sums(1, 0, 0, 0, 0, 0)) : Sums.NONE)
            .plus(new Sums(0, 0, 0, 0, 0, refunded)));
  }

  /** Gives back some of it, perhaps in two parts, by units or not; what of it counts in March. */
  private static long refund(
      Connection connection,
      Random random,
      UUID order,
      String currency,
      long total,
      List<UUID> items,
      List<Integer> quantities)
      throws SQLException {
    long left = total;
    long counted = 0;
    Set<String> covered = new HashSet<>();
    for (int i = 0; i < random.nextInt(3) && left > 0; i++) {
      long amount = random.nextBoolean() ? left : random.nextLong(left) + 1;
      left -= amount;
      Instant at = sometime(random);
      String status = List.of("succeeded", "succeeded", "pending", "failed").get(random.nextInt(4));
      UUID refund = new UUID(random.nextLong(), random.nextLong());
      execute(
          connection,
          """
          insert into refund (id, order_id, amount, currency, reason, status, provider, provider_refund_id, created_by,
            created_at, updated_at)
          values (?, ?, ?, ?, 'other', ?, 'stripe', ?, 'test', ?::timestamptz, now())
          """,
          refund,
          order,
          amount,
          currency,
          status,
          refund.toString(),
          at.toString());
      if (random.nextBoolean()) {
        int item = random.nextInt(items.size());
        int unit = 1 + random.nextInt(quantities.get(item));
        if (covered.add(item + "/" + unit)) {
          execute(
              connection,
              "insert into refund_unit (refund_id, order_item_id, unit) values (?, ?, ?)",
              refund,
              items.get(item),
              unit);
        }
      }
      counted += status.equals("succeeded") && inMarch(at) ? amount : 0;
    }
    return counted;
  }

  @Test
  void aRefundOfUnitsCountsToTheirProductAndOneOfAnAmountToAllInProportion() throws SQLException {
    try (TestDatabase database = TestDatabase.migrated();
        Environment environment = environment(database);
        Connection connection = prepared(database)) {
      UUID book = UUID.fromString("00000000-0000-0000-0000-000000000001");
      UUID tool = UUID.fromString("00000000-0000-0000-0000-000000000002");
      UUID order = new UUID(0, 3);
      run(
          connection,
          """
          insert into product (id, sku, slug, title, price, currency, created_at, updated_at) values
            ('00000000-0000-0000-0000-000000000001', 'book', 'book', 'Book', 1000, 'EUR', now(), now()),
            ('00000000-0000-0000-0000-000000000002', 'tool', 'tool', 'Tool', 3000, 'EUR', now(), now())
          """);
      execute(
          connection,
          """
          insert into orders (id, status, subtotal, discount, tax, total_amount, currency, token_hash, token_key_id,
            created_at, paid_at)
          values (?, 'paid', 7000, 0, 0, 7000, 'EUR', sha256('a'::bytea), 'k1', '2026-03-02', '2026-03-02')
          """,
          order);
      line(connection, new UUID(0, 4), order, book, 1, 1000, 1);
      line(connection, new UUID(0, 5), order, tool, 2, 3000, 2);
      refundOf(connection, new UUID(0, 6), order, 3000);
      execute(
          connection,
          "insert into refund_unit (refund_id, order_item_id, unit) values (?, ?, 2)",
          new UUID(0, 6),
          new UUID(0, 5));
      refundOf(connection, new UUID(0, 7), order, 701);

      JsonNode rows = report(environment, "product").path("rows");

      assertEquals(2, rows.size());
      assertEquals(book.toString(), rows.get(0).path("key").asText());
      // 701 x 1000 / 7000 = 100.14 and 701 x 6000 / 7000 = 600.86: the larger remainder gets the
      // cent.
      assertEquals(100, rows.get(0).at("/refunded/amount").asLong());
      assertEquals(3000 + 601, rows.get(1).at("/refunded/amount").asLong());
    }
  }

  @Test
  void csvHasAHeaderAndTheSameNumbers() throws SQLException {
    try (TestDatabase database = TestDatabase.migrated();
        Environment environment = environment(database);
        Connection connection = prepared(database)) {
      sell(connection, new Random(1));
      JsonNode rows = report(environment, "currency").path("rows");

      HttpCall.Answer answer =
          call("currency").query("format", "csv").to(new SalesReport(environment));

      assertEquals(200, answer.status());
      assertTrue(answer.header("content-type").startsWith("text/csv"));
      assertEquals(
          "attachment; filename=\"sales-2026-03-01-2026-04-01.csv\"",
          answer.header("content-disposition"));
      String[] lines = answer.body().split("\r\n", -1);
      assertEquals("key,currency,orders,units,gross,discount,tax,refunded,net", lines[0]);
      assertEquals(rows.size() + 2, lines.length);
      assertEquals("", lines[lines.length - 1]);
      JsonNode first = rows.get(0);
      assertEquals(
          "EUR,EUR,%s,%s,%s,%s,%s,%s,%s"
              .formatted(
                  first.path("orders"),
                  first.path("units"),
                  first.at("/gross/amount"),
                  first.at("/discount/amount"),
                  first.at("/tax/amount"),
                  first.at("/refunded/amount"),
                  first.at("/net/amount")),
          lines[1]);
      assertEquals(
          answer.body(),
          call("currency").header("accept", "text/csv").to(new SalesReport(environment)).body());
    }
  }

  @Test
  void leftOutDatesAreTheLastThirtyDaysWithToday() throws SQLException {
    try (TestDatabase database = TestDatabase.migrated();
        Environment environment = environment(database);
        Connection connection = prepared(database)) {
      JsonNode report =
          HttpCall.get("/v1/admin/reports/sales")
              .bearer(KEY)
              .to(new SalesReport(environment))
              .json();

      LocalDate tomorrow = LocalDate.ofInstant(NOON, ZoneOffset.UTC).plusDays(1);
      assertEquals(tomorrow.toString(), report.path("to").asText());
      assertEquals(tomorrow.minusDays(30).toString(), report.path("from").asText());
      assertEquals("day", report.path("group_by").asText());
      assertTrue(report.path("rows").isEmpty());
    }
  }

  @Test
  void wrongParametersAre400() throws SQLException {
    try (TestDatabase database = TestDatabase.migrated();
        Environment environment = environment(database);
        Connection connection = prepared(database)) {
      List<Map<String, String>> wrong =
          List.of(
              Map.of("from", "2026-03-01", "to", "2026-03-01"),
              Map.of("from", "2026-03-02", "to", "2026-03-01"),
              Map.of("from", "2000-01-01", "to", "2026-03-01"),
              Map.of("from", "yesterday"),
              Map.of("to", "2026-02-30"),
              Map.of("from", "+12026-01-01"),
              Map.of("group_by", "week"),
              Map.of("format", "xml"),
              Map.of("fromm", "2026-03-01"));
      for (Map<String, String> query : wrong) {
        HttpCall call = HttpCall.get("/v1/admin/reports/sales").bearer(KEY);
        query.forEach(call::query);
        assertEquals(400, call.to(new SalesReport(environment)).status(), query.toString());
      }
    }
  }

  private static void line(
      Connection connection, UUID id, UUID order, UUID product, int position, long price, int units)
      throws SQLException {
    execute(
        connection,
        """
        insert into order_item (id, order_id, position, product_id, sku, title, unit_price, quantity, line_total)
        values (?, ?, ?, ?, 'sku', 'title', ?, ?, ?)
        """,
        id,
        order,
        position,
        product,
        price,
        units,
        price * units);
  }

  private static void refundOf(Connection connection, UUID id, UUID order, long amount)
      throws SQLException {
    execute(
        connection,
        """
        insert into refund (id, order_id, amount, currency, reason, status, provider, provider_refund_id, created_by,
          created_at, updated_at)
        values (?, ?, ?, 'EUR', 'other', 'succeeded', 'stripe', ?, 'test', '2026-03-03', '2026-03-03')
        """,
        id,
        order,
        amount,
        id.toString());
  }

  private static JsonNode report(Environment environment, String grouping) {
    return call(grouping).to(new SalesReport(environment)).json();
  }

  private static HttpCall call(String grouping) {
    return HttpCall.get("/v1/admin/reports/sales")
        .bearer(KEY)
        .query("from", "2026-03-01")
        .query("to", "2026-04-01")
        .query("group_by", grouping);
  }

  private static Environment environment(TestDatabase database) {
    return new Environment(database.settings(), CLOCK, IdGenerator.secure(CLOCK));
  }

  /** A connection that inserts what it likes, with a key for the report. */
  private static Connection prepared(TestDatabase database) throws SQLException {
    Connection connection = database.connectAsSuperuser();
    run(connection, "set session_replication_role = replica");
    execute(
        connection,
        "insert into api_key (id, name, scopes, key_hash, created_by, created_at) values (?, 'k', '{*}', ?, 'test', now())",
        new UUID(0, 1),
        Tokens.hash(KEY));
    return connection;
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void execute(Connection connection, String sql, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      statement.execute();
    }
  }
}
