package shelfless.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The requests that openapi.yaml gives as examples. */
final class Examples {
  private Examples() {}

  /** The operation's example, by the seller where a key is needed. */
  static Call call(Shop shop, Contract.Operation operation, Map<String, String> parameters) {
    Call call = withoutBody(shop, operation, parameters);
    operation.declared().path("requestBody").path("content").properties().stream()
        .findFirst()
        .ifPresent(content -> body(call, content.getKey(), content.getValue().path("example")));
    return call;
  }

  /**
   * The same without its body.
   *
   * @param parameters what goes before the examples of path and query parameters
   */
  static Call withoutBody(Shop shop, Contract.Operation operation, Map<String, String> parameters) {
    Contract contract = Shop.contract();
    List<JsonNode> declared =
        Json.stream(operation.declared().path("parameters")).map(contract::resolve).toList();
    String path = operation.path();
    for (JsonNode parameter : declared) {
      if (parameter.path("in").asText().equals("path")) {
        path =
            path.replace("{" + parameter.path("name").asText() + "}", value(parameter, parameters));
      }
    }
    Call call = shop.call(operation.method(), path);
    for (JsonNode parameter : declared) {
      String name = parameter.path("name").asText();
      if (parameter.has("example")) {
        switch (parameter.path("in").asText()) {
          case "query" -> call.query(name, value(parameter, parameters));
          case "header" -> call.header(name, parameter.path("example").asText());
          default -> {}
        }
      }
    }
    return operation.scope().isPresent() ? call.bearer(shop.apiKey()) : call;
  }

  /** Parameters of paths and queries that nothing is found by. */
  static Map<String, String> unknownIds() {
    Map<String, String> ids = new HashMap<>();
    for (String name :
        List.of(
            "order_id",
            "product_id",
            "asset_id",
            "entitlement_id",
            "key_id",
            "download_token",
            "slug")) {
      ids.put(name, UUID.randomUUID().toString());
    }
    ids.put("session_id", "cs_test_unknown");
    return ids;
  }

  private static String value(JsonNode parameter, Map<String, String> parameters) {
    return parameters.getOrDefault(
        parameter.path("name").asText(), parameter.path("example").asText());
  }

  private static void body(Call call, String contentType, JsonNode example) {
    if (contentType.equals("application/x-www-form-urlencoded")) {
      Map<String, String> fields = new LinkedHashMap<>();
      example.properties().forEach(field -> fields.put(field.getKey(), field.getValue().asText()));
      call.form(fields);
    } else {
      call.body(contentType, example.toString());
    }
  }
}
