package shelfless.bench.scale;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import shelfless.harness.World;
import shelfless.json.Json;
import shelfless.testing.HttpCall;

/**
 * The calls that a growing shop must not feel, made of the real handlers in this process: no HTTP
 * and no JSON of a gateway comes between, which would hide what grows.
 */
final class Workload implements AutoCloseable {
  /** Those of the calls that change nothing, so that their statements can be repeated. */
  static final Set<String> READING =
      Set.of("catalogue list", "catalogue search", "product", "entitlement");

  private final World world;
  private final World.Process process;
  private final Stock stock;
  private final Stock.Picked picked;
  private final Deque<ObjectNode> notices = new ArrayDeque<>();
  private int placed;

  Workload(World world, Stock stock, Stock.Picked picked) {
    this(world, world.ownProcess(), stock, picked);
  }

  private Workload(World world, World.Process process, Stock stock, Stock.Picked picked) {
    this.world = world;
    this.process = process;
    this.picked = picked;
    this.stock = stock;
  }

  /**
   * Calls of that name, whose statements can be said again by {@link Statements#ask}.
   *
   * @param count how many of them, from the first on
   */
  List<Statements.Call> said(String name, int count, Statements statements) throws IOException {
    List<Statements.Call> said = new ArrayList<>();
    try (Workload told = new Workload(world, world.processVia(statements.port()), stock, picked)) {
      // With the first comes what is said once, when a connection is new.
      told.call(name, 0);
      statements.taken();
      for (int i = 0; i < count; i++) {
        told.call(name, i);
        said.add(statements.taken());
      }
    }
    return said;
  }

  /** Where a {@link Statements} of this shop leads. */
  int databasePort() {
    return world.databasePort();
  }

  /** Each kind of call, by its name; given the number of the call, it does it. */
  Map<String, IntConsumer> calls() {
    Map<String, IntConsumer> calls = new LinkedHashMap<>();
    calls.put("catalogue list", i -> call("ListProducts", HttpCall.get("/v1/products")));
    calls.put("catalogue search", this::search);
    calls.put("product", this::product);
    calls.put("entitlement", this::entitlement);
    calls.put("download", this::download);
    calls.put("order", this::order);
    calls.put("webhook", this::webhook);
    return calls;
  }

  private HttpCall.Answer call(String handler, HttpCall call) {
    HttpCall.Answer answer = process.call(handler, call);
    if (answer == null || answer.status() >= 400) {
      throw new IllegalStateException(handler + " answered " + answer);
    }
    return answer;
  }

  /** Two words of some title, as of somebody who looks for it. */
  private void search(int i) {
    String[] words = picked.titles().get(i % picked.titles().size()).split(" ", 3);
    call("ListProducts", HttpCall.get("/v1/products").query("query", words[0] + " " + words[1]));
  }

  private void product(int i) {
    String slug = "product-" + (1 + i * 7919L % stock.products());
    call("GetProduct", HttpCall.get("/v1/products/" + slug).pathParameter("slug", slug));
  }

  private String token(int i) {
    return picked.tokens().get(i % picked.tokens().size());
  }

  private void entitlement(int i) {
    call(
        "GetEntitlement",
        HttpCall.get("/v1/entitlements/" + token(i)).pathParameter("download_token", token(i)));
  }

  private void download(int i) {
    call(
        "CreateDownload",
        HttpCall.post("/v1/entitlements/" + token(i) + "/downloads", "{}")
            .pathParameter("download_token", token(i)));
  }

  /** An order of one product; its buyer pays, and the provider's notice waits. */
  private void order(int i) {
    placed++;
    String body =
        """
        {"email": "new-%d@example.com", "items": [{"product": "product-%d"}]}
        """
            .formatted(placed, 1 + i * 7919L % stock.products());
    HttpCall.Answer answer =
        call(
            "CreateOrder",
            HttpCall.post("/v1/orders", body)
                .from("10.%d.%d.1".formatted(placed / 250, placed % 250))
                .header("idempotency-key", UUID.randomUUID().toString()));
    notices.addAll(world.pay(UUID.fromString(answer.json().at("/order/id").asText())));
  }

  /** The notice of a payment, which delivers the order. */
  private void webhook(int i) {
    if (!process.notice(notices.remove())) {
      throw new IllegalStateException("A notice was not acknowledged.");
    }
  }

  /**
   * How long PostgreSQL has worked on statements of this shop since it began, in milliseconds, as
   * it counts that itself.
   */
  double databaseMillis() throws SQLException {
    try (Connection connection = world.connectAsSuperuser();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select active_time from pg_stat_database where datname = current_database()")) {
      row.next();
      return row.getDouble(1);
    }
  }

  /** Makes the call of that name. */
  void call(String name, int number) {
    Objects.requireNonNull(calls().get(name), name).accept(number);
  }

  /** What a schedule's handler answers; null when it failed. */
  @Nullable JsonNode sweep(String name) {
    return process.invoke(name, Json.object());
  }

  @Override
  public void close() {
    process.close();
  }
}
