package shelfless.runtime;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.UUID;
import shelfless.json.Json;

/**
 * The base of every handler behind an SQS queue. A message holds one id and nothing else; each is
 * handled by itself, and those that failed are named in the answer ({@code batchItemFailures}), so
 * that only they come again, and after some tries go to the dead-letter queue.
 *
 * <p>When the function's time is nearly over, the messages that are left are given back untouched:
 * a time-out would bring back the whole batch.
 */
public abstract class QueueHandler implements RequestStreamHandler {
  private static final Duration ENOUGH = Duration.ofSeconds(5);

  protected final Environment environment;
  private final Duration enough;

  /** For messages that are handled within five seconds each. */
  protected QueueHandler(Environment environment) {
    this(environment, ENOUGH);
  }

  /**
   * @param enough how long a message may take; none is begun when less time is left
   */
  protected QueueHandler(Environment environment, Duration enough) {
    this.environment = environment;
    this.enough = enough;
    environment.beforeSnapshot(() -> handle(rehearsal()));
  }

  /**
   * Handles one message: returns when the work is done or was done before, throws when it is to
   * come again.
   */
  protected abstract void handle(UUID id);

  /** An id that a rehearsal before a snapshot can handle; what it does is rolled back. */
  protected UUID rehearsal() {
    return new UUID(0, 0);
  }

  @Override
  public final void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    ObjectNode answer = Json.object();
    ArrayNode failures = answer.putArray("batchItemFailures");
    for (JsonNode message : Json.read(input).path("Records")) {
      if (!isHandled(message.path("body").asText(), context)) {
        failures.addObject().put("itemIdentifier", message.path("messageId").asText());
      }
    }
    output.write(Json.bytes(answer));
  }

  private boolean isHandled(String body, Context context) {
    String where = getClass().getSimpleName();
    if (context.getRemainingTimeInMillis() < enough.toMillis()) {
      Log.warn(context, where, "no time left for " + body);
      return false;
    }
    try {
      handle(UUID.fromString(body.strip()));
      return true;
    } catch (RuntimeException failure) {
      Log.error(context, where + " " + body, context.getAwsRequestId(), failure);
      return false;
    }
  }
}
