package shelfless.downloads;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.data.Database;
import shelfless.data.Entitlements;
import shelfless.data.Entitlements.Entitlement;
import shelfless.json.Json;
import shelfless.orders.AccessRefresh;
import shelfless.orders.Fulfillment;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;
import shelfless.security.Tokens;
import shelfless.testing.TestDatabase;

/**
 * A shop on a real database, in which orders are paid and delivered by the shop's own fulfilment.
 * Its secrets are served over HTTP, as Secrets Manager serves them; its queue is out of reach.
 */
final class TestShop implements AutoCloseable {
  final TestDatabase database = TestDatabase.migrated();
  final TestClock clock = new TestClock();
  private final HttpServer aws;
  private final Map<String, String> secrets;
  private final Environment environment;

  TestShop() {
    secrets = Map.of("tokens", tokenKeys(), "signing", signingKey());
    try {
      aws = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    aws.createContext(
        "/",
        exchange -> {
          String id = Json.read(exchange.getRequestBody()).path("SecretId").asText();
          String secret = secrets.get(id);
          byte[] answer =
              Json.object().put("SecretString", secret).toString().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(secret == null ? 400 : 200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    aws.start();
    environment = environment();
  }

  /** The time, which a test moves. */
  static final class TestClock extends Clock {
    private volatile Instant now = Instant.parse("2026-03-02T09:00:00Z");

    void advance(Duration duration) {
      now = now.plus(duration);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private static String tokenKeys() {
    ObjectNode secret = Json.object().put("current", "k1");
    secret.putObject("keys").put("k1", Base64.getEncoder().encodeToString(new byte[32]));
    return secret.toString();
  }

  private static String signingKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return Json.object()
          .put("key_pair_id", "K2JCJMDEHXQW5F")
          .put(
              "private_key",
              "-----BEGIN PRIVATE KEY-----\n"
                  + Base64.getMimeEncoder()
                      .encodeToString(generator.generateKeyPair().getPrivate().getEncoded())
                  + "\n-----END PRIVATE KEY-----")
          .toString();
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Another execution environment, with a connection of its own. */
  Environment environment() {
    return environment(Map.of());
  }

  /** The same, with settings that differ. */
  Environment environment(Map<String, String> others) {
    String endpoint = "http://127.0.0.1:" + aws.getAddress().getPort();
    Map<String, String> settings = new HashMap<>(database.settings());
    settings.putAll(
        Map.of(
            "BASE_URL", "https://shop.example.com",
            "DOWNLOADS_URL", "https://files.example.com",
            "TOKEN_KEYS_SECRET", "tokens",
            "DOWNLOAD_SIGNING_SECRET", "signing",
            "MAIL_QUEUE_URL", endpoint + "/mail"));
    settings.putAll(
        Map.of(
            "AWS_REGION", "eu-central-1",
            "AWS_ACCESS_KEY_ID", "id",
            "AWS_SECRET_ACCESS_KEY", "secret",
            "AWS_ENDPOINT_URL", endpoint));
    settings.putAll(others);
    return new Environment(settings, clock, IdGenerator.secure(clock));
  }

  /** The environment that tests use one after the other. */
  Environment shared() {
    return environment;
  }

  <T> T transaction(Database.Work<T> work) {
    return environment.database().transaction(work);
  }

  int update(String sql, @Nullable Object... parameters) {
    return transaction(transaction -> transaction.update(sql, parameters));
  }

  UUID newId() {
    return environment.ids().next();
  }

  /** A product at 19 euro. */
  UUID product(@Nullable Integer downloadLimit, @Nullable Integer accessDays, boolean licensed) {
    UUID id = newId();
    update(
        """
        insert into product (id, sku, slug, title, price, currency, visibility, download_limit, access_days, licensed,
          created_at, updated_at)
        values (?, ?, ?, 'The Handbook', 1900, 'EUR', 'public', ?, ?, ?, ?, ?)
        """,
        id,
        id.toString(),
        "p-" + id,
        downloadLimit,
        accessDays,
        licensed,
        clock.instant(),
        clock.instant());
    return id;
  }

  /** A file of the product, ready now. */
  UUID file(UUID product, String name, long size, int version, boolean newBuyersOnly) {
    UUID id = newId();
    update(
        """
        insert into product_asset (id, product_id, storage_path, file_name, file_size, mime_type, checksum, version,
          new_buyers_only, status, created_at, ready_at)
        values (?, ?, ?, ?, ?, 'application/pdf', repeat('a', 64), ?, ?, 'ready', ?, ?)
        """,
        id,
        product,
        "products/" + id,
        name,
        size,
        version,
        newBuyersOnly,
        clock.instant(),
        clock.instant());
    return id;
  }

  /** The one file that most tests need: 482 kB. */
  UUID file(UUID product) {
    return file(product, "handbook.pdf", 482_113, 1, false);
  }

  /** Buys, pays and delivers; the entitlements, by unit. */
  List<Entitlement> buy(UUID product, int quantity, String email) {
    UUID order = newId();
    long total = 1900L * quantity;
    Tokens.Token token = environment.tokens().order(order, 0);
    transaction(
        transaction -> {
          transaction.update(
              """
              insert into orders (id, status, subtotal, discount, tax, total_amount, currency, token_hash, token_key_id,
                created_at, paid_at)
              values (?, 'paid', ?, 0, 0, ?, 'EUR', ?, ?, ?, ?)
              """,
              order,
              total,
              total,
              token.hash(),
              token.keyId(),
              transaction.now(),
              transaction.now());
          transaction.update(
              """
              insert into order_item (id, order_id, position, product_id, sku, title, unit_price, quantity, line_total)
              values (?, ?, 1, ?, 'sku', 'The <Handbook>', 1900, ?, ?)
              """,
              transaction.newId(),
              order,
              product,
              quantity,
              total);
          transaction.update(
              "insert into order_contact (order_id, email, updated_at) values (?, ?, ?)",
              order,
              email,
              transaction.now());
          return transaction.update(
              """
              insert into payment (id, order_id, provider, provider_payment_id, amount, currency, status, paid_at,
                created_at)
              values (?, ?, 'stripe', ?, ?, 'EUR', 'succeeded', ?, ?)
              """,
              transaction.newId(),
              order,
              "pi_" + order,
              total,
              transaction.now(),
              transaction.now());
        });
    new Fulfillment(environment).fulfill(order);
    return transaction(transaction -> Entitlements.listForOrder(transaction, order));
  }

  /** One unit of the product. */
  Entitlement buy(UUID product) {
    return buy(product, 1, "ada@example.com").getFirst();
  }

  /** A refund of the whole order that succeeded. */
  void refund(UUID order) {
    transaction(
        transaction -> {
          transaction.update(
              """
              insert into refund (id, order_id, amount, currency, reason, status, provider, provider_refund_id,
                created_by, created_at, updated_at)
              select ?, id, total_amount, currency, 'other', 'succeeded', 'stripe', ?, 'system', ?, ?
              from orders where id = ?
              """,
              transaction.newId(),
              "re_" + order,
              transaction.now(),
              transaction.now(),
              order);
          AccessRefresh.refresh(transaction, order, "system");
          return order;
        });
  }

  /** A dispute of the order in that state. */
  void dispute(UUID order, String status) {
    transaction(
        transaction -> {
          transaction.update(
              """
              insert into dispute (id, order_id, provider, provider_dispute_id, amount, currency, status, reason,
                created_at)
              values (?, ?, 'stripe', ?, 1900, 'EUR', ?, 'fraudulent', ?)
              on conflict (provider, provider_dispute_id) do update set status = excluded.status
              """,
              transaction.newId(),
              order,
              "dp_" + order,
              status,
              transaction.now());
          AccessRefresh.refresh(transaction, order, "system");
          return order;
        });
  }

  /** What its buyer's mail links to. */
  String token(Entitlement entitlement) {
    return environment
        .tokens()
        .download(entitlement.id(), entitlement.tokenGeneration(), entitlement.tokenKeyId())
        .value();
  }

  Entitlement now(Entitlement entitlement) {
    return transaction(
        transaction -> Entitlements.find(transaction, entitlement.id()).orElseThrow());
  }

  /** How many rows the query counts. */
  int count(String sql, @Nullable Object... parameters) {
    return transaction(
        transaction ->
            transaction.first(sql, row -> row.integer("count"), parameters).orElseThrow());
  }

  /** An API key that carries the scopes. */
  String apiKey(String... scopes) {
    UUID id = newId();
    Tokens.Token token = environment.tokens().apiKey(id);
    update(
        """
        insert into api_key (id, name, scopes, key_hash, created_by, created_at) values (?, 'key', ?, ?, 'system', ?)
        """,
        id,
        List.of(scopes),
        token.hash(),
        clock.instant());
    return token.value();
  }

  /** An answer as API Gateway gets it. */
  record Answer(int status, JsonNode headers, String body) {
    JsonNode json() {
      try {
        return Json.read(body);
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }

    String header(String name) {
      return headers.path(name).asText();
    }

    /** The word by which a refusal names itself. */
    String code() {
      return json().path("code").asText();
    }
  }

  /** A request, to be sent to a handler. */
  static final class Request {
    private final ObjectNode event = Json.object();
    private final ObjectNode headers = event.putObject("headers");
    private final ObjectNode path = event.putObject("pathParameters");
    private final ObjectNode http;

    Request(String method) {
      http = event.putObject("requestContext").put("requestId", "r-1").putObject("http");
      http.put("method", method).put("sourceIp", "192.0.2.10");
    }

    Request path(String name, Object value) {
      path.put(name, value.toString());
      return this;
    }

    Request header(String name, String value) {
      headers.put(name, value);
      return this;
    }

    Request from(String address) {
      http.put("sourceIp", address);
      return this;
    }

    Request json(String body) {
      headers.put("content-type", "application/json");
      event.put("body", body);
      return this;
    }

    Request form(String body) {
      headers.put("content-type", "application/x-www-form-urlencoded");
      event.put("body", body);
      return this;
    }

    Answer to(RequestStreamHandler handler) {
      JsonNode answer = invoke(handler, event);
      return new Answer(
          answer.path("statusCode").asInt(), answer.path("headers"), answer.path("body").asText());
    }
  }

  /** Hands a handler an event, as Lambda does. */
  static JsonNode invoke(RequestStreamHandler handler, JsonNode event) {
    try {
      ByteArrayOutputStream output = new ByteArrayOutputStream();
      handler.handleRequest(
          new ByteArrayInputStream(event.toString().getBytes(StandardCharsets.UTF_8)),
          output,
          context());
      return Json.read(output.toByteArray());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Context context() {
    LambdaLogger log =
        new LambdaLogger() {
          @Override
          public void log(String message) {
            System.out.print(message);
          }

          @Override
          public void log(byte[] message) {
            System.out.write(message, 0, message.length);
          }
        };
    return (Context)
        Proxy.newProxyInstance(
            Context.class.getClassLoader(),
            new Class<?>[] {Context.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getLogger" -> log;
                  case "getRemainingTimeInMillis" -> 60_000;
                  case "getMemoryLimitInMB" -> 1024;
                  default -> "test";
                });
  }

  @Override
  public void close() {
    environment.close();
    aws.stop(0);
    database.close();
  }
}
