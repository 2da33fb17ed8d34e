package shelfless.aws;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import shelfless.json.Json;
import shelfless.runtime.Unavailable;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * A service of AWS by its JSON protocol: a call is one POST that names its operation in a header.
 * The SDK's client of such a service makes the same call with some 2,000 classes more, and was the
 * largest part of the cold start of whatever reads a secret
 * (docs/decisions/what-a-cold-start-pays-for.md).
 *
 * @see <a href="https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html">AWS JSON 1.1</a>
 */
final class AwsJson {
  private static final int ATTEMPTS = 3;

  /** Before the second attempt; twice as long before the third. */
  private static final Duration PAUSE = Duration.ofMillis(50);

  /** What a service answers when it was asked too often, with 400 as for a mistake. */
  private static final Set<String> THROTTLED =
      Set.of("ThrottlingException", "RequestThrottled", "TooManyRequestsException");

  private final Api api;
  private final URI endpoint;
  private final AwsSettings aws;
  private final Clock clock;
  private final SignatureV4 signature;

  /**
   * What tells one service from another.
   *
   * @param name as people know it, in answers when it is out of reach
   * @param id in its host's name and in signatures
   * @param setting the suffix of {@code AWS_ENDPOINT_URL_...}, where it is not AWS's own
   * @param target before each operation's name
   * @param version of the protocol
   * @param toConnect what an attempt may wait for a connection
   * @param toAnswer what it may wait for an answer then
   * @param total what a call may take, all its attempts together
   */
  record Api(
      String name,
      String id,
      String setting,
      String target,
      String version,
      Duration toConnect,
      Duration toAnswer,
      Duration total) {}

  AwsJson(Api api, AwsSettings aws, Clock clock) {
    this.api = api;
    this.aws = aws;
    this.clock = clock;
    this.signature = new SignatureV4(aws.region(), api.id);
    this.endpoint =
        aws.endpoint(api.setting)
            .orElseGet(
                () -> URI.create("https://" + api.id + "." + aws.region() + ".amazonaws.com/"));
  }

  /** The service said no, and will again. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    private Refused(String operation, String code, String message) {
      super(operation + " was refused: " + code + " " + message);
      this.code = code;
    }

    /** The name of the error: {@code ResourceNotFoundException}. */
    String code() {
      return code;
    }
  }

  private record Answer(int status, byte[] body) {}

  /**
   * Makes a call that may be made twice.
   *
   * @return what the operation answers
   * @throws Refused when it is answered with an error that is the caller's
   * @throws Unavailable when the service is out of reach, or has no room, three times
   */
  JsonNode call(String operation, ObjectNode input) {
    byte[] body = Json.bytes(input);
    long lastBegin =
        System.nanoTime() + api.total.minus(api.toConnect).minus(api.toAnswer).toNanos();
    for (int attempt = 1; ; attempt++) {
      Exception failure;
      try {
        Answer answer = send(operation, body);
        JsonNode output = Json.read(answer.body);
        if (answer.status < 300) {
          return output;
        }
        Refused refused = refused(operation, answer.status, output);
        if (answer.status < 500 && !THROTTLED.contains(refused.code)) {
          throw refused;
        }
        failure = refused;
      } catch (JsonProcessingException foreign) {
        // Without its cause, whose message would quote a secret.
        failure = new IOException(operation + " was not answered with JSON");
      } catch (IOException | SdkException unreachable) {
        // Of the SDK when Lambda does not hand out the role's credentials.
        failure = unreachable;
      }
      if (attempt == ATTEMPTS || !pause(PAUSE.multipliedBy(attempt), lastBegin)) {
        throw new Unavailable(api.name, failure);
      }
    }
  }

  private static Refused refused(String operation, int status, JsonNode output) {
    String type = output.path("__type").asText("HTTP status " + status);
    return new Refused(
        operation,
        type.substring(type.indexOf('#') + 1),
        output.path("message").asText(output.path("Message").asText("")));
  }

  /** Waits a little, unless too little would be left then for another attempt. */
  private static boolean pause(Duration pause, long lastBegin) {
    if (lastBegin - System.nanoTime() < pause.toNanos()) {
      return false;
    }
    try {
      Thread.sleep(pause);
      return true;
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Answer send(String operation, byte[] body) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) endpoint.toURL().openConnection();
    connection.setConnectTimeout((int) api.toConnect.toMillis());
    connection.setReadTimeout((int) api.toAnswer.toMillis());
    connection.setRequestMethod("POST");
    connection.setInstanceFollowRedirects(false);
    connection.setDoOutput(true);
    connection.setFixedLengthStreamingMode(body.length);
    signature
        .post(
            aws.credentials().resolveCredentials(),
            endpoint,
            Map.of(
                "content-type",
                "application/x-amz-json-" + api.version,
                "x-amz-target",
                api.target + "." + operation),
            body,
            clock.instant())
        .forEach(connection::setRequestProperty);
    if (!aws.keepsConnections()) {
      connection.setRequestProperty("Connection", "close");
    }
    try (OutputStream output = connection.getOutputStream()) {
      output.write(body);
    }
    int status = connection.getResponseCode();
    // It is read to its end, so that the connection may serve the next call, too.
    try (InputStream answer =
        status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      return new Answer(status, answer == null ? new byte[0] : answer.readAllBytes());
    }
  }
}
