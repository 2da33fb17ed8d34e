package shelfless.harness;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import shelfless.catalog.GetProduct;
import shelfless.catalog.ListProducts;
import shelfless.checkout.CancelOrder;
import shelfless.checkout.CreateOrder;
import shelfless.checkout.ExpirePendingOrders;
import shelfless.checkout.GetOrder;
import shelfless.checkout.HandleStripeWebhook;
import shelfless.checkout.ReconcileOrder;
import shelfless.checkout.ReconcilePayments;
import shelfless.data.Database;
import shelfless.data.Invariants;
import shelfless.data.JdbcDatabase;
import shelfless.downloads.CreateDownload;
import shelfless.downloads.ExpireEntitlements;
import shelfless.downloads.GetEntitlement;
import shelfless.downloads.ReissueEntitlement;
import shelfless.downloads.ResendLinks;
import shelfless.downloads.RevokeEntitlement;
import shelfless.fulfillment.FulfillOrder;
import shelfless.fulfillment.RedriveFulfillment;
import shelfless.fulfillment.RelayOutbox;
import shelfless.fulfillment.SendMail;
import shelfless.json.Json;
import shelfless.refunds.IssueRefund;
import shelfless.runtime.Environment;
import shelfless.runtime.Settings;
import shelfless.security.Tokens;
import shelfless.testing.HttpCall;
import shelfless.testing.RestorePoint;
import shelfless.testing.TestContext;
import shelfless.testing.TestDatabase;

/**
 * A shop in a world of its own: a database with a few products, a payment provider, queues, mails
 * and a clock. Processes run its handlers, and can die.
 */
public final class World implements AutoCloseable {
  static final String ADMIN_KEY = "sk_the-key-of-the-harness";

  private static final Map<String, Function<Environment, RequestStreamHandler>> HANDLERS =
      Map.ofEntries(
          Map.entry("ListProducts", ListProducts::new),
          Map.entry("GetProduct", GetProduct::new),
          Map.entry("CreateOrder", CreateOrder::new),
          Map.entry("GetOrder", GetOrder::new),
          Map.entry("CancelOrder", CancelOrder::new),
          Map.entry("ReconcileOrder", ReconcileOrder::new),
          Map.entry("HandleStripeWebhook", HandleStripeWebhook::new),
          Map.entry("ReconcilePayments", ReconcilePayments::new),
          Map.entry("ExpirePendingOrders", ExpirePendingOrders::new),
          Map.entry("GetEntitlement", GetEntitlement::new),
          Map.entry("CreateDownload", CreateDownload::new),
          Map.entry("ReissueEntitlement", ReissueEntitlement::new),
          Map.entry("RevokeEntitlement", RevokeEntitlement::new),
          Map.entry("ResendLinks", ResendLinks::new),
          Map.entry("ExpireEntitlements", ExpireEntitlements::new),
          Map.entry("FulfillOrder", FulfillOrder::new),
          Map.entry("RedriveFulfillment", RedriveFulfillment::new),
          Map.entry("RelayOutbox", RelayOutbox::new),
          Map.entry("SendMail", SendMail::new),
          Map.entry("IssueRefund", IssueRefund::new));

  final ManualClock clock = new ManualClock();
  final SequentialIds ids = new SequentialIds(clock);
  final SimulatedProvider provider = new SimulatedProvider(clock);
  final SimulatedQueues queues = new SimulatedQueues();
  final SimulatedMailer mails = new SimulatedMailer();
  private final TestDatabase testDatabase = TestDatabase.migrated();
  private final Settings settings;
  private final Outside outside = new Outside(new SimulatedSecrets(), queues, mails, provider);
  private final Database database;

  /** What is outside of the shop and of its database. */
  record Outside(
      SimulatedSecrets secrets,
      SimulatedQueues queues,
      SimulatedMailer mails,
      SimulatedProvider provider) {}

  /** With five products, two promotion codes and an API key. */
  public World() {
    this("");
  }

