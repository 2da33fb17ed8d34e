package shelfless.local.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import shelfless.local.Json;

/** {@code expand[]}: the objects themselves in the place of their ids. */
final class Expansion {
  private static final int DEEPEST = 4;

  private final Function<String, Optional<ObjectNode>> find;

  Expansion(Function<String, Optional<ObjectNode>> find) {
    this.find = find;
  }

  /** Puts into {@code answer} what the request's {@code expand} names. */
  ObjectNode expand(ObjectNode answer, JsonNode request) {
    for (JsonNode path : request.path("expand")) {
      List<String> segments = List.of(path.asText().split("\\.", -1));
      if (segments.size() > DEEPEST) {
        throw ApiError.parameter(
            null, "expand", "You cannot expand more than " + DEEPEST + " levels of a property.");
      }
      expand(answer, segments, path.asText());
    }
    return answer;
  }

  private void expand(JsonNode node, List<String> segments, String path) {
    if (segments.isEmpty() || node.isNull()) {
      return;
    }
    if (node.isArray()) {
      node.forEach(element -> expand(element, segments, path));
      return;
    }
    String name = segments.getFirst();
    if (!(node instanceof ObjectNode object)) {
      throw impossible(path);
    }
    JsonNode value = object.path(name);
    if (value.isMissingNode() && name.equals("line_items")) {
      value = lineItems(object, path);
    } else if (value.isTextual()) {
      value = find.apply(value.asText()).orElseThrow(() -> impossible(path));
    } else if (value.isMissingNode() || value.isValueNode() && !value.isNull()) {
      throw impossible(path);
    }
    object.set(name, value);
    expand(value, segments.subList(1, segments.size()), path);
  }

  private ObjectNode lineItems(ObjectNode session, String path) {
    String id = session.path("id").asText();
    JsonNode items =
        find.apply(Sessions.detailsId(id)).orElseThrow(() -> impossible(path)).path("line_items");
    ObjectNode list = Json.object().put("object", "list");
    list.set("data", items);
    return list.put("has_more", false).put("url", "/v1/checkout/sessions/" + id + "/line_items");
  }

  private static ApiError impossible(String path) {
    return ApiError.parameter(null, "expand", "This property cannot be expanded (" + path + ").");
  }
}
