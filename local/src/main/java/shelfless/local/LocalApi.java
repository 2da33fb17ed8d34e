package shelfless.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The calls under {@code /_local}, by which tests play the outside world. */
final class LocalApi implements WebServer.Handler {
  private static final Logger LOG = Logger.getLogger(LocalApi.class.getName());
  private static final int BODY_BYTES = 10 * 1024 * 1024;

  private static final Pattern LOOPBACK =
      Pattern.compile("http://(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]+)?");

  private final LocalRoutes routes;

  LocalApi(LocalRoutes routes) {
    this.routes = routes;
  }

  /** Whether a path belongs to it. */
  static boolean isMeant(String rawPath) {
    return rawPath.equals("/_local") || rawPath.startsWith("/_local/");
  }

  @Override
  public void handle(WebExchange exchange) throws IOException {
    LocalRoutes.Answer answer;
    try {
      refuseOtherSites(exchange);
      answer =
          routes.dispatch(exchange.method(), exchange.rawPath(), query(exchange), body(exchange));
    } catch (LocalException refused) {
      answer = error(refused.status(), refused.getMessage());
    } catch (Exception failed) {
      LOG.log(Level.WARNING, exchange.method() + " " + exchange.rawPath(), failed);
      answer = error(500, "The local runtime failed: " + failed);
    }
    exchange
        .with("Cache-Control", "no-store")
        .send(answer.status(), "application/json", Json.pretty(answer.body()));
  }

  /** A page that a developer happens to visit must not play with the shop behind their back. */
  private static void refuseOtherSites(WebExchange exchange) {
    for (Map.Entry<String, String> header : exchange.headers()) {
      if (header.getKey().equalsIgnoreCase("origin")
          && !LOOPBACK.matcher(header.getValue()).matches()) {
        throw LocalException.forbidden("Only pages of this machine may call this.");
      }
    }
  }

  private static Map<String, String> query(WebExchange exchange) {
    try {
      return exchange.query();
    } catch (IllegalArgumentException malformed) {
      throw LocalException.badRequest("The query has a malformed percent sign.");
    }
  }

  private static JsonNode body(WebExchange exchange) throws IOException {
    try {
      byte[] body = exchange.body(BODY_BYTES);
      return body.length == 0 ? Json.object() : Json.parse(body);
    } catch (WebExchange.BodyTooLarge tooLarge) {
      throw LocalException.badRequest(String.valueOf(tooLarge.getMessage()));
    } catch (IllegalArgumentException malformed) {
      throw LocalException.badRequest(String.valueOf(malformed.getMessage()));
    }
  }

  private static LocalRoutes.Answer error(int status, @Nullable String message) {
    return new LocalRoutes.Answer(
        status, Json.object().put("status", status).put("message", message));
  }
}
