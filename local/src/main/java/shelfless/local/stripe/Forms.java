package shelfless.local.stripe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import shelfless.local.Json;

/**
 * Stripe's form encoding: {@code line_items[0][price_data][currency]=eur}, {@code expand[]=charge}.
 */
final class Forms {
  private Forms() {}

  /**
   * The parameters as nested objects. A list is an object with the keys 0, 1, ... until {@link
   * Parameters} knows it for a list; {@code name[]} takes the next number.
   */
  static ObjectNode parse(String encoded) {
    ObjectNode form = Json.object();
    for (String pair : encoded.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String name = decode(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
      put(form, name, value);
    }
    return form;
  }

  private static void put(ObjectNode form, String name, String value) {
    List<String> path = path(name);
    ObjectNode inner = form;
    for (int i = 0; i < path.size() - 1; i++) {
      String key = key(inner, path.get(i));
      if (inner.has(key) && !inner.path(key).isObject()) {
        throw invalid(name);
      }
      inner = inner.withObjectProperty(key);
    }
    String last = key(inner, path.getLast());
    if (inner.path(last).isObject()) {
      throw invalid(name);
    }
    inner.put(last, value);
  }

  private static String key(ObjectNode list, String segment) {
    return segment.isEmpty() ? String.valueOf(list.size()) : segment;
  }

  /** {@code a[b][]} as a, b and an empty segment. */
  private static List<String> path(String name) {
    int bracket = name.indexOf('[');
    if (bracket < 0) {
      return List.of(name);
    }
    List<String> path = new ArrayList<>(List.of(name.substring(0, bracket)));
    for (int at = bracket; at < name.length(); ) {
      int close = name.indexOf(']', at);
      if (name.charAt(at) != '[' || close < 0 || bracket == 0) {
        throw invalid(name);
      }
      path.add(name.substring(at + 1, close));
      at = close + 1;
    }
    return path;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      throw invalid(text);
    }
  }

  private static ApiError invalid(String name) {
    return ApiError.parameter(
        "parameter_unknown", name, "The parameter '" + name + "' cannot be parsed.");
  }
}
