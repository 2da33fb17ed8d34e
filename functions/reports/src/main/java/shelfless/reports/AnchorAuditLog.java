package shelfless.reports;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import shelfless.aws.AuditAnchors.Anchor;
import shelfless.data.AuditLog;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.Log;
import shelfless.runtime.Metrics;
import shelfless.runtime.ScheduleHandler;

/**
 * Daily: goes through the audit log's chain from the first row ever, compares it with the end that
 * was anchored last, and anchors its end outside the database (rule 13). What does not hold is
 * logged, and counted in the metrics that the alarms of {@code template.yaml} watch.
 *
 * <p>After the database was restored to an earlier time, the log lacks the end that was anchored
 * last: this shows once, at the next run, which anchors the end that the log has now.
 */
public final class AnchorAuditLog extends ScheduleHandler {
  /** How many rows one query looks at: some tenths of a second. */
  private static final int SLICE = 20_000;

  /** As long as a query may take, and some more. */
  private static final int ENOUGH_MILLISECONDS = 30_000;

  public AnchorAuditLog() {
    this(Environment.ofProcess());
  }

  public AnchorAuditLog(Environment environment) {
    super(environment);
  }

  @Override
  protected ObjectNode run(Context context) {
    AuditLog.Head head = environment.database().read(AuditLog::head);
    long breaks = 0;
    long next = 1;
    while (next <= head.seq() && context.getRemainingTimeInMillis() > ENOUGH_MILLISECONDS) {
      long first = next;
      // The last slice is open, so that rows beyond the head show too.
      long last = first + SLICE > head.seq() ? Long.MAX_VALUE : first + SLICE - 1;
      List<AuditLog.Break> found =
          environment.database().read(transaction -> AuditLog.breaks(transaction, first, last));
      for (AuditLog.Break each : found) {
        warn(context, each.reason(), each.seq());
      }
      breaks += found.size();
      next += SLICE;
    }
    long unverified = Math.max(0, head.seq() + 1 - next);
    Optional<Anchor> newest = environment.anchors().newest();
    if (newest.isPresent()
        && !environment
            .database()
            .read(transaction -> AuditLog.contains(transaction, newest.get().head()))) {
      breaks++;
      warn(
          context,
          "the row that was anchored last is missing or another",
          newest.get().head().seq());
    }
    Instant now = environment.clock().instant();
    environment.anchors().keep(new Anchor(now.truncatedTo(ChronoUnit.SECONDS), head));
    Metrics.count(
        context, now, Map.of("AuditLogBreaks", breaks, "UnverifiedAuditRows", unverified));
    return Json.object()
        .put("anchored", head.seq())
        .put("breaks", breaks)
        .put("unverified", unverified);
  }

  private static void warn(Context context, String reason, long seq) {
    Log.warn(context, "AnchorAuditLog", reason, Json.object().put("seq", seq));
  }
}
