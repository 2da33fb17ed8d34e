package shelfless.aws;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.runtime.Settings;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * Sends work to SQS. A message holds one id and nothing else; what it stands for is read from the
 * database.
 */
public final class Queues implements AutoCloseable {
  private final Settings settings;
  private @Nullable SqsClient client;

  public Queues(Settings settings) {
    this.settings = settings;
  }

  /**
   * Sends the id. A queue that is out of reach is no failure of the caller's: the work is recorded
   * in the database, and the sweep of its queue finds what was not sent.
   *
   * @param setting the setting that holds the queue's address: {@code MAIL_QUEUE_URL}
   * @return whether it was sent
   */
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
      ready = AwsClients.configure(SqsClient.builder(), settings, "SQS").build();
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
