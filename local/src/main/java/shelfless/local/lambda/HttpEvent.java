package shelfless.local.lambda;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import shelfless.local.Json;
import shelfless.local.template.Template;

/**
 * The event that an HTTP API gives a function, in payload format 2.0.
 *
 * <p>See "Working with AWS Lambda proxy integrations for HTTP APIs" in the API Gateway guide.
 */
final class HttpEvent {
  /**
   * A request as it came in.
   *
   * @param headers in their order, a name as often as it was sent
   * @param sourceIp who sent it
   */
  record Incoming(
      String method,
      String rawPath,
      String rawQuery,
      List<Map.Entry<String, String>> headers,
      byte[] body,
      String sourceIp) {}

  private static final DateTimeFormatter COMMON_LOG =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss +0000", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final Set<String> NOT_HANDED_ON =
      Set.of("connection", "keep-alive", "transfer-encoding", "upgrade", "expect", "te", "trailer");

  private HttpEvent() {}

  static ObjectNode of(Incoming request, RouteTable.Match match, String requestId, Instant now) {
    Map<String, String> headers = new LinkedHashMap<>();
    ArrayNode cookies = Json.array();
    for (Map.Entry<String, String> header : request.headers) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (name.equals("cookie")) {
        for (String cookie : header.getValue().split(";", -1)) {
          if (!cookie.isBlank()) {
            cookies.add(cookie.strip());
          }
        }
      } else if (!NOT_HANDED_ON.contains(name)) {
        headers.merge(name, header.getValue(), (first, second) -> first + "," + second);
      }
    }
    ObjectNode event = Json.object();
    event.put("version", "2.0");
    event.put("routeKey", match.routeKey());
    event.put("rawPath", request.rawPath);
    event.put("rawQueryString", request.rawQuery);
    if (!cookies.isEmpty()) {
      event.set("cookies", cookies);
    }
    ObjectNode headerNode = event.putObject("headers");
    headers.forEach(headerNode::put);
    Map<String, String> query = query(request.rawQuery);
    if (!query.isEmpty()) {
      ObjectNode queryNode = event.putObject("queryStringParameters");
      query.forEach(queryNode::put);
    }
    ObjectNode context = event.putObject("requestContext");
    context.put("accountId", Template.ACCOUNT);
    context.put("apiId", "local");
    context.put("domainName", headers.getOrDefault("host", "localhost"));
    context.put("domainPrefix", "local");
    ObjectNode http = context.putObject("http");
    http.put("method", request.method);
    http.put("path", request.rawPath);
    http.put("protocol", "HTTP/1.1");
    http.put("sourceIp", request.sourceIp);
    http.put("userAgent", headers.getOrDefault("user-agent", ""));
    context.put("requestId", requestId);
    context.put("routeKey", match.routeKey());
    context.put("stage", "$default");
    context.put("time", COMMON_LOG.format(now));
    context.put("timeEpoch", now.toEpochMilli());
    if (!match.pathParameters().isEmpty()) {
      ObjectNode parameters = event.putObject("pathParameters");
      match.pathParameters().forEach(parameters::put);
    }
    Optional<String> text = Optional.empty();
    if (request.body.length > 0) {
      if (isText(headers)) {
        text = utf8(request.body);
      }
      event.put("body", text.orElseGet(() -> Base64.getEncoder().encodeToString(request.body)));
    }
    event.put("isBase64Encoded", request.body.length > 0 && text.isEmpty());
    return event;
  }

  /** What API Gateway takes for text; all else, HTML forms too, comes as base64. */
  private static boolean isText(Map<String, String> headers) {
    if (headers.containsKey("content-encoding")) {
      return false;
    }
    String type =
        headers
            .getOrDefault("content-type", "")
            .replaceFirst(";.*", "")
            .strip()
            .toLowerCase(Locale.ROOT);
    return type.startsWith("text/")
        || type.equals("application/json")
        || type.equals("application/xml")
        || type.equals("application/javascript")
        || type.endsWith("+json")
        || type.endsWith("+xml");
  }

  private static Optional<String> utf8(byte[] body) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString());
    } catch (CharacterCodingException binary) {
      return Optional.empty();
    }
  }

  private static Map<String, String> query(String raw) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String pair : raw.split("&", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = decode(equals < 0 ? pair : pair.substring(0, equals));
        String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
        parameters.merge(name, value, (first, second) -> first + "," + second);
      }
    }
    return parameters;
  }

  private static String decode(String encoded) {
    try {
      return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      return encoded;
    }
  }
}
