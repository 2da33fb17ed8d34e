package shelfless.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Base64;
import shelfless.json.Json;
import shelfless.security.Tokens;

/**
 * Entity tags (RFC 9110, 8.8.3): a hash of what is answered, so that an unchanged answer costs 304
 * and no body.
 */
public final class ETag {
  private ETag() {}

  /** 200 with the body, which is JSON, and its tag, or 304 when the caller holds it. */
  public static HttpResponse answer(HttpRequest request, String body, String cacheControl) {
    String tag = of(body);
    HttpResponse response =
        request.header("if-none-match").filter(held -> matches(held, tag)).isPresent()
            ? HttpResponse.empty(304)
            : HttpResponse.jsonText(200, body);
    return response.header("ETag", tag).header("Cache-Control", cacheControl);
  }

  /** The strong tag of a body. */
  public static String of(JsonNode body) {
    return of(Json.text(body));
  }

  private static String of(String body) {
    byte[] hash = Tokens.hash(body);
    return '"'
        + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, 12))
        + '"';
  }

  /**
   * Whether a list of tags, as {@code If-Match} and {@code If-None-Match} hold it, names this one.
   */
  public static boolean matches(String list, String tag) {
    return Arrays.stream(list.split(","))
        .map(String::strip)
        .map(held -> held.startsWith("W/") ? held.substring(2) : held)
        .anyMatch(held -> held.equals("*") || held.equals(tag));
  }

  /** The same as {@code If-Match} compares (RFC 9110, 13.1.1): a weak tag matches nothing. */
  public static boolean matchesStrongly(String list, String tag) {
    return Arrays.stream(list.split(","))
        .map(String::strip)
        .anyMatch(held -> held.equals("*") || held.equals(tag));
  }
}
