package shelfless.aws;

import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.runtime.Settings;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;

/** The queues of SQS. */
public final class SqsQueues implements Queues {
  /** Short: what is not sent now is found by a sweep, and a call may have several to send. */
  private static final Duration TO_SEND = Duration.ofSeconds(2);

  private final Settings settings;
  private @Nullable SqsClient client;

  public SqsQueues(Settings settings) {
    this.settings = settings;
  }

  @Override
  public boolean send(String setting, UUID id) {
    String queue = settings.required(setting);
    try {
      client().sendMessage(request -> request.queueUrl(queue).messageBody(id.toString()));
      return true;
    } catch (SdkException unreachable) {
      return false;
    }
  }

  private SqsClient client() {
    SqsClient ready = client;
    if (ready == null) {
      ready = AwsClients.configure(SqsClient.builder(), settings, "SQS", TO_SEND).build();
      client = ready;
    }
    return ready;
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
  }
}
