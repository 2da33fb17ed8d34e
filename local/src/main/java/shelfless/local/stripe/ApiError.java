package shelfless.local.stripe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import shelfless.local.Json;

/** A request that Stripe refuses, with the error that it answers. */
final class ApiError extends RuntimeException {
  private final int status;
  private final String type;
  private final @Nullable String code;
  private final @Nullable String param;
  private final boolean remembered;

  private ApiError(
      int status,
      String type,
      @Nullable String code,
      @Nullable String param,
      boolean remembered,
      String message) {
    super(message);
    this.status = status;
    this.type = type;
    this.code = code;
    this.param = param;
    this.remembered = remembered;
  }

  /** A parameter that breaks Stripe's rules: the request did not begin, so no key remembers it. */
  static ApiError parameter(@Nullable String code, String param, String message) {
    return new ApiError(400, "invalid_request_error", code, param, false, message);
  }

  /** What the state of things forbids; the idempotency key remembers it. */
  static ApiError forbidden(@Nullable String code, @Nullable String param, String message) {
    return new ApiError(400, "invalid_request_error", code, param, true, message);
  }

  /** The object in the path is not there. */
  static ApiError missing(String what, String id) {
    return new ApiError(
        404, "invalid_request_error", "resource_missing", "id", false, noSuch(what, id));
  }

  /** The object that a parameter names is not there. */
  static ApiError missingReference(String what, String param, String id) {
    return parameter("resource_missing", param, noSuch(what, id));
  }

  private static String noSuch(String what, String id) {
    return "No such " + what + ": '" + id + "'";
  }

  /** Anything else. */
  static ApiError other(int status, String type, @Nullable String code, String message) {
    return new ApiError(status, type, code, null, false, message);
  }

  int status() {
    return status;
  }

  /** Whether the answer is kept for the request's idempotency key. */
  boolean remembered() {
    return remembered;
  }

  /** The body of the answer. */
  ObjectNode json() {
    ObjectNode error = Json.object().put("type", type).put("message", getMessage());
    if (code != null) {
      error.put("code", code).put("doc_url", "https://docs.stripe.com/error-codes#" + code);
    }
    if (param != null) {
      error.put("param", param);
    }
    return Json.object().set("error", error);
  }
}
