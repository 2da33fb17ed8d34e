package shelfless.maintenance;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import shelfless.data.Invariants;
import shelfless.data.Invariants.Finding;
import shelfless.data.Invariants.Invariant;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.Log;
import shelfless.runtime.Metrics;
import shelfless.runtime.ScheduleHandler;

/**
 * Hourly: asks the live shop for whatever breaks what must always hold. What is broken is logged
 * with its rows and counted in the metrics that the alarms of {@code template.yaml} watch. A query
 * that failed or took too long is unchecked, which is not the same as sound.
 */
public final class CheckInvariants extends ScheduleHandler {
  /** How many rows of a broken one are logged. */
  private static final int SHOWN = 20;

  /** As long as a query may take (the database's time-out for the role), and some more. */
  private static final int ENOUGH_MILLISECONDS = 70_000;

  public CheckInvariants() {
    this(Environment.ofProcess());
  }

  public CheckInvariants(Environment environment) {
    super(environment);
  }

  @Override
  protected ObjectNode run(Context context) {
    List<Invariant> all = Invariants.all();
    int broken = 0;
    long rows = 0;
    int unchecked = 0;
    for (Invariant invariant : all) {
      if (context.getRemainingTimeInMillis() < ENOUGH_MILLISECONDS) {
        unchecked++;
        Log.warn(
            context,
            "CheckInvariants",
            "was not checked: no time was left for it",
            Json.object().put("invariant", invariant.name()));
        continue;
      }
      try {
        // Each in a transaction of its own, so that one that takes long holds up no other.
        Finding finding =
            environment
                .database()
                .transaction(transaction -> Invariants.check(transaction, invariant, SHOWN));
        if (finding.rows() > 0) {
          broken++;
          rows += finding.rows();
          report(context, finding);
        }
      } catch (RuntimeException failure) {
        unchecked++;
        Log.error(
            context, "CheckInvariants " + invariant.name(), context.getAwsRequestId(), failure);
      }
    }
    // The queries were told the time by a setting, and a proxy keeps such a connection for one
    // client.
    environment.database().close();
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put("BrokenInvariants", (long) broken);
    counts.put("RowsBreakingInvariants", rows);
    counts.put("UncheckedInvariants", (long) unchecked);
    Metrics.count(context, environment.clock().instant(), counts);
    return Json.object()
        .put("checked", all.size() - unchecked)
        .put("broken", broken)
        .put("rows", rows)
        .put("unchecked", unchecked);
  }

  private static void report(Context context, Finding finding) {
    ObjectNode facts = Json.object().put("invariant", finding.name()).put("rows", finding.rows());
    facts.putArray("first").addAll(finding.shown());
    Log.warn(context, "CheckInvariants", "does not hold", facts);
  }
}
