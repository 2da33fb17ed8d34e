package shelfless.local.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import shelfless.local.Json;
import shelfless.local.WebExchange;
import shelfless.local.WebServer;
import shelfless.local.template.Template;

/**
 * API Gateway's part (an HTTP API behind CloudFront): hands each request to the function of its
 * route and answers with what the function said.
 */
public final class Gateway implements WebServer.Handler {
  private static final int BODY_BYTES = 10 * 1024 * 1024;

  /** "Total combined size of request line and header values" (AWS, quotas of HTTP APIs). */
  private static final int HEADER_BYTES = 10_240;

  private static final String ORIGIN_HEADER = "X-Origin-Secret";
  private static final Duration INTEGRATION_TIMEOUT = Duration.ofSeconds(30);

  private final RouteTable routes;
  private final FunctionRunner runner;
  private final Clock clock;
  private final String originKey;

  /**
   * @param originKey what CloudFront shows to the API
   */
  public Gateway(
      Collection<Template.Function> functions,
      FunctionRunner runner,
      Clock clock,
      String originKey) {
    this.originKey = originKey;
    this.routes = new RouteTable(functions);
    this.runner = runner;
    this.clock = clock;
  }

  @Override
  public void handle(WebExchange exchange) throws IOException, InterruptedException {
    if (headerBytes(exchange) > HEADER_BYTES) {
      refuse(exchange, 431, "Request Header Fields Too Large");
      return;
    }
    Optional<RouteTable.Match> match = routes.match(exchange.method(), exchange.rawPath());
    if (match.isEmpty()) {
      refuse(exchange, 404, "Not Found");
      return;
    }
    byte[] body;
    try {
      body = exchange.body(BODY_BYTES);
    } catch (WebExchange.BodyTooLarge tooLarge) {
      refuse(exchange, 413, "Request Entity Too Large");
      return;
    }
    String requestId = UUID.randomUUID().toString();
    exchange.with("apigw-requestid", requestId);
    ObjectNode event =
        HttpEvent.of(
            new HttpEvent.Incoming(
                exchange.method(),
                exchange.rawPath(),
                exchange.rawQuery(),
                edgeHeaders(exchange),
                body,
                exchange.peer().getAddress().getHostAddress()),
            match.get(),
            requestId,
            clock.instant());
    byte[] payload = Json.bytes(event);
    if (payload.length > FunctionRunner.PAYLOAD_BYTES) {
      refuse(exchange, 413, "Request Entity Too Large");
      return;
    }
    try {
      Invocation outcome =
          runner
              .start(match.get().function(), payload)
              .get(INTEGRATION_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      switch (outcome) {
        case Invocation.Returned(byte[] output) -> answer(exchange, output);
        case Invocation.Failed failed -> refuse(exchange, 500, "Internal Server Error");
      }
    } catch (TimeoutException late) {
      refuse(exchange, 503, "Service Unavailable");
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static int headerBytes(WebExchange exchange) {
    int bytes = exchange.method().length() + exchange.rawPath().length();
    String query = exchange.rawQuery();
    bytes += query == null ? 0 : query.length();
    for (Map.Entry<String, String> header : exchange.headers()) {
      bytes += header.getKey().length() + header.getValue().length();
    }
    return bytes;
  }

  /** The request's headers as CloudFront and API Gateway hand them on. */
  private List<Map.Entry<String, String>> edgeHeaders(WebExchange exchange) {
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    for (Map.Entry<String, String> header : exchange.headers()) {
      // CloudFront's own are never the client's.
      if (!header.getKey().regionMatches(true, 0, "cloudfront-", 0, "cloudfront-".length())
          && !header.getKey().equalsIgnoreCase(ORIGIN_HEADER)) {
        headers.add(header);
      }
    }
    InetSocketAddress peer = exchange.peer();
    String address = peer.getAddress().getHostAddress();
    headers.add(Map.entry("CloudFront-Viewer-Address", address + ":" + peer.getPort()));
    headers.add(Map.entry(ORIGIN_HEADER, originKey));
    headers.add(Map.entry("X-Forwarded-For", address));
    headers.add(Map.entry("X-Forwarded-Proto", "http"));
    return headers;
  }

  private static void answer(WebExchange exchange, byte[] output) throws IOException {
    JsonNode answer;
    try {
      answer = Json.parse(output);
    } catch (IllegalArgumentException malformed) {
      refuse(exchange, 500, "Internal Server Error");
      return;
    }
    if (answer.isMissingNode()) {
      refuse(exchange, 500, "Internal Server Error");
      return;
    }
    JsonNode status = answer.get("statusCode");
    if (status == null) {
      // Without a status code, the whole answer is the body.
      exchange.with("Content-Type", "application/json").send(200, Json.bytes(answer));
      return;
    }
    if (!status.canConvertToInt() || status.asInt() < 200 || status.asInt() > 599) {
      refuse(exchange, 500, "Internal Server Error");
      return;
    }
    byte[] body;
    try {
      String text = answer.path("body").isTextual() ? answer.get("body").textValue() : "";
      body =
          answer.path("isBase64Encoded").asBoolean()
              ? Base64.getDecoder().decode(text)
              : text.getBytes(StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      refuse(exchange, 500, "Internal Server Error");
      return;
    }
    boolean typed = false;
    for (Map.Entry<String, JsonNode> header : answer.path("headers").properties()) {
      if (header.getKey().equalsIgnoreCase("content-length") || header.getValue().isNull()) {
        continue;
      }
      typed |= header.getKey().equalsIgnoreCase("content-type");
      exchange.with(header.getKey(), header.getValue().asText());
    }
    for (JsonNode cookie : answer.path("cookies")) {
      exchange.with("Set-Cookie", cookie.asText());
    }
    if (!typed && body.length > 0) {
      exchange.with("Content-Type", "text/plain;charset=UTF-8");
    }
    exchange.send(status.asInt(), body);
  }

  private static void refuse(WebExchange exchange, int status, String message) throws IOException {
    exchange.send(status, "application/json", Json.write(Json.object().put("message", message)));
  }
}
