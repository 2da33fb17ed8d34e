package shelfless.local.probe;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import shelfless.local.Json;
import shelfless.runtime.Environment;

/** Does messages that say "good", and reports those that say "bad" as failed. */
public final class Work implements RequestStreamHandler {
  /** The records that all environments were given. */
  public static final List<JsonNode> SEEN = new CopyOnWriteArrayList<>();

  public Work(Environment environment) {}

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    ObjectNode answer = Json.object();
    ArrayNode failures = answer.putArray("batchItemFailures");
    for (JsonNode message : Json.parse(input.readAllBytes()).path("Records")) {
      SEEN.add(message);
      if (message.path("body").asText().startsWith("bad")) {
        failures.addObject().put("itemIdentifier", message.path("messageId").asText());
      }
    }
    output.write(Json.bytes(answer));
  }
}
