package shelfless.aws;

import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import shelfless.json.Json;
import shelfless.runtime.Unavailable;

/**
 * The queues of SQS.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html">its
 *     JSON protocol</a>
 */
public final class SqsQueues implements Queues {
  /** Short: what is not sent now is found by a sweep, and a call may have several to send. */
  private static final Duration TO_SEND = Duration.ofSeconds(2);

  private static final AwsJson.Api API =
      new AwsJson.Api(
          "The queue",
          "sqs",
          "SQS",
          "AmazonSQS",
          "1.0",
          Duration.ofMillis(700),
          Duration.ofSeconds(1),
          TO_SEND);

  private final AwsSettings aws;
  private final AwsJson api;

  public SqsQueues(AwsSettings aws, Clock clock) {
    this.aws = aws;
    this.api = new AwsJson(API, aws, clock);
  }

  @Override
  public boolean send(String setting, UUID id) {
    String queue = aws.required(setting);
    try {
      api.call(
          "SendMessage", Json.object().put("QueueUrl", queue).put("MessageBody", id.toString()));
      return true;
    } catch (Unavailable | AwsJson.Refused notSent) {
      return false;
    }
  }
}