  /**
   * @param parameters what the database's address says besides: {@code ?prepareThreshold=3}
   */
  public World(String parameters) {
    Map<String, String> variables = new HashMap<>(testDatabase.settings());
    variables.computeIfPresent("DATABASE_URL", (name, url) -> url + parameters);
    variables.putAll(
        Map.of(
            "BASE_URL", "https://shop.example.com",
            "DOWNLOADS_URL", "https://files.example.com",
            "SHOP_NAME", "Shelfless",
            "MAIL_FROM", "shop@example.com"));
    settings = new Settings(variables);
    database = connect();
    stock();
  }

  private Database connect() {
    return new JdbcDatabase(settings, clock, ids);
  }

  /** Where the database listens. */
  public int databasePort() {
    return testDatabase.port();
  }

  /** A process whose connection goes another way: to that port on loopback. */
  public Process processVia(int port) {
    Map<String, String> variables = new HashMap<>(testDatabase.settings());
    variables.computeIfPresent(
        "DATABASE_URL",
        (name, url) -> url.replace(":" + testDatabase.port() + "/", ":" + port + "/"));
    return new Process(new JdbcDatabase(new Settings(variables), clock, ids), Faults.none());
  }

  private void stock() {
    product("book", 1900, false, 5);
    product("app", 4900, true, 5);
    product("song", 500, false, 1);
    product("gift", 0, false, 5);
    product("film", 900, false, 100_000);
    promotion("HALF", 50, null);
    promotion("FREE", 100, null);
    database.transaction(
        transaction -> {
          UUID id = transaction.newId();
          transaction.update(
              """
              insert into api_key (id, name, scopes, key_hash, created_by, created_at)
              values (?, 'harness', '{*}', ?, 'system', ?)
              """,
              id,
              Tokens.hash(ADMIN_KEY),
              transaction.now());
          transaction.audit("system", "api_key.created", "api_key", id, Json.object());
          return true;
        });
  }

  private void product(String slug, int price, boolean licensed, int downloadLimit) {
    UUID id = ids.next();
    UUID file = ids.next();
    database.transaction(
        transaction -> {
          transaction.update(
              """
              insert into product (id, sku, slug, title, price, currency, visibility, licensed,
                license_activation_limit, download_limit, created_at, updated_at)
              values (?, upper(?), ?, ?, ?, 'EUR', 'public', ?, ?, ?, ?, ?)
              """,
              id,
              slug,
              slug,
              slug,
              price,
              licensed,
              licensed ? 3 : null,
              downloadLimit,
              transaction.now(),
              transaction.now());
          transaction.audit("system", "product.created", "product", id, Json.object());
          transaction.audit("system", "asset.announced", "asset", file, Json.object());
          transaction.audit("system", "asset.ready", "asset", file, Json.object());
          return true;
        });
    asSuperuser(
        """
        insert into product_asset (id, product_id, storage_path, file_name, file_size, mime_type, checksum, version,
          status, created_at, ready_at)
        values ('%s', '%s', 'products/%s', '%s.txt', 10, 'text/plain', repeat('0', 64), 1, 'ready', now(), now())
        """
            .formatted(file, id, file, slug));
  }

  /** A code that takes so many percent off, and can be used so often. */
  void promotion(String code, int percent, @Nullable Integer uses) {
    asSuperuser(
        """
        insert into promotion (id, code, percent_off, max_redemptions, created_at, updated_at)
        values ('%s', '%s', %d, %s, now(), now())
        """
            .formatted(ids.next(), code, percent, uses));
  }

  /** A connection that may do what no function may. */
  public Connection connectAsSuperuser() throws SQLException {
    return testDatabase.connectAsSuperuser();
  }

  /** The keys of the tokens in links. */
  public Tokens tokens() {
    return Tokens.of(outside.secrets.read("TOKEN_KEYS_SECRET"));
  }

  /** The buyer pays at the provider; the notices that it would send. */
  public List<ObjectNode> pay(UUID order) {
    provider.pay(order);
    return provider.takeUndelivered();
  }

