package shelfless.local.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import shelfless.local.Json;
import shelfless.local.WebExchange;
import shelfless.local.WebServer;

/**
 * Stands before Secrets Manager and SQS, which functions call without the SDK, so that no
 * interceptor sees it. Each function has an address of its own here, by which its calls are noted
 * before they are handed on.
 */
final class NotedCalls implements AutoCloseable {
  /** The services by their variables, and what their operations are done to. */
  private static final Map<String, Service> SERVICES =
      Map.of(
          "AWS_ENDPOINT_URL_SECRETS_MANAGER",
          new Service("secretsmanager", "SecretId"),
          "AWS_ENDPOINT_URL_SQS",
          new Service("sqs", "QueueUrl"));

  private static final int LARGEST = 1024 * 1024;

  private record Service(String name, String object) {}

  private final AwsCalls calls;
  private final Map<String, WebServer.Handler> services;
  private final WebServer server;

  private NotedCalls(AwsCalls calls, Map<String, WebServer.Handler> services) throws IOException {
    this.calls = calls;
    this.services = services;
    this.server = WebServer.start(0, this::handle);
  }

  /**
   * Starts it.
   *
   * @param services what stands behind it, by the names in signatures
   */
  static NotedCalls start(AwsCalls calls, Map<String, WebServer.Handler> services)
      throws IOException {
    return new NotedCalls(calls, services);
  }

  /** The same variables, with the function's addresses here. */
  Map<String, String> in(String function, Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(variables);
    SERVICES.forEach(
        (variable, service) ->
            all.computeIfPresent(
                variable, (name, url) -> server.url() + "/" + function + "/" + service.name));
    return all;
  }

  private void handle(WebExchange exchange) throws Exception {
    String[] path = exchange.rawPath().split("/", -1);
    WebServer.Handler service = services.get(path[2]);
    if (service == null) {
      exchange.send(404, "text/plain", "There is no service of that name");
      return;
    }
    byte[] body = exchange.body(LARGEST);
    String target = String.valueOf(exchange.header("x-amz-target"));
    note(path[1], path[2], target.substring(target.indexOf('.') + 1), Json.parse(body));
    service.handle(exchange.handedOn("/", body));
  }

  private void note(String function, String service, String operation, JsonNode input) {
    ObjectNode call = Json.object().put("service", service).put("operation", operation);
    ObjectNode objects = call.putObject("on");
    for (Service known : SERVICES.values()) {
      JsonNode object = input.path(known.object);
      if (object.isTextual()) {
        objects.put(known.object, object.asText());
      }
    }
    calls.note(function, call);
  }

  @Override
  public void close() {
    server.close();
  }
}
