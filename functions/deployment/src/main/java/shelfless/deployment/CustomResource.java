package shelfless.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import shelfless.json.Json;

/**
 * A request of CloudFormation's for a custom resource: it waits until the answer was put to the
 * address that the request names, be it success or failure.
 */
record CustomResource(JsonNode event) {
  static boolean isOne(JsonNode event) {
    return event.path("RequestType").isTextual() && event.path("ResponseURL").isTextual();
  }

  /** Whether the stack, or this part of it, is being deleted. */
  boolean isDeletion() {
    return event.path("RequestType").asText().equals("Delete");
  }

  /** What the template gives it, all of it as text. */
  JsonNode properties() {
    return event.path("ResourceProperties");
  }

  /** Tells CloudFormation that it is done; the values can be read with {@code Fn::GetAtt}. */
  void succeed(ObjectNode values) throws IOException {
    put(response("SUCCESS").set("Data", values));
  }

  /** Tells CloudFormation that it failed, and why. */
  void fail(String reason) throws IOException {
    put(response("FAILED").put("Reason", reason.substring(0, Math.min(1_000, reason.length()))));
  }

  private ObjectNode response(String status) {
    String id = event.path("PhysicalResourceId").asText("");
    String first = "shelfless-" + event.path("LogicalResourceId").asText();
    ObjectNode response = Json.object();
    response.put("Status", status);
    // It stays the same for good: another one would have CloudFormation delete this one.
    response.put("PhysicalResourceId", id.isEmpty() ? first : id);
    for (String field : new String[] {"StackId", "RequestId", "LogicalResourceId"}) {
      response.put(field, event.path(field).asText());
    }
    return response;
  }

  private void put(JsonNode response) throws IOException {
    try (HttpClient client =
        HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build()) {
      HttpResponse<Void> answer =
          client.send(
              HttpRequest.newBuilder(URI.create(event.path("ResponseURL").asText()))
                  .timeout(Duration.ofSeconds(15))
                  .PUT(HttpRequest.BodyPublishers.ofString(Json.text(response)))
                  .build(),
              HttpResponse.BodyHandlers.discarding());
      if (answer.statusCode() >= 300) {
        throw new IOException("CloudFormation's address answered " + answer.statusCode());
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("stopped while answering CloudFormation", stopped);
    }
  }
}
