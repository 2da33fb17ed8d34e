package shelfless.local.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
  private final Map<String, String> targets = new HashMap<>();
  private final WebServer server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private NotedCalls(AwsCalls calls, Map<String, String> variables) throws IOException {
    this.calls = calls;
    SERVICES.forEach(
        (variable, service) -> targets.put(service.name, variables.getOrDefault(variable, "")));
    this.server = WebServer.start(0, this::handle);
  }

  /**
   * Starts it.
   *
   * @param variables hold the services' own addresses
   */
  static NotedCalls start(AwsCalls calls, Map<String, String> variables) throws IOException {
    return new NotedCalls(calls, variables);
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

  private void handle(WebExchange exchange) throws IOException, InterruptedException {
    String[] path = exchange.rawPath().split("/", -1);
    byte[] body = exchange.body(LARGEST);
    String target = String.valueOf(exchange.header("x-amz-target"));
    note(path[1], path[2], target.substring(target.indexOf('.') + 1), Json.parse(body));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(targets.getOrDefault(path[2], "")).resolve("/"))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    for (Map.Entry<String, String> header : exchange.headers()) {
      String name = header.getKey().toLowerCase(java.util.Locale.ROOT);
      if (name.startsWith("x-amz-")
          || name.equals("content-type")
          || name.equals("authorization")) {
        request.header(name, header.getValue());
      }
    }
    HttpResponse<byte[]> answer;
    try {
      answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException lost) {
      exchange.drop();
      return;
    }
    answer
        .headers()
        .firstValue("content-type")
        .ifPresent(type -> exchange.with("Content-Type", type));
    exchange.send(
        answer.statusCode(), answer.body().length, new ByteArrayInputStream(answer.body()));
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
    client.shutdownNow();
  }
}
