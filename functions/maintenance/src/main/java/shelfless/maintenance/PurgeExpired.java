package shelfless.maintenance;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import shelfless.data.Database;
import shelfless.data.Housekeeping;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.ScheduleHandler;

/**
 * Daily: clears away what is over and that nothing asks for again. What keeps a used link answering
 * 410 stays, and so do the rows that say that a receipt was sent.
 */
public final class PurgeExpired extends ScheduleHandler {
  private static final int BATCH = 1000;
  private static final Duration RATE_LIMITS_KEPT = Duration.ofDays(1);
  private static final Duration MAILS_KEPT = Duration.ofDays(90);
  private static final Duration ENOUGH = Duration.ofSeconds(12);

  public PurgeExpired() {
    this(Environment.ofProcess());
  }

  public PurgeExpired(Environment environment) {
    super(environment);
  }

  @Override
  protected ObjectNode run(Context context) {
    Instant now = environment.clock().instant();
    return Json.object()
        .put(
            "idempotency_keys",
            inBatches(
                context, transaction -> Housekeeping.purgeIdempotencyKeys(transaction, now, BATCH)))
        .put(
            "rate_limits",
            inBatches(
                context,
                transaction ->
                    Housekeeping.purgeRateLimits(transaction, now.minus(RATE_LIMITS_KEPT), BATCH)))
        .put(
            "mails",
            inBatches(
                context,
                transaction ->
                    Housekeeping.purgeLinkMails(transaction, now.minus(MAILS_KEPT), BATCH)));
  }

  /** Each batch in a transaction of its own, so that nobody waits long; the rest another day. */
  private int inBatches(Context context, Database.Work<Integer> batch) {
    int removed = 0;
    int last;
    do {
      last = environment.database().transaction(batch);
      removed += last;
    } while (last == BATCH && context.getRemainingTimeInMillis() > ENOUGH.toMillis());
    return removed;
  }
}
