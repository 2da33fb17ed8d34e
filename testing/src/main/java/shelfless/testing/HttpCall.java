package shelfless.testing;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/** A request as API Gateway hands it to a handler (payload format 2.0). */
public final class HttpCall {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final ObjectNode event = MAPPER.createObjectNode();
  private final ObjectNode headers = event.putObject("headers");
  private final ObjectNode query = MAPPER.createObjectNode();
  private final ObjectNode pathParameters = MAPPER.createObjectNode();

  public HttpCall(String method, String path) {
    event.put("version", "2.0").put("rawPath", path);
    ObjectNode context = event.putObject("requestContext");
    context.put("requestId", "request-1");
    context.putObject("http").put("method", method).put("path", path).put("sourceIp", "192.0.2.1");
  }

  public static HttpCall get(String path) {
    return new HttpCall("GET", path);
  }

  /** A JSON body. */
  public static HttpCall post(String path, String json) {
    HttpCall call = new HttpCall("POST", path).header("content-type", "application/json");
    call.event.put("body", json);
    return call;
  }

  /** A body as API Gateway hands it over: a text, or bytes in base64. */
  public HttpCall body(String body, boolean isBase64) {
    event.put("body", body).put("isBase64Encoded", isBase64);
    return this;
  }

  public HttpCall header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  /** From that IP address; without it, all calls come from one. */
  public HttpCall from(String address) {
    ((ObjectNode) event.path("requestContext").path("http")).put("sourceIp", address);
    return this;
  }

  public HttpCall bearer(String token) {
    return header("authorization", "Bearer " + token);
  }

  public HttpCall query(String name, String value) {
    query.put(name, value);
    return this;
  }

  public HttpCall pathParameter(String name, String value) {
    pathParameters.put(name, value);
    return this;
  }

  /** What the handler answers. */
  public Answer to(RequestStreamHandler handler) {
    if (!query.isEmpty()) {
      event.set("queryStringParameters", query);
    }
    if (!pathParameters.isEmpty()) {
      event.set("pathParameters", pathParameters);
    }
    TestContext context = new TestContext();
    JsonNode answer = invoke(handler, event, context);
    Map<String, String> sent = new TreeMap<>();
    answer
        .path("headers")
        .properties()
        .forEach(header -> sent.put(header.getKey(), header.getValue().asText()));
    return new Answer(
        answer.path("statusCode").asInt(), sent, answer.path("body").asText(""), context.log());
  }

  /** Hands any event to a handler. */
  public static JsonNode invoke(RequestStreamHandler handler, JsonNode event, TestContext context) {
    try {
      ByteArrayOutputStream output = new ByteArrayOutputStream();
      handler.handleRequest(
          new ByteArrayInputStream(MAPPER.writeValueAsBytes(event)), output, context);
      return MAPPER.readTree(output.toByteArray());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * An answer.
   *
   * @param headers by their names in lower case
   * @param log what the handler logged meanwhile
   */
  public record Answer(int status, Map<String, String> headers, String body, String log) {
    /** The header of that name in lower case; empty when there is none. */
    public String header(String name) {
      return headers.getOrDefault(name, "");
    }

    public JsonNode json() {
      try {
        return MAPPER.readTree(body);
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }
  }
}
