package shelfless.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import shelfless.json.Json;
import shelfless.security.Tokens;

/**
 * Keyset pages: a cursor holds the sort keys of the last row that was shown. It is opaque, and
 * bound to the list that it was made for (the query, filters and order); one that was altered or
 * belongs to another list is 400. It guards against mistakes, not attackers: all it can reach is
 * the next page.
 */
public final class Cursor {
  private static final int CHECK_BYTES = 8;

  private Cursor() {}

  /** What a sort key is, so that a forged one is refused before it reaches the database. */
  public enum Key {
    TEXT,
    NUMBER,
    REAL,
    TIME,
    ID;

    private boolean accepts(String value) {
      try {
        return switch (this) {
          case TEXT -> value.chars().noneMatch(Character::isISOControl);
          case NUMBER -> Long.toString(Long.parseLong(value)).equals(value);
          case REAL ->
              Double.toString(Double.parseDouble(value)).equals(value) && !value.contains("N");
          case TIME ->
              Instant.parse(value).isAfter(EARLIEST) && Instant.parse(value).isBefore(LATEST);
          case ID -> HttpRequest.uuid(value).isPresent();
        };
      } catch (NumberFormatException | DateTimeException unreadable) {
        return false;
      }
    }
  }

  private static final Instant EARLIEST = Instant.parse("1970-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

  /** Room for the longest title, whatever its characters. */
  private static final int LONGEST = 4_000;

  /** The sort keys in the request's cursor, or nothing for the first page. */
  public static Optional<List<String>> read(HttpRequest request, String list, Key... keys) {
    return request.query("cursor", LONGEST).map(text -> decode(text, list, keys));
  }

  private static List<String> decode(String text, String list, Key... keys) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(text);
      if (bytes.length > CHECK_BYTES) {
        byte[] payload = Arrays.copyOfRange(bytes, CHECK_BYTES, bytes.length);
        List<String> values = Json.read(payload).valueStream().map(JsonNode::asText).toList();
        if (Arrays.equals(check(list, payload), Arrays.copyOf(bytes, CHECK_BYTES))
            && values.size() == keys.length
            && IntStream.range(0, keys.length).allMatch(i -> keys[i].accepts(values.get(i)))) {
          return values;
        }
      }
    } catch (IllegalArgumentException | IOException undecodable) {
      // Refused below, like one that was altered.
    }
    throw Problem.malformed("cursor", "is not one that this list gave out.");
  }

  private static String encode(String list, List<String> keys) {
    byte[] payload = Json.bytes(Json.texts(keys));
    byte[] bytes = Arrays.copyOf(check(list, payload), CHECK_BYTES + payload.length);
    System.arraycopy(payload, 0, bytes, CHECK_BYTES, payload.length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] check(String list, byte[] payload) {
    return Arrays.copyOf(
        Tokens.hash("cursor\0" + list + '\0' + new String(payload, StandardCharsets.ISO_8859_1)),
        CHECK_BYTES);
  }

  /**
   * What a page may weigh: a function's answer ends at 6 MB (AWS, "Lambda quotas"), of which the
   * body is one escaped string.
   */
  private static final int LARGEST_PAGE = 4_000_000;

  /**
   * The page as {@code {"data": [...], "next_cursor": ...}}, written out. It ends before its limit
   * where its rows are too large to be answered together.
   *
   * @param list names the list with its filters and order
   * @param rows up to one more than the limit, which tells that there is a next page
   * @param keys the sort keys of a row
   */
  public static <T> String page(
      String list,
      List<T> rows,
      int limit,
      Function<T, JsonNode> form,
      Function<T, List<String>> keys) {
    for (int size = Math.min(rows.size(), limit); ; size /= 2) {
      List<T> shown = rows.subList(0, size);
      ObjectNode page = Json.object();
      page.set("data", Json.array(shown, form));
      page.put(
          "next_cursor", rows.size() > size ? encode(list, keys.apply(shown.getLast())) : null);
      String text = Json.text(page);
      if (size <= 1 || text.length() <= LARGEST_PAGE / 3 || weight(text) <= LARGEST_PAGE) {
        return text;
      }
    }
  }

  /** The most bytes that it takes within the answer's event: up to three for each character. */
  private static int weight(String text) {
    return text.chars().map(c -> c == '"' || c == '\\' ? 2 : c < 0x80 ? 1 : 3).sum();
  }
}
