package shelfless.checkout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.stripe.net.Webhook;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;
import shelfless.testing.AwsStandIn;
import shelfless.testing.HttpCall;
import shelfless.testing.RestorePoint;
import shelfless.testing.TestContext;
import shelfless.testing.TestDatabase;

/** A shop that sells one book at 19 euro, on a real database, with a provider to pay at. */
final class TestShop implements AutoCloseable {
  private volatile Instant now = Instant.parse("2026-03-02T09:30:00Z");
  private final Clock clock =
      InstantSource.offset(() -> now, Duration.ZERO).withZone(ZoneOffset.UTC);
  private final TestDatabase database = TestDatabase.migrated();
  private final AwsStandIn aws = AwsStandIn.start();
  private final Connection connection;
  private final Environment environment;
  final Provider provider = new Provider(clock);

  TestShop() {
    try {
      connection = database.connectAsSuperuser();
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
    environment = environment();
    run(
        """
        insert into product (id, sku, slug, title, price, currency, visibility, created_at, updated_at)
        values ('00000000-0000-7000-8000-000000000002', 'BOOK', 'book', 'The Book', 1900, 'EUR', 'public', now(), now())
        """);
  }

  /** Another execution environment, with a connection of its own. */
  Environment environment() {
    Map<String, String> settings = new HashMap<>(aws.settings(database));
    settings.put("STRIPE_API_BASE", provider.base());
    return new Environment(settings, clock, IdGenerator.secure(clock));
  }

  /** The environment that tests use one after the other. */
  Environment shared() {
    return environment;
  }

  void advance(Duration duration) {
    now = now.plus(duration);
  }

  void run(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException failure) {
      throw new IllegalStateException(sql, failure);
    }
  }

  /** What the database holds now is what a restore brings back. */
  void takeRestorePoint() {
    try {
      RestorePoint.take(connection);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** The database is set back, and what came after is lost. */
  void restore() {
    try {
      RestorePoint.goBack(connection);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** The first column of what the query finds. */
  List<String> list(String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    } catch (SQLException failure) {
      throw new IllegalStateException(sql, failure);
    }
  }

  /** Orders the book. */
  HttpCall.Answer order(String idempotencyKey, String email) {
    return HttpCall.post(
            "/v1/orders", "{\"email\":\"" + email + "\",\"items\":[{\"product\":\"book\"}]}")
        .header("idempotency-key", idempotencyKey)
        .to(new CreateOrder(environment));
  }

  /** An order of the book, which can be paid. */
  UUID order() {
    HttpCall.Answer answer = order("key of " + UUID.randomUUID(), "ada@example.com");
    return UUID.fromString(answer.json().at("/order/id").asText());
  }

  /** The buyer cancels; it may happen while another call runs. */
  HttpCall.Answer cancel(UUID orderId) {
    try (Environment other = environment()) {
      return HttpCall.post("/v1/orders/" + orderId + "/cancel", "")
          .bearer(other.tokens().order(orderId, 0).value())
          .pathParameter("order_id", orderId.toString())
          .to(new CancelOrder(other));
    }
  }

  /** Hands the webhook a notice, signed as the provider signs it; what came of it. */
  String webhook(JsonNode event) {
    String body = event.toString();
    HttpCall.Answer answer =
        HttpCall.post("/webhooks/stripe", body)
            .header("stripe-signature", signature(body))
            .to(new HandleStripeWebhook(environment));
    return answer.status() + " " + answer.json().path("outcome").asText();
  }

  private String signature(String body) {
    try {
      return Webhook.Signature.generateSignatureHeader(
          body, AwsStandIn.webhookSecret(), now.getEpochSecond());
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Runs ReconcilePayments; what it says that it did. */
  ObjectNode sweep() {
    return sweep(new TestContext());
  }

  ObjectNode sweep(TestContext context) {
    return (ObjectNode) HttpCall.invoke(new ReconcilePayments(environment), Json.object(), context);
  }

  String status(UUID orderId) {
    return list("select status from orders where id = '" + orderId + "'").getFirst();
  }

  /** How many entitlements the order has. */
  int delivered(UUID orderId) {
    return list("select id from entitlement where order_id = '" + orderId + "'").size();
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
    environment.close();
    provider.close();
    aws.close();
    database.close();
  }
}
