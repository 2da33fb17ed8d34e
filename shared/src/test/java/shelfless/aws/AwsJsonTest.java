package shelfless.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import shelfless.json.Json;
import shelfless.runtime.IdGenerator;
import shelfless.runtime.Settings;
import shelfless.runtime.Unavailable;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;

/** What the calls to Secrets Manager and SQS are like, as the server at their end sees them. */
class AwsJsonTest {
  private static final AwsSessionCredentials CREDENTIALS =
      AwsSessionCredentials.create("AKIDEXAMPLE", "a secret", "a session/token+");

  private static final Clock CLOCK = Clock.systemUTC();

  private record Received(String target, String body, boolean isSigned) {}

  private record Reply(int status, String body) {}

  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final Queue<Reply> replies = new ConcurrentLinkedQueue<>();
  private HttpServer server;

  /** Until it opens, nothing is answered. */
  private CountDownLatch gate = new CountDownLatch(0);

  private AwsSettings settings;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    settings = settings("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static AwsSettings settings(String endpoint) {
    return new AwsSettings(
        new Settings(
            Map.of(
                "AWS_ACCESS_KEY_ID",
                CREDENTIALS.accessKeyId(),
                "AWS_SECRET_ACCESS_KEY",
                CREDENTIALS.secretAccessKey(),
                "AWS_SESSION_TOKEN",
                CREDENTIALS.sessionToken(),
                "AWS_REGION",
                "eu-central-1",
                "AWS_ENDPOINT_URL",
                endpoint,
                "KEYS",
                "the-keys",
                "QUEUE",
                "https://sqs.eu-central-1.amazonaws.com/1/mails")),
        true);
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    received.add(
        new Received(
            exchange.getRequestHeaders().getFirst("X-Amz-Target"),
            new String(body, StandardCharsets.UTF_8),
            isSigned(exchange, body)));
    try {
      gate.await();
    } catch (InterruptedException stopped) {
      throw new IOException(stopped);
    }
    Reply reply = replies.size() > 1 ? replies.remove() : replies.element();
    byte[] answer = reply.body.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.sendResponseHeaders(reply.status, answer.length == 0 ? -1 : answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  /** Whether the signature is over what arrived: the host, each signed header, and the body. */
  private static boolean isSigned(HttpExchange exchange, byte[] body) {
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    MatchResult parts =
        Pattern.compile(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\\d{8}/eu-central-1/(\\w+)/aws4_request, "
                    + "SignedHeaders=([a-z0-9;-]+), Signature=\\w{64}")
            .matcher(authorization)
            .results()
            .findFirst()
            .orElseThrow();
    SdkHttpRequest.Builder request =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.fromValue(exchange.getRequestMethod()))
            .uri(
                URI.create(
                    "http://"
                        + exchange.getRequestHeaders().getFirst("Host")
                        + exchange.getRequestURI()));
    for (String header : parts.group(2).split(";")) {
      if (!List.of("host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token")
          .contains(header)) {
        request.putHeader(header, exchange.getRequestHeaders().getFirst(header));
      }
    }
    Instant signedAt =
        DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
            .withZone(ZoneOffset.UTC)
            .parse(exchange.getRequestHeaders().getFirst("X-Amz-Date"), Instant::from);
    SdkHttpRequest again =
        AwsV4HttpSigner.create()
            .sign(
                to ->
                    to.identity(CREDENTIALS)
                        .request(request.build())
                        .payload(() -> new ByteArrayInputStream(body))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, parts.group(1))
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-central-1")
                        .putProperty(
                            HttpSigner.SIGNING_CLOCK, Clock.fixed(signedAt, ZoneOffset.UTC)))
            .request();
    return parts.group(2).contains("x-amz-security-token")
        && parts.group(2).contains("x-amz-target")
        && again.firstMatchingHeader("Authorization").equals(Optional.of(authorization));
  }

  private AwsSecrets secrets() {
    return new AwsSecrets(settings, CLOCK, IdGenerator.secure(CLOCK));
  }

  @Test
  void aSecretIsAskedForWithASignatureOverAllThatIsSent() {
    replies.add(new Reply(200, "{\"Name\": \"the-keys\", \"SecretString\": \"{}\"}"));

    assertEquals("{}", secrets().read("KEYS"));

    assertEquals(
        List.of(new Received("secretsmanager.GetSecretValue", "{\"SecretId\":\"the-keys\"}", true)),
        received);
  }

  @Test
  void aMessageIsSentTheSameWay() {
    replies.add(new Reply(200, "{\"MessageId\": \"1\"}"));
    UUID id = new UUID(1, 2);

    assertTrue(new SqsQueues(settings, CLOCK).send("QUEUE", id));

    assertEquals(
        List.of(
            new Received(
                "AmazonSQS.SendMessage",
                "{\"QueueUrl\":\"https://sqs.eu-central-1.amazonaws.com/1/mails\",\"MessageBody\":\""
                    + id
                    + "\"}",
                true)),
        received);
  }

