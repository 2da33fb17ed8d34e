package shelfless.aws;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.runtime.Settings;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;

/** The queues of SQS. */
public final class SqsQueues implements Queues {
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
