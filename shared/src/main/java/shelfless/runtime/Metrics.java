package shelfless.runtime;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import shelfless.json.Json;

/**
 * Numbers for CloudWatch, as a line of the log in its embedded metric format, from which CloudWatch
 * makes the metrics by itself. They are in the namespace {@code Shelfless}, for each function by
 * its name, so that two deployments in one account don't mix.
 */
public final class Metrics {
  private static final String NAMESPACE = "Shelfless";
  private static final String DIMENSION = "FunctionName";

  private Metrics() {}

  /** Says how many there are of each, at that time. */
  public static void count(Context context, Instant at, Map<String, Long> counts) {
    ObjectNode line = Json.object();
    ObjectNode aws = line.putObject("_aws").put("Timestamp", at.toEpochMilli());
    ObjectNode directive = aws.putArray("CloudWatchMetrics").addObject();
    directive.put("Namespace", NAMESPACE).putArray("Dimensions").addArray().add(DIMENSION);
    ArrayNode metrics = directive.putArray("Metrics");
    line.put(DIMENSION, context.getFunctionName());
    counts.forEach(
        (name, value) -> {
          metrics.addObject().put("Name", name).put("Unit", "Count");
          line.put(name, value);
        });
    // As bytes, since Lambda would wrap a text into an object of its own, and find no metric there.
    context.getLogger().log((line + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