  @Test
  void aCallThatFoundNoRoomIsMadeAgain() {
    replies.addAll(
        new ArrayDeque<>(
            List.of(
                new Reply(500, "{\"__type\": \"InternalServiceError\"}"),
                new Reply(400, "{\"__type\": \"com.amazonaws#ThrottlingException\"}"),
                new Reply(200, "{\"SecretString\": \"at last\"}"))));

    assertEquals("at last", secrets().read("KEYS"));
    assertEquals(3, received.size());
  }

  @Test
  void thriceInVainIsUnavailable() {
    replies.add(new Reply(503, "<html>not even JSON</html>"));

    assertThrows(Unavailable.class, () -> secrets().read("KEYS"));
    assertEquals(3, received.size());
  }

  @Test
  void whatIsRefusedIsNotAskedAgainAndSaysWhy() {
    replies.add(
        new Reply(
            400, "{\"__type\": \"AccessDeniedException\", \"Message\": \"is not authorized\"}"));

    AwsJson.Refused refused = assertThrows(AwsJson.Refused.class, () -> secrets().find("KEYS"));

    assertEquals("AccessDeniedException", refused.code());
    assertEquals(
        "GetSecretValue was refused: AccessDeniedException is not authorized",
        refused.getMessage());
    assertEquals(1, received.size());
  }

  @Test
  void aSecretWithoutAValueIsNone() {
    replies.add(new Reply(400, "{\"__type\": \"ResourceNotFoundException\"}"));

    assertEquals(Optional.empty(), secrets().find("KEYS"));
  }

  @Test
  void aSecretIsKeptUntilItIsWrittenAnew() {
    replies.add(new Reply(200, "{\"SecretString\": \"v\"}"));
    AwsSecrets secrets = secrets();
    secrets.read("KEYS");
    secrets.read("KEYS");
    secrets.write("KEYS", "w");
    secrets.read("KEYS");

    assertEquals(
        List.of(
            "secretsmanager.GetSecretValue",
            "secretsmanager.PutSecretValue",
            "secretsmanager.GetSecretValue"),
        received.stream().map(Received::target).toList());
    assertTrue(received.stream().allMatch(Received::isSigned));
  }

  private void awaitReceived(int count) throws InterruptedException {
    while (received.size() < count) {
      Thread.sleep(5);
    }
  }

  @Test
  @Timeout(30)
  void aSecretThatIsReadAheadIsFetchedOnceBeforeAnybodyReadsIt() throws InterruptedException {
    replies.add(new Reply(200, "{\"SecretString\": \"v\"}"));
    AwsSecrets secrets = secrets();

    secrets.readAhead(Set.of("KEYS"));
    awaitReceived(1);

    assertEquals("v", secrets.read("KEYS"));
    assertEquals("v", secrets.read("KEYS"));
    assertEquals(1, received.size());
    assertEquals(Set.of("KEYS"), secrets.read());
  }

  @Test
  @Timeout(30)
  void whatCouldNotBeReadAheadIsFetchedWhenItIsRead() throws InterruptedException {
    Reply noRoom = new Reply(503, "{}");
    replies.addAll(List.of(noRoom, noRoom, noRoom, new Reply(200, "{\"SecretString\": \"v\"}")));
    AwsSecrets secrets = secrets();

    secrets.readAhead(Set.of("KEYS"));
    awaitReceived(3);

    String value = null;
    while (value == null) {
      try {
        value = secrets.read("KEYS");
      } catch (Unavailable wasStillFailing) {
        // From now on it is known to have failed.
      }
    }
    assertEquals("v", value);
    assertEquals(4, received.size());
  }

  /** Twice in vain would take longer than a call may. */
  @Test
  @Timeout(30)
  void whoWaitsForWhatIsReadAheadIsToldOfItsFailure() {
    replies.add(new Reply(503, "{}"));
    AwsSecrets secrets = secrets();
    gate = new CountDownLatch(1);
    Thread reader = Thread.currentThread();
    Thread.startVirtualThread(
        () -> {
          while (reader.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
          }
          gate.countDown();
        });

    secrets.readAhead(Set.of("KEYS"));

    assertThrows(Unavailable.class, () -> secrets.read("KEYS"));
    assertEquals(3, received.size());
  }

  @Test
  void aQueueOutOfReachIsNoFailure() throws IOException {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }

    assertFalse(
        new SqsQueues(settings("http://127.0.0.1:" + port), CLOCK).send("QUEUE", new UUID(1, 2)));
  }

  @Test
  void anAnswerWithoutItsSecretIsNoSecret() {
    replies.add(new Reply(200, Json.text(Json.object().put("SecretBinary", "AA=="))));

    assertThrows(IllegalArgumentException.class, () -> secrets().read("KEYS"));
  }
}
