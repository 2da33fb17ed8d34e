package shelfless.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import shelfless.json.Json;

/**
 * An answer in the form of API Gateway's payload format 2.0. Header names are compared without
 * case.
 */
public final class HttpResponse {
  private static final String JSON = "application/json";

  private final int status;
  private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private @Nullable String text;
  private byte @Nullable [] bytes;

  private HttpResponse(int status) {
    this.status = status;
  }

  /** An answer with a text body. */
  public static HttpResponse of(int status, String contentType, String body) {
    HttpResponse response = new HttpResponse(status).header("Content-Type", contentType);
    response.text = body;
    return response;
  }

  /** JSON. */
  public static HttpResponse json(int status, JsonNode body) {
    return jsonText(status, Json.text(body));
  }

  /** JSON that is written out. */
  public static HttpResponse jsonText(int status, String body) {
    return of(status, JSON, body);
  }

  /** A page. */
  public static HttpResponse html(int status, String page) {
    return of(status, "text/html; charset=utf-8", page);
  }

  /** No body. */
  public static HttpResponse empty(int status) {
    return new HttpResponse(status);
  }

  /** 303 (RFC 9110, 15.4.4): what was asked for is to be fetched there, with GET. */
  public static HttpResponse seeOther(String location) {
    return new HttpResponse(303).header("Location", location);
  }

  /** Bytes of any kind. */
  public static HttpResponse binary(int status, String contentType, byte[] body) {
    HttpResponse response = new HttpResponse(status).header("Content-Type", contentType);
    response.bytes = body;
    return response;
  }

  public HttpResponse header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  /** Sets the header unless the handler did. */
  HttpResponse headerIfAbsent(String name, String value) {
    headers.putIfAbsent(name, value);
    return this;
  }

  public int status() {
    return status;
  }

  public @Nullable String header(String name) {
    return headers.get(name);
  }

  byte[] bodyBytes() {
    if (bytes != null) {
      return bytes;
    }
    return text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
  }

  /** The same answer without its body, as HEAD wants it. */
  HttpResponse withoutBody() {
    HttpResponse response = new HttpResponse(status);
    response.headers.putAll(headers);
    return response;
  }

  ObjectNode toEvent() {
    ObjectNode event = Json.object();
    event.put("statusCode", status);
    ObjectNode fields = event.putObject("headers");
    headers.forEach((name, value) -> fields.put(name.toLowerCase(java.util.Locale.ROOT), value));
    if (bytes != null) {
      event.put("body", Base64.getEncoder().encodeToString(bytes));
    } else if (text != null) {
      event.put("body", text);
    }
    event.put("isBase64Encoded", bytes != null);
    return event;
  }

  /** The reason phrase of RFC 9110. */
  static String reason(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 406 -> "Not Acceptable";
      case 409 -> "Conflict";
      case 410 -> "Gone";
      case 412 -> "Precondition Failed";
      case 413 -> "Content Too Large";
      case 415 -> "Unsupported Media Type";
      case 422 -> "Unprocessable Content";
      case 428 -> "Precondition Required";
      case 429 -> "Too Many Requests";
      case 500 -> "Internal Server Error";
      case 503 -> "Service Unavailable";
      default -> "Error";
    };
  }
}
