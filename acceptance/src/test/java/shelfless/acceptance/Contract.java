package shelfless.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpHeaders;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** openapi.yaml: what it declares, and whether answers keep to it. */
final class Contract {
  private static final List<String> METHODS =
      List.of("get", "put", "post", "delete", "patch", "head");

  private static final Map<Integer, String> TITLES =
      Map.ofEntries(
          Map.entry(400, "Bad Request"),
          Map.entry(401, "Unauthorized"),
          Map.entry(403, "Forbidden"),
          Map.entry(404, "Not Found"),
          Map.entry(405, "Method Not Allowed"),
          Map.entry(409, "Conflict"),
          Map.entry(410, "Gone"),
          Map.entry(412, "Precondition Failed"),
          Map.entry(413, "Content Too Large"),
          Map.entry(415, "Unsupported Media Type"),
          Map.entry(422, "Unprocessable Content"),
          Map.entry(428, "Precondition Required"),
          Map.entry(429, "Too Many Requests"),
          Map.entry(503, "Service Unavailable"));

  /** Declared, and there only where the description says so. */
  private static final Set<String> OPTIONAL_HEADERS =
      Set.of("Content-Disposition", "409 Retry-After");

  /**
   * An operation.
   *
   * @param path as it is declared, {@code /v1/orders/{order_id}}
   * @param declared the operation's node, its references still in it
   */
  record Operation(String id, String method, String path, JsonNode declared) {
    boolean matches(String otherMethod, String otherPath) {
      return method.equals(otherMethod) && matchesPath(otherPath);
    }

    boolean matchesPath(String otherPath) {
      return Pattern.matches(path.replaceAll("\\{[^}]+}", "[^/]+"), otherPath);
    }

    /** A path segment without a parameter is preferred, as API Gateway does. */
    long parameters() {
      return path.chars().filter(character -> character == '{').count();
    }

    /** API Gateway's route key. */
    String route() {
      return method + " " + path;
    }

    /** The scope that an API key needs, where the operation lets keys in. */
    Optional<String> scope() {
      return Json.stream(declared.path("security"))
          .filter(way -> way.has("apiKey"))
          .map(way -> way.path("apiKey").path(0).asText())
          .findFirst();
    }

    /** Whether an order's access token lets its holder in. */
    boolean takesOrderToken() {
      return Json.stream(declared.path("security")).anyMatch(way -> way.has("orderAccessToken"));
    }
  }

  private final JsonNode document;
  private final List<Operation> operations = new ArrayList<>();
  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private final Map<JsonNode, Schema> schemas = new ConcurrentHashMap<>();
  private final Set<String> seen = ConcurrentHashMap.newKeySet();

