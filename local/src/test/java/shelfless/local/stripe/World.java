package shelfless.local.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.stripe.StripeClient;
import com.stripe.exception.SignatureVerificationException;
import com.stripe.exception.StripeException;
import com.stripe.model.Event;
import com.stripe.model.checkout.Session;
import com.stripe.net.Webhook;
import com.stripe.param.checkout.SessionCreateParams;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import shelfless.local.Door;
import shelfless.local.Json;
import shelfless.local.LocalException;
import shelfless.local.LocalRoutes;
import shelfless.local.WebExchange;
import shelfless.local.WebServer;

/** A running stand-in, the real client that talks to it, and a shop that takes its webhooks. */
final class World implements AutoCloseable {
  /** Held, since a logger that nobody holds forgets its level. */
  private static final Logger JETTY = Logger.getLogger("org.eclipse.jetty");

  static final String API_KEY = "sk_test_shelfless";
  static final String SECRET = "whsec_shelfless";

  /** A webhook as it came. */
  record Received(String payload, String signature) {
    Event verified(Clock clock) {
      try {
        return Webhook.constructEvent(payload, signature, SECRET, 300, clock);
      } catch (SignatureVerificationException broken) {
        throw new AssertionError(broken);
      }
    }

    String id() {
      return Json.parse(payload).path("id").asText();
    }

    String type() {
      return Json.parse(payload).path("type").asText();
    }
  }

  /** Real time, and what was added to it. */
  static final class ForwardClock extends Clock {
    private volatile Duration offset = Duration.ZERO;

    void advance(Duration amount) {
      offset = offset.plus(amount);
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(offset);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }

  final ForwardClock clock = new ForwardClock();
  final List<Received> received = new CopyOnWriteArrayList<>();
  final AtomicInteger refusals = new AtomicInteger();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Path folder;
  private final WebServer shop;
  private final Door payments = new Door();
  private final WebServer paymentsServer;
  private PaymentProviderStandIn standIn;
  private StripeClient stripe;

  World(Path folder) throws IOException {
    JETTY.setLevel(Level.WARNING);
    this.folder = folder;
    shop = WebServer.start(0, this::receive);
    paymentsServer = WebServer.start(0, payments);
    standIn = open();
    stripe = client(API_KEY);
  }

  private void receive(WebExchange exchange) throws IOException {
    String payload = new String(exchange.body(1 << 20), StandardCharsets.UTF_8);
    received.add(new Received(payload, String.valueOf(exchange.header("Stripe-Signature"))));
    int status = refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0 ? 500 : 200;
    exchange.send(status, "application/json", "{}");
  }

  private PaymentProviderStandIn open() {
    PaymentProviderStandIn opened =
        new PaymentProviderStandIn(
            clock,
            folder,
            paymentsServer.url(),
            () -> URI.create(shop.url() + "/webhooks/stripe"),
            API_KEY,
            SECRET);
    payments.open(opened);
    opened.start();
    return opened;
  }

  void restart() {
    payments.close();
    standIn.stop();
    standIn = open();
    stripe = client(API_KEY);
  }

  StripeClient stripe() {
    return stripe;
  }

  StripeClient client(String key) {
    return new StripeClient.StripeClientBuilder()
        .setApiKey(key)
        .setApiBase(standIn.url().toString())
        .setMaxNetworkRetries(0)
        .build();
  }

  PaymentProviderStandIn standIn() {
    return standIn;
  }

  /** What the shop asks for. */
  static SessionCreateParams.Builder order(long unitAmount, long quantity) {
    return SessionCreateParams.builder()
        .setMode(SessionCreateParams.Mode.PAYMENT)
        .setSuccessUrl("http://shop.test/checkout/return?session_id={CHECKOUT_SESSION_ID}")
        .setCancelUrl("http://shop.test/cart")
        .setClientReferenceId("order-1")
        .setCustomerEmail("buyer@example.com")
        .putMetadata("order_id", "order-1")
        .setPaymentIntentData(
            SessionCreateParams.PaymentIntentData.builder()
                .putMetadata("order_id", "order-1")
                .build())
        .addLineItem(
            SessionCreateParams.LineItem.builder()
                .setQuantity(quantity)
                .setPriceData(
                    SessionCreateParams.LineItem.PriceData.builder()
                        .setCurrency("eur")
                        .setUnitAmount(unitAmount)
                        .setProductData(
                            SessionCreateParams.LineItem.PriceData.ProductData.builder()
                                .setName("A book")
                                .build())
                        .build())
                .build());
  }

  Session session() throws StripeException {
    return stripe.v1().checkout().sessions().create(order(1900, 1).build());
  }

  /** A paid session, as the API tells of it. */
  Session paid() throws StripeException {
    Session session = session();
    outcome(session, "paid");
    return retrieve(session);
  }

  Session retrieve(Session session) throws StripeException {
    return stripe.v1().checkout().sessions().retrieve(session.getId());
  }

  JsonNode outcome(Session session, String outcome) {
    return local(
        "POST",
        "/_local/checkout-sessions/" + session.getId() + "/outcome",
        "{'outcome': '" + outcome + "'}");
  }

  /** A call to {@code /_local}; single quotes stand for double ones. */
  JsonNode local(String method, String path, String body) {
    try {
      LocalRoutes.Answer answer =
          standIn
              .routes()
              .dispatch(
                  method,
                  path,
                  Map.of(),
                  body.isEmpty() ? Json.object() : Json.parse(body.replace('\'', '"')));
      if (answer.status() != 200) {
        throw new AssertionError(answer);
      }
      return answer.body();
    } catch (LocalException refused) {
      throw refused;
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  /** A plain request to the API, with its key. */
  HttpResponse<String> raw(String method, String path, String form, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(standIn.url() + path))
            .header("Authorization", "Bearer " + API_KEY)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .method(method, HttpRequest.BodyPublishers.ofString(form));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** The types of what has come, in no order that counts. */
  List<String> receivedTypes() {
    return received.stream().map(Received::type).toList();
  }

  /** Waits, for at most five seconds. */
  static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("It has not happened within five seconds");
      }
      Thread.sleep(5);
    }
  }

  @Override
  public void close() {
    paymentsServer.close();
    standIn.stop();
    shop.close();
    http.close();
  }
}
