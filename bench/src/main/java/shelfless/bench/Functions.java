package shelfless.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import shelfless.bench.ExecutionEnvironment.Deployed;
import shelfless.bench.floor.Constant;
import shelfless.bench.floor.OneOfEach;
import shelfless.bench.floor.OneQuery;

/**
 * What is deployed: the functions of template.yaml with the local shop's settings, and the floors.
 */
final class Functions {
  /** The bare client: a handler that answers a constant. */
  static final String BARE = "floor: no work";

  /** One query, with JSON written by hand: what the ratios are to. */
  static final String QUERY = "floor: one query";

  /** The same with a secret and a question to the payment provider. */
  static final String EACH = "floor: query, secret, provider";

  private static final int MEMORY = 1024;

  private final Path project;
  private final Path tasks;
  private final JsonNode variables;
  private final Set<String> snapStart;

  private Functions(Path project, Path tasks, JsonNode variables, Set<String> snapStart) {
    this.project = project;
    this.tasks = tasks;
    this.variables = variables;
    this.snapStart = snapStart;
  }

  /**
   * Reads what is deployed.
   *
   * @param tasks where the code is laid out
   * @param variables the environment of each function
   */
  static Functions read(Path project, Path tasks, JsonNode variables) throws IOException {
    return new Functions(
        project, tasks, variables, withSnapStart(project.resolve("template.yaml")));
  }

  /** The functions that the template has SnapStart for: those that a buyer waits for. */
  Set<String> withSnapStart() {
    return snapStart;
  }

  static Set<String> withSnapStart(Path template) throws IOException {
    Node root =
        new Compose(LoadSettings.builder().build())
            .composeString(Files.readString(template))
            .orElseThrow();
    Set<String> found = new LinkedHashSet<>();
    entries(entries(root).get("Resources"))
        .forEach(
            (id, resource) -> {
              if (entries(entries(resource).get("Properties")).containsKey("SnapStart")) {
                found.add(id);
              }
            });
    return found;
  }

  private static Map<String, Node> entries(@Nullable Node node) {
    Map<String, Node> entries = new LinkedHashMap<>();
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key) {
          entries.put(key.getValue(), tuple.getValueNode());
        }
      }
    }
    return entries;
  }

  boolean has(String function) {
    return variables.has(function);
  }

  /** A function of the template, or a floor, with its code laid out. */
  Deployed deployed(String function) throws IOException {
    return switch (function) {
      case BARE -> floor(false, Constant.class);
      case QUERY -> floor(true, OneQuery.class);
      case EACH -> floor(true, OneOfEach.class, OneQuery.class);
      default -> {
        Map<String, String> own = variables(function);
        String handler = own.getOrDefault("_HANDLER", "");
        // The area is the second name of the handler's package; the template is held to that.
        String area = handler.split("\\.")[1];
        Path jar = project.resolve("functions/%s/target/%s-lambda.jar".formatted(area, area));
        if (!Files.exists(jar)) {
          throw new BenchException("There is no " + jar + ": build first.");
        }
        yield new Deployed(
            handler,
            TaskFolder.unpack(jar, tasks),
            Integer.parseInt(own.getOrDefault("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "" + MEMORY)),
            snapStart.contains(function),
            own);
      }
    };
  }

  /** The first of the classes is the handler. */
  private Deployed floor(boolean withDriver, Class<?>... classes) throws IOException {
    return new Deployed(
        classes[0].getName(),
        TaskFolder.unpack(TaskFolder.floor(tasks, withDriver, classes), tasks),
        MEMORY,
        true,
        variables("CreateOrder"));
  }

  private Map<String, String> variables(String function) {
    Map<String, String> own = new HashMap<>();
    variables
        .path(function)
        .properties()
        .forEach(each -> own.put(each.getKey(), each.getValue().asText()));
    return own;
  }
}
