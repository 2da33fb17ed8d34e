package shelfless.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import shelfless.json.Json;

class CursorTest {
  private static final int LIMIT = 20;

  /** AWS, "Lambda quotas": the payload of an answer. */
  private static final int LAMBDA_BYTES = 6 * 1024 * 1024;

  private static ObjectNode page(int after, String text) {
    List<Integer> rows = IntStream.rangeClosed(after + 1, 30).limit(LIMIT + 1).boxed().toList();
    String page =
        Cursor.page(
            "list",
            rows,
            LIMIT,
            row -> Json.object().put("row", row).put("text", text),
            row -> List.of(Integer.toString(row)));
    try {
      return (ObjectNode) Json.readOwn(page);
    } catch (JsonProcessingException malformed) {
      throw new AssertionError(page, malformed);
    }
  }

  private static List<Integer> walk(String text) {
    List<Integer> seen = new ArrayList<>();
    int after = 0;
    while (true) {
      ObjectNode page = page(after, text);
      page.path("data").forEach(row -> seen.add(row.path("row").asInt()));
      byte[] event =
          HttpResponse.json(200, page).toEvent().toString().getBytes(StandardCharsets.UTF_8);
      assertTrue(event.length < LAMBDA_BYTES, () -> event.length + " bytes");
      if (page.path("next_cursor").isNull()) {
        return seen;
      }
      ObjectNode request = Json.object();
      request.putObject("queryStringParameters").put("cursor", page.path("next_cursor").asText());
      after =
          Integer.parseInt(
              Cursor.read(HttpRequest.of(request, "id"), "list", Cursor.Key.NUMBER)
                  .orElseThrow()
                  .getFirst());
    }
  }

  @Test
  void aPageEndsAtItsLimit() {
    assertEquals(LIMIT, page(0, "x").path("data").size());
  }

  @Test
  void aPageOfLargeRowsEndsBeforeWhatAFunctionMayAnswer_andNoneIsLost() {
    List<Integer> all = IntStream.rangeClosed(1, 30).boxed().toList();
    for (String text : List.of("x", "\"", "本")) {
      assertEquals(all, walk(text.repeat(400_000)), text);
    }
  }
}
