package shelfless.checkout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import shelfless.aws.AuditAnchors;
import shelfless.aws.Files;
import shelfless.aws.Mailer;
import shelfless.aws.Queues;
import shelfless.aws.Secrets;
import shelfless.data.Database;
import shelfless.json.Json;
import shelfless.orders.PaymentProvider;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;
import shelfless.runtime.Ports;
import shelfless.runtime.Settings;
import shelfless.testing.HttpCall;
import shelfless.testing.TestDatabase;

/**
 * Whatever is sent to the webhook endpoint, it is never a failure of ours, and the database hears
 * of it only once the signature is right. The seed of a run is printed; {@code
 * -Dshelfless.fuzz.seed=N} repeats it.
 */
final class WebhookFuzzTest {
  private static final int CASES = 24_000;
  private static final int LARGEST = 256 * 1024;
  private static final Instant NOW = Instant.parse("2026-03-02T09:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final String OLD_SECRET = "whsec_the_one_that_goes";
  private static final String NEW_SECRET = "whsec_the_one_that_comes";

  private static TestDatabase database;
  private static HttpServer outside;
  private static CountingPorts ports;
  private static HandleStripeWebhook handler;

  /** The real ports, with a count of the transactions that were asked for. */
  private static final class CountingPorts implements Ports {
    private final Environment real;
    int transactions;

    CountingPorts(Environment real) {
      this.real = real;
    }

    @Override
    public Database database() {
      return new Database() {
        @Override
        public <T extends @Nullable Object> T transaction(Work<T> work) {
          transactions++;
          return real.database().transaction(work);
        }

        @Override
        public <T extends @Nullable Object> T repeatable(Work<T> work) {
          transactions++;
          return real.database().repeatable(work);
        }

        @Override
        public <T extends @Nullable Object> T read(Work<T> work) {
          transactions++;
          return real.database().read(work);
        }

        @Override
        public void connect() {
          real.database().connect();
        }

        @Override
        public void rehearse(Runnable work) {
          real.database().rehearse(work);
        }

        @Override
        public void close() {
          real.database().close();
        }
      };
    }

    @Override
    public Secrets secrets() {
      return real.secrets();
    }

    @Override
    public Queues queues() {
      return real.queues();
    }

    @Override
    public Files files() {
      return real.files();
    }

    @Override
    public AuditAnchors anchors() {
      return real.anchors();
    }

    @Override
    public Mailer mailer() {
      return real.mailer();
    }

    @Override
    public PaymentProvider provider() {
      return real.provider();
    }

    @Override
    public void close() {
      real.close();
    }
  }

  /**
   * Secrets as Secrets Manager gives them, and of Stripe that it knows nothing of what is asked.
   */
  @BeforeAll
  static void start() throws IOException {
    database = TestDatabase.migrated();
    outside = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ObjectNode keys = Json.object().put("api_key", "sk_test_fuzz");
    keys.putArray("webhook_secrets").add(NEW_SECRET).add(OLD_SECRET);
    ObjectNode tokens = Json.object().put("current", "k1");
    tokens.putObject("keys").put("k1", Base64.getEncoder().encodeToString(new byte[32]));
    outside.createContext(
        "/v1/",
        exchange -> {
          byte[] answer =
              """
              {"error": {"type": "invalid_request_error", "code": "resource_missing", "message": "No such thing"}}
              """
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(404, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    outside.createContext(
        "/",
        exchange -> {
          boolean stripe =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
                  .contains("StripeKeys");
          byte[] answer =
              Json.object()
                  .put("SecretString", (stripe ? keys : tokens).toString())
                  .toString()
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    outside.start();
    String address = "http://127.0.0.1:" + outside.getAddress().getPort();
    Map<String, String> variables = new HashMap<>(database.settings());
    variables.put("AWS_ENDPOINT_URL", address);
    variables.put("AWS_REGION", "eu-central-1");
    variables.put("AWS_ACCESS_KEY_ID", "test");
    variables.put("AWS_SECRET_ACCESS_KEY", "test");
    variables.put("STRIPE_SECRET", "StripeKeys");
    variables.put("STRIPE_API_BASE", address);
    variables.put("TOKEN_KEYS_SECRET", "TokenKeys");
    variables.put("FULFILLMENT_QUEUE_URL", address + "/fulfillment");
    variables.put("MAIL_QUEUE_URL", address + "/mail");
    variables.put("BASE_URL", "https://shop.example.com");
    IdGenerator ids = IdGenerator.secure(CLOCK);
    ports = new CountingPorts(new Environment(variables, CLOCK, ids));
    handler = new HandleStripeWebhook(new Environment(new Settings(variables), CLOCK, ids, ports));
  }

  @AfterAll
  static void stop() {
    ports.close();
    outside.stop(0);
    database.close();
  }

  /**
   * A body as API Gateway hands it over.
   *
   * @param text the event's {@code body}
   * @param bytes what was signed, or would have been
   */
  private record Body(String text, boolean isBase64, byte[] bytes) {
    static Body text(String text) {
      return new Body(text, false, text.getBytes(StandardCharsets.UTF_8));
    }

    static Body bytes(byte[] bytes) {
      return new Body(Base64.getEncoder().encodeToString(bytes), true, bytes);
    }
  }

  @Test
  void noHeaderAndNoBodyMakesItFail_orTouchTheDatabaseBeforeTheSignatureIsRight() {
    long seed = Long.getLong("shelfless.fuzz.seed", System.nanoTime());
    System.out.println("Webhook: -Dshelfless.fuzz.seed=" + seed);
    Random random = new Random(seed);
    Map<Integer, Integer> statuses = new TreeMap<>();
    for (int i = 0; i < CASES; i++) {
      boolean signed = random.nextInt(8) == 0;
      Body body = body(random);
      String header =
          signed
              ? rightly(random, sign(body.bytes(), secret(random), NOW.getEpochSecond()))
              : wrongly(random, body);
      int before = ports.transactions;
      int status = answer(header, body);
      int number = i;
      Supplier<String> what =
          () ->
              status
                  + " for case %d of seed %d: %s, %s"
                      .formatted(number, seed, shown(header), shown(body));
      assertTrue(status < 500, what);
      if (!signed) {
        assertEquals(before, ports.transactions, what);
        assertTrue(status == 400 || status == 413, what);
      }
      statuses.merge(status, 1, Integer::sum);
    }
    System.out.println("Webhook: answers to " + CASES + " requests: " + statuses);
    assertTrue(statuses.containsKey(200), "some are right");
  }

  @Test
  void eitherSecretWillDoWhileOneReplacesTheOther_andNoThirdOne() {
    Body body = Body.text(event(new Random(1)).toString());
    for (String secret : List.of(OLD_SECRET, NEW_SECRET)) {
      assertEquals(200, answer(header(sign(body.bytes(), secret, NOW.getEpochSecond())), body));
    }
    int before = ports.transactions;
    assertEquals(400, answer(header(sign(body.bytes(), "whsec_x", NOW.getEpochSecond())), body));
    assertEquals(before, ports.transactions);
  }

  @Test
  void timeStampsAreRefusedOnBothSidesOfTheTolerance() {
    Body body = Body.text(event(new Random(1)).toString());
    for (long[] each :
        new long[][] {{-301, 400}, {-300, 200}, {0, 200}, {300, 200}, {301, 400}, {86_400, 400}}) {
      long time = NOW.getEpochSecond() + each[0];
      assertEquals(each[1], answer(header(sign(body.bytes(), NEW_SECRET, time), time), body));
    }
  }

  @Test
  void whatIsNoBase64IsTheCallersMistake() {
    for (String text : List.of("!", "a", "====", "aGk=\u0000", "é", "aGk=aGk=")) {
      assertEquals(400, answer("t=1,v1=00", new Body(text, true, new byte[0])), text);
    }
  }

  @Test
  void aBodyThatIsTooLargeIs413_alsoWithTheRightSignature() {
    byte[] large = new byte[LARGEST + 1];
    Arrays.fill(large, (byte) ' ');
    Body body = Body.bytes(large);
    assertEquals(413, answer(header(sign(large, NEW_SECRET, NOW.getEpochSecond())), body));
  }

  private static int answer(@Nullable String header, Body body) {
    HttpCall call = new HttpCall("POST", "/webhooks/stripe").body(body.text(), body.isBase64());
    if (header != null) {
      call.header("stripe-signature", header);
    }
    try {
      return call.to(handler).status();
    } catch (RuntimeException failure) {
      return fail(shown(header) + ", " + shown(body), failure);
    }
  }

  // ---- headers

  private static String secret(Random random) {
    return random.nextBoolean() ? OLD_SECRET : NEW_SECRET;
  }

  private static String sign(byte[] body, String secret, long time) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      mac.update((time + ".").getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String header(String signature) {
    return header(signature, NOW.getEpochSecond());
  }

  private static String header(String signature, long time) {
    return "t=" + time + ",v1=" + signature;
  }

  /** The forms in which the right signature may come. */
  private static String rightly(Random random, String signature) {
    long time = NOW.getEpochSecond();
    return switch (random.nextInt(5)) {
      case 0 -> "t=" + time + ",v1=" + signature.toUpperCase(Locale.ROOT);
      case 1 -> "t=" + time + ",v1=" + "00".repeat(32) + ",v1=" + signature + ",v0=abc";
      case 2 -> " v1=" + signature + " , t=" + time + " ,";
      case 3 -> "x,=,==,v1,v1=,v9=1,t=" + time + ",v1=" + signature;
      default -> header(signature, time);
    };
  }

  private static @Nullable String wrongly(Random random, Body body) {
    long time = NOW.getEpochSecond();
    byte[] other = new byte[32];
    random.nextBytes(other);
    String hex = HexFormat.of().formatHex(other);
    return switch (random.nextInt(24)) {
      case 0 -> null;
      case 1 -> "";
      case 2 -> "t";
      case 3 -> "t=";
      case 4 -> "t=abc";
      case 5 -> "t=abc,v1=" + hex;
      case 6 -> "t=99999999999999999999,v1=" + hex;
      case 7 -> "t=-1,v1=" + hex;
      case 8 -> "t=" + time;
      case 9 -> "v1=" + sign(body.bytes(), NEW_SECRET, time);
      case 10 -> "t=" + time + ",v0=" + sign(body.bytes(), NEW_SECRET, time);
      case 11 -> "t=" + time + ",v1=" + hex.toUpperCase(Locale.ROOT);
      case 12 -> "t=" + time + ",v1=zz" + hex.substring(2);
      case 13 -> "t=" + time + ",v1=" + hex.substring(random.nextInt(64));
      case 14 -> ("v1=" + hex + ",").repeat(1 + random.nextInt(200)) + "t=" + time;
      case 15 -> "t=" + time + ",v1=" + hex + "x".repeat(10_000);
      case 16 -> {
        long future = time + 301 + random.nextInt(1_000_000);
        yield header(sign(body.bytes(), NEW_SECRET, future), future);
      }
      case 17 -> {
        long past = time - 301 - random.nextInt(1_000_000);
        yield header(sign(body.bytes(), NEW_SECRET, past), past);
      }
      case 18 -> header(sign(body.bytes(), "whsec_another", time));
      case 19 -> "t=" + time + "\u0000,v1=" + sign(body.bytes(), NEW_SECRET, time);
      case 20 -> header("\u0000" + sign(body.bytes(), NEW_SECRET, time).substring(1));
      // Nearly the right one, and the right one with a time that was not signed.
      case 21 -> {
        String right = sign(body.bytes(), NEW_SECRET, time);
        yield header((right.charAt(0) == '0' ? '1' : '0') + right.substring(1));
      }
      case 22 -> "t=" + (time + 1) + ",v1=" + sign(body.bytes(), NEW_SECRET, time);
      default -> letters(random, random.nextInt(400));
    };
  }

  /** Characters that mean something in such a header, and some that should not be there. */
  private static String letters(Random random, int length) {
    String some = "tv10=,, abcdef\u0000\n\u00e9\ud83d\ude00\ud800\"\\9";
    StringBuilder letters = new StringBuilder();
    random.ints(length, 0, some.length()).forEach(at -> letters.append(some.charAt(at)));
    return letters.toString();
  }

  // ---- bodies

  private static Body body(Random random) {
    return switch (random.nextInt(15)) {
      case 0 -> Body.text("");
      case 1 -> Body.text(letters(random, random.nextInt(2_000)));
      case 2 -> {
        byte[] bytes = new byte[random.nextInt(50) == 0 ? LARGEST : random.nextInt(2_000)];
        random.nextBytes(bytes);
        yield Body.bytes(bytes);
      }
      case 3 -> nested(random);
      case 4 ->
          Body.text(event(random).toString().replaceFirst("\"type\"", "\"id\":\"evt_2\",\"type\""));
      case 5 -> {
        String number =
            Stream.of("1e999999999", "-1", "9".repeat(300), "9223372036854775807", "0.5", "1e3")
                .skip(random.nextInt(6))
                .findFirst()
                .orElseThrow();
        yield Body.text(
            event(random).toString().replaceFirst("\"created\":\\d+", "\"created\":" + number));
      }
      // No UTF-8.
      case 6 -> {
        byte[] bytes = event(random).toString().getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i <= random.nextInt(4); i++) {
          bytes[random.nextInt(bytes.length)] = (byte) (0x80 + random.nextInt(0x80));
        }
        yield Body.bytes(bytes);
      }
      case 7 -> {
        String text = event(random).toString();
        yield Body.text(text.substring(0, random.nextInt(text.length())));
      }
      case 8 -> Body.text(event(random) + letters(random, 1 + random.nextInt(20)));
      case 9, 10, 11 -> Body.text(mutated(random).toString());
      case 12 -> Body.bytes(mutated(random).toString().getBytes(StandardCharsets.UTF_8));
      case 13 -> {
        String charset =
            List.of("UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "UTF-32BE")
                .get(random.nextInt(6));
        byte[] bytes = event(random).toString().getBytes(Charset.forName(charset));
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        yield Body.bytes(bytes);
      }
      default -> Body.text(event(random).toString());
    };
  }

  private static Body nested(Random random) {
    int depth =
        random.nextInt(20) == 0 ? LARGEST / 2 : List.of(10, 33, 1_000).get(random.nextInt(3));
    return switch (random.nextInt(3)) {
      case 0 -> Body.text("[".repeat(depth));
      case 1 -> Body.text("[".repeat(depth) + "]".repeat(depth));
      default -> Body.text("{\"a\":".repeat(depth / 3) + "1" + "}".repeat(depth / 3));
    };
  }

  /** As Stripe sends it. */
  private static ObjectNode event(Random random) {
    String type =
        Stream.of(
                "checkout.session.completed",
                "checkout.session.expired",
                "charge.refunded",
                "charge.dispute.created",
                "customer.created")
            .skip(random.nextInt(5))
            .findFirst()
            .orElseThrow();
    ObjectNode event =
        Json.object()
            .put("id", "evt_" + Long.toHexString(random.nextLong()))
            .put("object", "event")
            .put("api_version", "2026-01-28")
            .put("created", NOW.getEpochSecond())
            .put("livemode", false)
            .put("type", type);
    ObjectNode object = event.putObject("data").putObject("object");
    object
        .put("id", "cs_test_" + Long.toHexString(random.nextLong()))
        .put("object", "checkout.session")
        .put("amount_total", 1_900)
        .put("currency", "eur")
        .put("payment_intent", "pi_" + Long.toHexString(random.nextLong()))
        .put("status", "complete");
    object
        .putObject("metadata")
        .put("order_id", new java.util.UUID(random.nextLong(), random.nextLong()).toString());
    return event;
  }

  /** With one or more fields that hold what they should not. */
  private static ObjectNode mutated(Random random) {
    ObjectNode event = event(random);
    ObjectNode object = (ObjectNode) event.path("data").path("object");
    ObjectNode metadata = (ObjectNode) object.path("metadata");
    for (int i = 0; i <= random.nextInt(3); i++) {
      ObjectNode parent = List.of(event, object, metadata).get(random.nextInt(3));
      List<String> names = parent.properties().stream().map(Map.Entry::getKey).toList();
      String name = names.isEmpty() ? "x" : names.get(random.nextInt(names.size()));
      switch (random.nextInt(11)) {
        case 0 -> parent.remove(name);
        case 1 -> parent.putNull(name);
        case 2 -> parent.put(name, random.nextLong());
        case 3 -> parent.put(name, parent.path(name).asText() + '\u0000');
        case 4 -> parent.put(name, parent.path(name).asText() + letters(random, 20));
        case 5 ->
            parent.put(
                name,
                parent.path(name).asText()
                    + "x".repeat(random.nextInt(random.nextInt(10) == 0 ? 60_000 : 300)));
        case 6 -> parent.putArray(name).add(1).addObject().put("a", "b");
        case 7 -> parent.putObject(name).put("id", "evt_1");
        case 8 -> parent.put(name, random.nextBoolean());
        case 9 ->
            parent.put(
                name,
                List.of("../../x", "%00", "?a=b#c", "' or 1=1 --", " ").get(random.nextInt(5)));
        default -> parent.put(name, Long.MAX_VALUE - random.nextInt(3));
      }
    }
    return event;
  }

  private static String shown(@Nullable Object value) {
    String text =
        value instanceof Body body
            ? (body.isBase64() ? "base64 " : "") + body.text()
            : String.valueOf(value);
    JsonNode quoted = Json.object().textNode(text.substring(0, Math.min(text.length(), 1_500)));
    return quoted.toString();
  }
}
