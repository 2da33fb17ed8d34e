package shelfless.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import shelfless.json.Json;

/**
 * A refusal, answered as {@code application/problem+json} (RFC 9457). Thrown from wherever it is
 * found; the handler's base turns it into the answer.
 */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * What is wrong at one place of the body.
   *
   * @param pointer a JSON Pointer (RFC 6901) into the body: {@code /items/0/quantity}; or the
   *     parameter's name
   * @param detail the cause, for a person
   */
  public record FieldError(String pointer, String detail) {}

  private final int status;
  private final @Nullable String code;
  private final String detail;
  private final transient List<FieldError> errors;
  private final transient Map<String, String> headers = new LinkedHashMap<>();

  private Problem(int status, @Nullable String code, String detail, List<FieldError> errors) {
    // Without a stack trace: a refusal is an outcome, not a failure.
    super(detail, null, false, false);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.errors = List.copyOf(errors);
  }

  /** 400: the request can't be read. */
  public static Problem malformed(String detail) {
    return new Problem(400, null, detail, List.of());
  }

  /** 400: a query parameter, header or path segment that can't be read. */
  public static Problem malformed(String parameter, String detail) {
    return new Problem(
        400,
        null,
        "The parameter " + parameter + " " + detail,
        List.of(new FieldError(parameter, detail)));
  }

  /** 401: nobody is signed in, or what was shown is not valid. */
  public static Problem unauthenticated(String detail) {
    return new Problem(401, null, detail, List.of()).header("WWW-Authenticate", "Bearer");
  }

  /** 403: known, but not allowed. */
  public static Problem forbidden(String detail) {
    return new Problem(403, null, detail, List.of());
  }

  /** 404: it is not there, or the caller may not know of it; the two are answered alike. */
  public static Problem notFound(String what) {
    return new Problem(404, null, "There is no such " + what + ".", List.of());
  }

  /** 409: the state of the thing forbids it now. */
  public static Problem conflict(String code, String detail) {
    return new Problem(409, code, detail, List.of());
  }

  /** 410: it was there, and is over: {@code expired}, {@code revoked}, {@code used_up}. */
  public static Problem gone(String code, String detail) {
    return new Problem(410, code, detail, List.of());
  }

  /** 422: well-formed, but it breaks a rule; names each place. */
  public static Problem invalid(List<FieldError> errors) {
    return new Problem(
        422,
        null,
        errors.size() == 1
            ? errors.get(0).pointer() + " " + errors.get(0).detail()
            : errors.size() + " fields are not as they must be.",
        errors);
  }

  /** 422: one place of the body breaks a rule. */
  public static Problem invalid(String pointer, String detail) {
    return invalid(List.of(new FieldError(pointer, detail)));
  }

  /** 422: a rule that has a name of its own is broken at one place of the body. */
  public static Problem refused(String code, String pointer, String detail) {
    return new Problem(422, code, detail, List.of(new FieldError(pointer, detail)));
  }

  /** Any other status. */
  public static Problem of(int status, @Nullable String code, String detail) {
    return new Problem(status, code, detail, List.of());
  }

  /** 429, with the seconds after which to come again. */
  public static Problem tooMany(long retryAfterSeconds) {
    return new Problem(429, "rate_limited", "Too many requests: please wait a little.", List.of())
        .header("Retry-After", Long.toString(Math.max(1, retryAfterSeconds)));
  }

  /**
   * 503: something that the shop depends on is out of reach for the moment.
   *
   * @param retryAfterSeconds when to come again
   */
  public static Problem unavailable(String what, long retryAfterSeconds) {
    return new Problem(
            503,
            "unavailable",
            what + " is out of reach for the moment: please try again.",
            List.of())
        .header("Retry-After", Long.toString(retryAfterSeconds));
  }

  /** Adds a header to the answer. */
  public Problem header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  public int status() {
    return status;
  }

  public @Nullable String code() {
    return code;
  }

  public String detail() {
    return detail;
  }

  /** The headers that the answer carries besides its own. */
  Map<String, String> headers() {
    return headers;
  }

  /** The answer. */
  public HttpResponse response() {
    ObjectNode body = Json.object();
    body.put("type", code == null ? "about:blank" : "urn:shelfless:problem:" + code);
    body.put("title", HttpResponse.reason(status));
    body.put("status", status);
    body.put("detail", detail);
    if (code != null) {
      body.put("code", code);
    }
    if (!errors.isEmpty()) {
      ArrayNode list = body.putArray("errors");
      errors.forEach(
          error -> list.addObject().put("pointer", error.pointer()).put("detail", error.detail()));
    }
    HttpResponse response =
        HttpResponse.of(status, "application/problem+json", Json.text(body))
            .header("Cache-Control", "no-store");
    headers.forEach(response::header);
    return response;
  }
}
