package shelfless.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;
import shelfless.security.Tokens;
import shelfless.testing.HttpCall;
import shelfless.testing.TestDatabase;

class AdminListOrdersTest {
  private static final String KEY = "sk_a-key-for-tests";

  private TestDatabase database;
  private Environment environment;

  /** 45 orders: three at each of 15 minutes, every fifth paid, every ninth of another buyer. */
  @BeforeEach
  void sell() throws SQLException {
    database = TestDatabase.migrated();
    environment =
        new Environment(
            database.settings(), Clock.systemUTC(), IdGenerator.secure(Clock.systemUTC()));
    environment
        .database()
        .transaction(
            transaction ->
                transaction.update(
                    """
                    insert into api_key (id, name, scopes, key_hash, created_by, created_at)
                    values (?, 'key', '{orders:read}', ?, 'test', ?)
                    """,
                    transaction.newId(),
                    Tokens.hash(KEY),
                    transaction.now()));
    try (Connection connection = database.connectAsSuperuser();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          insert into product (id, sku, slug, title, price, currency, created_at, updated_at)
          values ('00000000-0000-7000-8000-000000000001', 'BOOK', 'book', 'The Book', 1900, 'EUR', now(), now())
          """);
      connection.setAutoCommit(false);
      statement.execute(
          """
          create temporary table sale on commit drop as
          select n, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid as id,
            timestamptz '2026-03-01 09:00:00Z' + (n / 3) * interval '1 minute' as at
          from generate_series(1, 45) n
          """);
      statement.execute(
          """
          insert into orders (id, number, status, subtotal, discount, tax, total_amount, currency, token_hash,
            token_key_id, created_at, paid_at)
          select id, 'S-' || n, case when n % 5 = 0 then 'paid' else 'pending' end, 1900, 0, 0, 1900, 'EUR',
            sha256(convert_to(n::text, 'UTF8')), 'k1', at, case when n % 5 = 0 then at end
          from sale
          """);
      statement.execute(
          """
          insert into order_contact (order_id, email, updated_at)
          select id, case when n % 9 = 0 then 'Grace@Example.com' else 'ada@example.com' end, at from sale
          """);
      statement.execute(
          """
          insert into order_item (id, order_id, position, product_id, sku, title, unit_price, quantity, line_total)
          select id, id, 1, '00000000-0000-7000-8000-000000000001', 'BOOK', 'The Book', 1900, 1, 1900 from sale
          """);
      connection.commit();
    }
  }

  @AfterEach
  void end() {
    environment.close();
    database.close();
  }

  private HttpCall.Answer ask(Map<String, String> query) {
    HttpCall call = HttpCall.get("/v1/admin/orders").bearer(KEY);
    query.forEach(call::query);
    return call.to(new AdminListOrders(environment));
  }

  private List<String> numbers(Map<String, String> query) {
    HttpCall.Answer answer = ask(query);
    assertEquals(200, answer.status(), answer.body());
    List<String> numbers = new ArrayList<>();
    answer.json().path("data").forEach(order -> numbers.add(order.path("number").asText()));
    return numbers;
  }

  @Test
  void pagesHaveEveryOrderOnceTheNewestFirst() {
    List<String> seen = new ArrayList<>();
    List<String> times = new ArrayList<>();
    String cursor = null;
    do {
      JsonNode page =
          ask(cursor == null ? Map.of("limit", "7") : Map.of("limit", "7", "cursor", cursor))
              .json();
      for (JsonNode order : page.path("data")) {
        seen.add(order.path("number").asText());
        times.add(order.path("created_at").asText());
      }
      cursor = page.path("next_cursor").isNull() ? null : page.path("next_cursor").asText();
    } while (cursor != null);

    assertEquals(45, seen.size());
    assertEquals(45, new HashSet<>(seen).size());
    assertEquals(times.stream().sorted(java.util.Comparator.reverseOrder()).toList(), times);
  }

  @Test
  void filtersNarrowTogether() {
    assertEquals(9, numbers(Map.of("status", "paid")).size());
    assertEquals(
        List.of("S-45", "S-36", "S-27", "S-18", "S-9"),
        numbers(Map.of("email", "grace@EXAMPLE.com")));
    assertEquals(List.of("S-45"), numbers(Map.of("email", "grace@example.com", "status", "paid")));
    assertEquals(List.of("S-7"), numbers(Map.of("number", "S-7")));
    assertEquals(
        List.of("S-5", "S-4", "S-3"),
        numbers(Map.of("from", "2026-03-01T09:01:00Z", "to", "2026-03-01T09:02:00Z")));
    assertEquals(List.of(), numbers(Map.of("to", "2026-03-01")));
    assertEquals(20, numbers(Map.of("from", "2026-03-01")).size());
  }

  @Test
  void anOrderHasItsWholeFormWithoutTokens() {
    JsonNode order = ask(Map.of("number", "S-5")).json().at("/data/0");

    assertEquals("paid", order.path("status").asText());
    assertEquals("ada@example.com", order.path("email").asText());
    assertEquals("The Book", order.at("/items/0/product/title").asText());
    assertEquals(1900, order.at("/total/amount").asInt());
    assertTrue(order.path("entitlements").isArray());
    assertFalse(order.has("access_token"));
  }

  @Test
  void wrongParametersAre400AndAMissingKey401() {
    for (Map<String, String> query :
        List.of(
            Map.of("status", "sold"),
            Map.of("limit", "0"),
            Map.of("limit", "101"),
            Map.of("from", "today"),
            Map.of("mail", "ada@example.com"),
            Map.of("cursor", "abc"))) {
      assertEquals(400, ask(query).status(), query.toString());
    }
    assertEquals(
        401, HttpCall.get("/v1/admin/orders").to(new AdminListOrders(environment)).status());
  }
}
