package shelfless.downloads;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import shelfless.data.Entitlements;
import shelfless.data.Entitlements.Expired;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.ScheduleHandler;

/**
 * Tells the audit log of entitlements whose time ended, each once. It closes nothing: whether an
 * entitlement is over is decided by the clock at each request, not by when this ran.
 */
public final class ExpireEntitlements extends ScheduleHandler {
  /** Small, since the audit log's end is locked while a batch is written. */
  private static final int BATCH = 100;

  private static final int ENOUGH_MILLIS = 5_000;

  public ExpireEntitlements() {
    this(Environment.ofProcess());
  }

  public ExpireEntitlements(Environment environment) {
    super(environment);
  }

  @Override
  protected ObjectNode run(Context context) {
    int told = 0;
    int batch;
    do {
      batch = tellBatch();
      told += batch;
      // What is left is told by the next run.
    } while (batch == BATCH && context.getRemainingTimeInMillis() > ENOUGH_MILLIS);
    return Json.object().put("expired", told);
  }

  private int tellBatch() {
    return environment
        .database()
        .transaction(
            transaction -> {
              List<Expired> ended = Entitlements.noteExpired(transaction, BATCH);
              for (Expired one : ended) {
                transaction.audit(
                    "system",
                    "entitlement.expired",
                    "entitlement",
                    one.id(),
                    Json.object().put("expires_at", Json.time(one.expiresAt())));
              }
              return ended.size();
            });
  }
}