  /** Runs SQL that no function may run. */
  void asSuperuser(String sql) {
    try (Connection connection = testDatabase.connectAsSuperuser();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException failure) {
      throw new IllegalStateException(sql, failure);
    }
  }

  /** From now on this is what a restore of the database brings back. */
  void takeRestorePoint() {
    try (Connection connection = testDatabase.connectAsSuperuser()) {
      RestorePoint.take(connection);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** The database is set back to the restore point. What is outside of it goes on. */
  void restore() {
    try (Connection connection = testDatabase.connectAsSuperuser()) {
      RestorePoint.goBack(connection);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** The database as the functions see it, without faults. */
  public Database database() {
    return database;
  }

  /** The number that a query finds. */
  long count(String sql, @Nullable Object... parameters) {
    return database.transaction(
        transaction ->
            transaction
                .first(
                    "select (" + sql + ")::bigint as counted",
                    row -> row.number("counted"),
                    parameters)
                .orElseThrow());
  }

  /** A process that shares the world's own connection; for one thread. */
  Process process(Faults faults) {
    return new Process(database, faults);
  }

  /** A process with a connection of its own, for a thread of its own. */
  public Process ownProcess() {
    return new Process(connect(), Faults.none());
  }

  /** What broke, in words; empty when all holds. */
  String broken() {
    StringBuilder broken = new StringBuilder();
    for (Invariants.Invariant invariant : Invariants.all()) {
      Invariants.Finding finding =
          database.transaction(transaction -> Invariants.check(transaction, invariant, 5));
      if (finding.rows() > 0) {
        broken.append(finding.name()).append(": ").append(finding.shown()).append('\n');
      }
    }
    return broken.toString();
  }

  @Override
  public void close() {
    database.close();
    testDatabase.close();
  }

  /**
   * An operating-system process, as Lambda would run one: it has handlers, and dies with whatever
   * it was doing.
   */
  public final class Process implements AutoCloseable {
    private final Database connection;
    private final Faults faults;
    private final Map<String, RequestStreamHandler> handlers = new HashMap<>();
    private FaultyPorts ports;
    private Environment environment;

    private Process(Database connection, Faults faults) {
      this.connection = connection;
      this.faults = faults;
      this.ports = new FaultyPorts(connection, outside, faults);
      this.environment = new Environment(settings, clock, ids, ports);
    }

    private void restart() {
      handlers.clear();
      ports = new FaultyPorts(connection, outside, faults);
      environment = new Environment(settings, clock, ids, ports);
    }

    private RequestStreamHandler handler(String name) {
      ports.enter(name);
      return handlers.computeIfAbsent(
          name,
          missing -> Objects.requireNonNull(HANDLERS.get(missing), missing).apply(environment));
    }

    /** The answer to a request; null when the process died. */
    public HttpCall.@Nullable Answer call(String name, HttpCall call) {
      try {
        return call.to(handler(name));
      } catch (Crash died) {
        restart();
        return null;
      }
    }

    /** What the handler of a schedule or a queue answers; null when it failed or died. */
    public @Nullable JsonNode invoke(String name, JsonNode event) {
      try {
        return HttpCall.invoke(handler(name), event, new TestContext());
      } catch (Crash died) {
        restart();
        return null;
      } catch (RuntimeException failed) {
        return null;
      }
    }

    /** Sends a notice, signed, as the provider does; whether it was acknowledged. */
    public boolean notice(ObjectNode event) {
      String body = event.toString();
      long time = clock.instant().getEpochSecond();
      HttpCall.Answer answer =
          call(
              "HandleStripeWebhook",
              HttpCall.post("/webhooks/stripe", body)
                  .header("stripe-signature", "t=" + time + ",v1=" + sign(time + "." + body)));
      return answer != null && answer.status() == 200;
    }

    @Override
    public void close() {
      connection.close();
    }
  }

  private static String sign(String payload) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(
          new SecretKeySpec(
              SimulatedSecrets.WEBHOOK_SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(payload.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
