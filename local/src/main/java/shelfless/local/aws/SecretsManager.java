package shelfless.local.aws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import shelfless.local.Json;
import shelfless.local.WebExchange;
import shelfless.local.WebServer;
import shelfless.local.template.Template;

/** Secrets Manager's part: GetSecretValue, PutSecretValue and DescribeSecret in AWS JSON 1.1. */
public final class SecretsManager implements WebServer.Handler {
  private static final int BODY_BYTES = 128 * 1024;
  private static final String SUFFIX = "-local1";

  private final LocalSecrets secrets;

  public SecretsManager(LocalSecrets secrets) {
    this.secrets = secrets;
  }

  /** The ARN of the secret with this logical id. */
  public static String arn(String id) {
    return Template.arn("secretsmanager", "secret:" + id + SUFFIX);
  }

  @Override
  public void handle(WebExchange exchange) throws IOException {
    String target = exchange.header("X-Amz-Target");
    JsonNode request = Json.parse(exchange.body(BODY_BYTES));
    String id =
        request
            .path("SecretId")
            .asText()
            .replaceFirst("^arn:.*:secret:", "")
            .replaceFirst(SUFFIX + "$", "");
    if (!secrets.has(id)) {
      refuse(
          exchange,
          "ResourceNotFoundException",
          "Secrets Manager can't find the specified secret.");
      return;
    }
    ObjectNode answer = Json.object().put("ARN", arn(id)).put("Name", id);
    switch (target == null ? "" : target) {
      case "secretsmanager.GetSecretValue" -> {
        answer.put("SecretString", secrets.value(id));
        answer.put("VersionId", version(id));
        answer.putArray("VersionStages").add("AWSCURRENT");
      }
      case "secretsmanager.PutSecretValue" -> {
        secrets.put(id, request.path("SecretString").asText());
        answer.put("VersionId", version(id));
        answer.putArray("VersionStages").add("AWSCURRENT");
      }
      case "secretsmanager.DescribeSecret" ->
          answer.putObject("VersionIdsToStages").putArray(version(id)).add("AWSCURRENT");
      default -> {
        refuse(exchange, "UnknownOperationException", "The local runtime does not know " + target);
        return;
      }
    }
    exchange.send(200, "application/x-amz-json-1.1", Json.write(answer));
  }

  private String version(String id) {
    return UUID.nameUUIDFromBytes(secrets.value(id).getBytes(StandardCharsets.UTF_8)).toString();
  }

  private static void refuse(WebExchange exchange, String type, String message) throws IOException {
    exchange.send(
        400,
        "application/x-amz-json-1.1",
        Json.write(Json.object().put("__type", type).put("message", message)));
  }
}
