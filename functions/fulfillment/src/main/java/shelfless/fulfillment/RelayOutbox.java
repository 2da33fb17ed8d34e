package shelfless.fulfillment;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import shelfless.data.Assets;
import shelfless.data.Outbox;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.ScheduleHandler;

/**
 * Every minute: queues again the mails that are due by the shop's clock and were neither sent nor
 * given up, because a message was lost, a sender crashed or SES was out of reach; and the files
 * that are still to be verified.
 */
public final class RelayOutbox extends ScheduleHandler {
  private static final int BATCH = 100;
  private static final Duration ENOUGH = Duration.ofSeconds(8);

  public RelayOutbox() {
    this(Environment.ofProcess());
  }

  public RelayOutbox(Environment environment) {
    super(environment);
  }

  @Override
  protected ObjectNode run(Context context) {
    int queued = 0;
    int last;
    do {
      last =
          environment
              .database()
              .transaction(transaction -> Outbox.relay(transaction, environment.queues(), BATCH));
      queued += last;
    } while (last == BATCH && context.getRemainingTimeInMillis() > ENOUGH.toMillis());
    int files =
        environment
            .database()
            .transaction(transaction -> Assets.relay(transaction, environment.queues(), BATCH));
    return Json.object().put("queued", queued).put("files", files);
  }
}
