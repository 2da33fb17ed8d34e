package shelfless.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** template.yaml as a tree; of {@code !Ref X} and {@code !GetAtt X.Arn} only the name is left. */
final class Template {
  private final JsonNode document;

  private Template(JsonNode document) {
    this.document = document;
  }

  static Template read() {
    return of(text());
  }

  /** The file as it is. */
  static String text() {
    try {
      return Files.readString(ShopProcess.project().resolve("template.yaml"));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  static Template of(String text) {
    String plain =
        text.replaceAll(
            "(?<=[\\s\\[])!(Ref|GetAtt|Sub|If|Join|Not|Equals|And|Or|Select|Split|Condition|FindInMap|GetAZs|Base64)(?=\\s)",
            "");
    return new Template(
        Json.tree(
            new Load(LoadSettings.builder().setLabel("template.yaml").build())
                .loadFromString(plain)));
  }

  JsonNode resources() {
    return document.path("Resources");
  }

  /** A part of it, by its JSON pointer. */
  JsonNode at(String pointer) {
    return document.at(pointer);
  }

  Set<String> parameters() {
    Set<String> names = new TreeSet<>();
    document.path("Parameters").fieldNames().forEachRemaining(names::add);
    return names;
  }

  JsonNode mappings() {
    return document.path("Mappings");
  }

  JsonNode properties(String id) {
    return resources().path(id).path("Properties");
  }

  /** The resources of a type, by their logical id. */
  Map<String, JsonNode> resources(String type) {
    Map<String, JsonNode> found = new TreeMap<>();
    resources()
        .properties()
        .forEach(
            each -> {
              if (each.getValue().path("Type").asText().equals(type)) {
                found.put(each.getKey(), each.getValue().path("Properties"));
              }
            });
    return found;
  }

  Map<String, JsonNode> functions() {
    return resources("AWS::Serverless::Function");
  }

  /** The function's time-out in seconds. */
  int timeout(String function) {
    JsonNode globals = document.at("/Globals/Function/Timeout");
    return properties(function).path("Timeout").asInt(globals.asInt());
  }

  /** The events of a type of a function. */
  Set<JsonNode> events(String function, String type) {
    Set<JsonNode> events = new LinkedHashSet<>();
    properties(function)
        .path("Events")
        .forEach(
            event -> {
              if (event.path("Type").asText().equals(type)) {
                events.add(event.path("Properties"));
              }
            });
    return events;
  }

  /** A function's routes as API Gateway names them, {@code GET /v1/products}. */
  Set<String> routes(String function) {
    Set<String> routes = new TreeSet<>();
    for (JsonNode event : events(function, "HttpApi")) {
      String path = event.path("Path").asText();
      routes.add(path.equals("$default") ? path : event.path("Method").asText() + " " + path);
    }
    return routes;
  }
}
