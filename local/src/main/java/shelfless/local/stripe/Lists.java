package shelfless.local.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import shelfless.local.Json;

/** Stripe's lists: newest first, in pages that begin after or end before an object. */
final class Lists {
  /** The parameters that every list has. */
  static final Set<String> COMMON =
      Set.of("created", "ending_before", "expand", "limit", "starting_after");

  private static final long MOST = 100;

  private final Store store;

  Lists(Store store) {
    this.store = store;
  }

  /**
   * One page.
   *
   * @param path the list's own path
   * @param oldest objects made before this second are left out
   */
  ObjectNode page(String kind, String path, ObjectNode params, long oldest) {
    long limit = params.path("limit").asLong(10);
    if (limit < 1 || limit > MOST) {
      throw ApiError.parameter(
          "parameter_invalid_integer",
          "limit",
          "This value must be from 1 to " + MOST + " (is " + limit + ").");
    }
    if (params.has("starting_after") && params.has("ending_before")) {
      throw ApiError.parameter(
          null, "ending_before", "You may only specify one of starting_after and ending_before.");
    }
    boolean newer = params.has("ending_before");
    List<ObjectNode> page = new ArrayList<>();
    boolean more = false;
    for (String id : candidates(kind, params, newer)) {
      if (store.created(id) < oldest || !isCreatedWithin(store.created(id), params)) {
        continue;
      }
      ObjectNode object = store.find(id).orElseThrow();
      if (matches(object, params)) {
        if (page.size() == limit) {
          more = true;
          break;
        }
        page.add(object);
      }
    }
    if (newer) {
      Collections.reverse(page);
    }
    ObjectNode list = Json.object().put("object", "list");
    ArrayNode data = list.putArray("data");
    page.forEach(data::add);
    return list.put("has_more", more).put("url", path);
  }

  /** The ids from the cursor on: towards older ones, or towards newer ones for ending_before. */
  private List<String> candidates(String kind, ObjectNode params, boolean newer) {
    List<String> ids = store.ids(kind);
    for (String reference : List.of("payment_intent", "charge")) {
      if (params.has(reference)) {
        ids = store.ids(kind, reference, params.path(reference).asText());
      }
    }
    String cursorName = newer ? "ending_before" : "starting_after";
    String cursor = params.path(cursorName).textValue();
    if (cursor == null) {
      return ids.reversed();
    }
    int at = ids.indexOf(cursor);
    if (at < 0) {
      throw ApiError.missingReference(kind, cursorName, cursor);
    }
    return newer ? ids.subList(at + 1, ids.size()) : ids.subList(0, at).reversed();
  }

  private static boolean isCreatedWithin(long created, ObjectNode params) {
    JsonNode range = params.path("created");
    if (range.isTextual()) {
      return created == second(range, "created");
    }
    for (var bound : range.properties()) {
      long limit = second(bound.getValue(), "created[" + bound.getKey() + "]");
      boolean within =
          switch (bound.getKey()) {
            case "gt" -> created > limit;
            case "gte" -> created >= limit;
            case "lt" -> created < limit;
            case "lte" -> created <= limit;
            default ->
                throw ApiError.parameter(
                    "parameter_unknown",
                    "created[" + bound.getKey() + "]",
                    "Received unknown parameter: created[" + bound.getKey() + "]");
          };
      if (!within) {
        return false;
      }
    }
    return true;
  }

  private static long second(JsonNode text, String name) {
    try {
      return Long.parseLong(text.asText());
    } catch (NumberFormatException malformed) {
      throw ApiError.parameter(
          "parameter_invalid_integer", name, "Invalid integer: " + text.asText());
    }
  }

  private static boolean matches(ObjectNode object, ObjectNode params) {
    for (var wanted : params.properties()) {
      String name = wanted.getKey();
      boolean matches =
          switch (name) {
            case "type" -> isType(object, wanted.getValue());
            case "types" -> anyType(object, wanted.getValue());
            default -> COMMON.contains(name) || object.path(name).equals(wanted.getValue());
          };
      if (!matches) {
        return false;
      }
    }
    return true;
  }

  private static boolean anyType(ObjectNode event, JsonNode types) {
    for (JsonNode type : types) {
      if (isType(event, type)) {
        return true;
      }
    }
    return false;
  }

  /** {@code charge.*} stands for all that begin so. */
  private static boolean isType(ObjectNode event, JsonNode wanted) {
    String type = event.path("type").asText();
    String pattern = wanted.asText();
    return pattern.endsWith("*")
        ? type.startsWith(pattern.substring(0, pattern.length() - 1))
        : type.equals(pattern);
  }
}
