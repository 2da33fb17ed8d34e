package shelfless.reports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;
import shelfless.testing.HttpCall;
import shelfless.testing.TestDatabase;

class ListProviderEventsTest {
  private static final String KEY = "sk_a-key-for-tests";
  private static final String ORDER = "00000000-0000-7000-8000-000000000101";

  private TestDatabase database;
  private Environment environment;
  private ListProviderEvents handler;

  /** Events 1 to 25, several in one second; every fifth is parked. */
  @BeforeEach
  void begin() throws SQLException {
    database = TestDatabase.migrated();
    Clock clock = Clock.systemUTC();
    environment = new Environment(database.settings(), clock, IdGenerator.secure(clock));
    handler = new ListProviderEvents(environment);
    try (Connection connection = database.connectAsSuperuser();
        Statement statement = connection.createStatement()) {
      statement.execute("set session_replication_role = replica");
      statement.execute(
          """
          insert into api_key (id, name, scopes, key_hash, created_by, created_at)
          values (gen_random_uuid(), 'key', '{events:read}', sha256('sk_a-key-for-tests'::bytea), 'test', now());
          insert into provider_event (provider, event_id, type, order_id, payload, status, reason, created_at,
            received_at, handled_at)
          select 'stripe', 'evt_' || lpad(n::text, 2, '0'),
            case n % 2 when 0 then 'charge.refunded' else 'checkout.session.completed' end,
            case when n <= 3 then '00000000-0000-7000-8000-000000000101'::uuid end,
            jsonb_build_object('object', 'charge', 'id', 'ch_' || n, 'amount', n, 'payment_id', 'pi_' || n),
            case n % 5 when 0 then 'parked' else 'handled' end, case n % 5 when 0 then 'handling it failed' end,
            timestamptz '2026-03-02 10:00:00Z' - n * interval '1 second',
            timestamptz '2026-03-02 10:00:00Z' + (n / 3) * interval '1 second',
            case when n % 5 > 0 then timestamptz '2026-03-02 10:01:00Z' end
          from generate_series(1, 25) n
          """);
    }
  }

  @AfterEach
  void end() {
    environment.close();
    database.close();
  }

  private HttpCall.Answer list(Map<String, String> query) {
    HttpCall call = HttpCall.get("/v1/admin/provider-events").bearer(KEY);
    query.forEach(call::query);
    return call.to(handler);
  }

  private List<String> ids(Map<String, String> query) {
    List<String> ids = new ArrayList<>();
    list(query).json().path("data").forEach(event -> ids.add(event.path("id").asText()));
    return ids;
  }

  @Test
  void pagesHaveEveryEventOnceTheLastReceivedFirst() {
    List<String> seen = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = list(Map.of("limit", "4", "cursor", cursor)).json();
      page.path("data").forEach(event -> seen.add(event.path("id").asText()));
      cursor = page.path("next_cursor").asText("");
    } while (!cursor.isEmpty());

    assertEquals(
        IntStream.rangeClosed(1, 25).mapToObj(n -> "evt_%02d".formatted(26 - n)).toList(), seen);
  }

  @Test
  void anEventShowsWhatWasKeptOfItAndWhatCameOfIt() {
    assertEquals(
        """
        {"id":"evt_25","provider":"stripe","type":"checkout.session.completed","api_version":null,"order_id":null,\
        "status":"parked","reason":"handling it failed","created_at":"2026-03-02T09:59:35Z",\
        "received_at":"2026-03-02T10:00:08Z","handled_at":null,\
        "payload":{"id":"ch_25","amount":25,"object":"charge","payment_id":"pi_25"}}""",
        list(Map.of("limit", "1")).json().at("/data/0").toString());
  }

  @Test
  void filtersNarrowTogether() {
    assertEquals(
        List.of("evt_25", "evt_20", "evt_15", "evt_10", "evt_05"), ids(Map.of("status", "parked")));
    assertEquals(
        List.of("evt_20", "evt_10"), ids(Map.of("status", "parked", "type", "charge.refunded")));
    assertEquals(List.of("evt_03", "evt_02", "evt_01"), ids(Map.of("order_id", ORDER)));
    assertEquals(List.of(), ids(Map.of("order_id", ORDER, "status", "parked")));
  }

  @Test
  void whatIsNoFilterIsRefused() {
    for (Map<String, String> wrong :
        List.of(
            Map.of("status", "received"),
            Map.of("order_id", "evt_01"),
            Map.of("limit", "0"),
            Map.of("cursor", "x"),
            Map.of("state", "parked"))) {
      assertEquals(400, list(wrong).status(), wrong::toString);
    }
    String cursor = list(Map.of("limit", "2")).json().path("next_cursor").asText();
    assertEquals(400, list(Map.of("cursor", cursor, "status", "parked")).status());
    assertTrue(list(Map.of("cursor", cursor)).status() == 200);
  }
}