  private Contract(JsonNode document) {
    this.document = document;
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        entry -> {
                          if (METHODS.contains(entry.getKey())) {
                            operations.add(
                                new Operation(
                                    entry.getValue().path("operationId").asText(),
                                    entry.getKey().toUpperCase(Locale.ROOT),
                                    path.getKey(),
                                    entry.getValue()));
                          }
                        }));
  }

  static Contract read() {
    return new Contract(yaml("openapi.yaml"));
  }

  /** A YAML file of the project as a tree. */
  static JsonNode yaml(String file) {
    try {
      String text = Files.readString(ShopProcess.project().resolve(file));
      Object loaded = new Load(LoadSettings.builder().setLabel(file).build()).loadFromString(text);
      return Json.tree(loaded);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  JsonNode document() {
    return document;
  }

  List<Operation> operations() {
    return operations;
  }

  Operation operation(String id) {
    return operations.stream()
        .filter(operation -> operation.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("openapi.yaml has no operation " + id));
  }

  /** What was answered so far: {@code GetOrder 200}. */
  Set<String> seen() {
    return seen;
  }

  /** The node, or what it refers to. */
  JsonNode resolve(JsonNode node) {
    JsonNode found = node;
    while (found.has("$ref")) {
      String reference = found.path("$ref").asText();
      found = document.at(reference.substring(1));
      if (found.isMissingNode()) {
        throw new IllegalStateException("openapi.yaml has no " + reference);
      }
    }
    return found;
  }

  /** What is wrong with an answer; nothing when it is as declared. */
  List<String> faults(String method, String path, Answer answer) {
    List<String> faults = new ArrayList<>();
    checkEveryAnswer(answer, faults);
    Optional<Operation> operation =
        operations.stream()
            .filter(each -> each.matches(method, path))
            .min(java.util.Comparator.comparingLong(Operation::parameters));
    if (operation.isEmpty()) {
      checkUnknown(path, answer, faults);
      return faults;
    }
    seen.add(operation.get().id() + " " + answer.status());
    JsonNode entry = operation.get().declared().path("responses").path("" + answer.status());
    if (entry.isMissingNode()) {
      faults.add(operation.get().id() + " does not declare " + answer.status());
      return faults;
    }
    JsonNode response = resolve(entry);
    checkHeaders(response, answer, faults);
    JsonNode content = response.path("content");
    if (content.isEmpty() || method.equals("HEAD")) {
      if (answer.bytes().length > 0) {
        faults.add("declares no body");
      }
      return faults;
    }
    JsonNode declared = content.path(answer.mediaType());
    if (declared.isMissingNode()) {
      faults.add("does not declare the content type '" + answer.header("Content-Type") + "'");
    } else if (answer.mediaType().endsWith("json")) {
      faults.addAll(faults(declared.path("schema"), answer.text()));
    }
    return faults;
  }

  /** A path or method that is nowhere declared. */
  private void checkUnknown(String path, Answer answer, List<String> faults) {
    boolean known = operations.stream().anyMatch(each -> each.matchesPath(path));
    if (answer.status() != (known ? 405 : 404)) {
      faults.add("is not declared, which is " + (known ? 405 : 404));
    } else if (known && answer.header("Allow").isEmpty()) {
      faults.add("405 without Allow");
    } else if (answer.bytes().length > 0) {
      faults.addAll(faults(document.at("/components/schemas/Problem"), answer.text()));
    }
  }

  /** What holds for all, whatever was asked. */
  private void checkEveryAnswer(Answer answer, List<String> faults) {
    Map.of(
            "Strict-Transport-Security", "max-age=\\d{8,}.*",
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Content-Security-Policy", ".*frame-ancestors 'none'.*",
            "X-Request-Id", ".+")
        .forEach(
            (name, wanted) -> {
              if (!answer.header(name).matches(wanted)) {
                faults.add("has the header " + name + ": '" + answer.header(name) + "'");
              }
            });
    if (answer.header("Content-Security-Policy").contains("unsafe")) {
      faults.add("allows what is unsafe: " + answer.header("Content-Security-Policy"));
    }
    if (answer.mediaType().equals("application/problem+json") && answer.bytes().length > 0) {
      JsonNode problem = answer.json();
      String code = problem.path("code").asText();
      if (problem.path("status").asInt() != answer.status()
          || !problem.path("title").asText().equals(TITLES.get(answer.status()))
          || !(code.isEmpty()
              ? problem.path("type").asText().equals("about:blank")
              : problem.path("type").asText().endsWith(code))) {
        faults.add("has a type, title or status that does not fit");
      }
    }
  }

  private void checkHeaders(JsonNode response, Answer answer, List<String> faults) {
    HttpHeaders headers = answer.headers();
    response
        .path("headers")
        .properties()
        .forEach(
            header -> {
              Optional<String> value = headers.firstValue(header.getKey());
              if (value.isPresent()) {
                JsonNode schema = resolve(header.getValue()).path("schema");
                boolean number = schema.path("type").asText().equals("integer");
                String json = number ? value.get() : Json.tree(value.get()).toString();
                faults(schema, json)
                    .forEach(fault -> faults.add("header " + header.getKey() + " " + fault));
              } else if (!OPTIONAL_HEADERS.contains(header.getKey())
                  && !OPTIONAL_HEADERS.contains(answer.status() + " " + header.getKey())) {
                faults.add("lacks the header " + header.getKey());
              }
            });
  }

  /** Where a text is not what a schema of the document asks for. */
  List<String> faults(JsonNode schema, String json) {
    return schemas
        .computeIfAbsent(schema, this::compile)
        .validate(
            json,
            InputFormat.JSON,
            context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
        .stream()
        .map(error -> error.getInstanceLocation() + ": " + error.getMessage())
        .toList();
  }

  /** With the components beside it, so that its references lead somewhere. */
  private Schema compile(JsonNode schema) {
    ObjectNode whole =
        Json.of("allOf", List.of(schema), "$defs", document.at("/components/schemas"));
    return registry.getSchema(whole.toString().replace("#/components/schemas/", "#/$defs/"));
  }
}
