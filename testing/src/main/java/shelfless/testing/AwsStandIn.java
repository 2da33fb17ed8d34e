package shelfless.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What AWS answers to the real SDK, as far as the functions ask: messages for SQS and mails for SES
 * are kept for the test to look at, and secrets are given out. It does nothing of its own.
 */
public final class AwsStandIn implements AutoCloseable {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String TOKEN_KEYS =
      "{\"current\":\"k1\",\"keys\":{\"k1\":\""
          + Base64.getEncoder().encodeToString(new byte[32])
          + "\"}}";
  private static final String STRIPE_SECRET = "StripeKeys";
  private static final String WEBHOOK_SECRET = "whsec_test";
  private static final String STRIPE_KEYS =
      "{\"api_key\":\"sk_test_1\",\"webhook_secrets\":[\"" + WEBHOOK_SECRET + "\"]}";

  private final HttpServer server;
  private final List<String> messages = new CopyOnWriteArrayList<>();
  private final List<JsonNode> mails = new CopyOnWriteArrayList<>();
  private volatile Mood mood = new Mood(200, "", "", false);

  /** How SES answers. */
  private record Mood(int status, String type, String message, boolean loseAnswer) {}

  private AwsStandIn(HttpServer server) {
    this.server = server;
  }

  public static AwsStandIn start() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      AwsStandIn aws = new AwsStandIn(server);
      server.createContext("/", aws::answer);
      server.start();
      return aws;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The settings of a function that is to ask this one, beside those of its database. */
  public Map<String, String> settings(TestDatabase database) {
    Map<String, String> settings = new HashMap<>(database.settings());
    settings.putAll(
        Map.of(
            "AWS_ENDPOINT_URL", "http://127.0.0.1:" + server.getAddress().getPort(),
            "AWS_REGION", "eu-central-1",
            "AWS_ACCESS_KEY_ID", "test",
            "AWS_SECRET_ACCESS_KEY", "test",
            "TOKEN_KEYS_SECRET", "TokenKeys",
            "MAIL_QUEUE_URL", "http://127.0.0.1/mails",
            "BASE_URL", "https://shop.example.com",
            "SHOP_NAME", "Shelfless",
            "MAIL_FROM", "shop@example.com"));
    settings.putAll(
        Map.of(
            "STRIPE_SECRET",
            STRIPE_SECRET,
            "FULFILLMENT_QUEUE_URL",
            "http://127.0.0.1/fulfillments"));
    return settings;
  }

  /** The secret of the token keys. */
  public static String tokenKeys() {
    return TOKEN_KEYS;
  }

  /** What the payment provider signs its notices with. */
  public static String webhookSecret() {
    return WEBHOOK_SECRET;
  }

  /** The bodies of the messages that were sent to a queue, the oldest first. */
  public List<String> messages() {
    return List.copyOf(messages);
  }

  /** The mails that SES took, as the SDK sends them, the oldest first. */
  public List<JsonNode> mails() {
    return List.copyOf(mails);
  }

  /** SES takes mails. */
  public void takeMails() {
    mood = new Mood(200, "", "", false);
  }

  /** SES refuses, with that type of error. */
  public void refuseMails(int status, String type, String message) {
    mood = new Mood(status, type, message, false);
  }

  /** SES takes mails, and its answers are lost. */
  public void loseMailAnswers() {
    mood = new Mood(200, "", "", true);
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] request = exchange.getRequestBody().readAllBytes();
    String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
    try (exchange) {
      if (exchange.getRequestURI().getPath().equals("/v2/email/outbound-emails")) {
        answerMail(exchange, request);
      } else if ("AmazonSQS.SendMessage".equals(target)) {
        String body = MAPPER.readTree(request).path("MessageBody").asText();
        messages.add(body);
        send(
            exchange,
            200,
            MAPPER
                .createObjectNode()
                .put("MessageId", "message-" + messages.size())
                .put("MD5OfMessageBody", md5(body)));
      } else if ("secretsmanager.GetSecretValue".equals(target)) {
        String id = MAPPER.readTree(request).path("SecretId").asText();
        String secret = id.equals(STRIPE_SECRET) ? STRIPE_KEYS : TOKEN_KEYS;
        send(exchange, 200, MAPPER.createObjectNode().put("SecretString", secret));
      } else {
        send(exchange, 400, MAPPER.createObjectNode().put("message", "not known: " + target));
      }
    }
  }

  private void answerMail(HttpExchange exchange, byte[] request) throws IOException {
    Mood now = mood;
    if (now.status == 200) {
      mails.add(MAPPER.readTree(request));
    }
    if (now.loseAnswer) {
      return;
    }
    exchange.getResponseHeaders().set("X-Amzn-ErrorType", now.type);
    send(
        exchange,
        now.status,
        MAPPER.createObjectNode().put("MessageId", "mail-1").put("message", now.message));
  }

  private static void send(HttpExchange exchange, int status, ObjectNode answer)
      throws IOException {
    byte[] bytes = answer.toString().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static String md5(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
