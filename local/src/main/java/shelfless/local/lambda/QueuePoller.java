package shelfless.local.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.logging.Level;
import java.util.logging.Logger;
import shelfless.local.Json;
import shelfless.local.template.Template;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/**
 * The event source mapping of one queue and one function: takes messages in batches, calls the
 * function, and deletes what was done. What the function reports as failed, or all when the call
 * fails, comes back after its visibility time-out and at last goes to the dead-letter queue.
 */
public final class QueuePoller implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(QueuePoller.class.getName());
  private static final int LONG_POLL_SECONDS = 20;

  /**
   * After messages came, until it looks again: when there are many, they come several at once, at
   * the cost of one.
   */
  private static final Duration BETWEEN = Duration.ofMillis(100);

  private final SqsClient sqs;
  private final FunctionRunner runner;
  private final String function;
  private final Template.QueueSource source;
  private final Template.Queue queue;
  private final String url;
  private final Semaphore batches;
  private final Thread thread;
  private volatile boolean stopping;

  private QueuePoller(
      SqsClient sqs,
      FunctionRunner runner,
      String function,
      Template.QueueSource source,
      Template.Queue queue,
      String url) {
    this.sqs = sqs;
    this.runner = runner;
    this.function = function;
    this.source = source;
    this.queue = queue;
    this.url = url;
    this.batches = new Semaphore(source.maximumConcurrency());
    this.thread = Thread.ofVirtual().name("poll-" + queue.id()).unstarted(this::poll);
  }

  /**
   * Starts taking messages.
   *
   * @param url the queue's URL
   */
  public static QueuePoller start(
      SqsClient sqs,
      FunctionRunner runner,
      String function,
      Template.QueueSource source,
      Template.Queue queue,
      String url) {
    QueuePoller poller = new QueuePoller(sqs, runner, function, source, queue, url);
    poller.thread.start();
    return poller;
  }

  private void poll() {
    while (!stopping) {
      try {
        batches.acquire();
        boolean handedOver = false;
        try {
          List<Message> messages = receive();
          if (!messages.isEmpty()) {
            Thread.ofVirtual()
                .name("batch-" + queue.id())
                .start(
                    () -> {
                      try {
                        work(messages);
                      } finally {
                        batches.release();
                      }
                    });
            handedOver = true;
          }
        } finally {
          if (!handedOver) {
            batches.release();
          }
        }
        if (handedOver) {
          Thread.sleep(BETWEEN);
        }
      } catch (InterruptedException stop) {
        return;
      } catch (SdkException failed) {
        if (stopping || !pause(failed)) {
          return;
        }
      }
    }
  }

  private boolean pause(SdkException failed) {
    LOG.log(Level.WARNING, "No messages from " + queue.id(), failed);
    try {
      Thread.sleep(Duration.ofSeconds(1));
      return true;
    } catch (InterruptedException stop) {
      return false;
    }
  }

  private List<Message> receive() {
    return sqs.receiveMessage(
            request ->
                request
                    .queueUrl(url)
                    .maxNumberOfMessages(Math.min(10, source.batchSize()))
                    .waitTimeSeconds(LONG_POLL_SECONDS)
                    .messageSystemAttributeNames(MessageSystemAttributeName.ALL)
                    .messageAttributeNames("All"))
        .messages();
  }

  private void work(List<Message> messages) {
    Invocation outcome = runner.invoke(function, Json.bytes(event(messages)));
    Set<String> failed = failures(outcome, messages);
    List<DeleteMessageBatchRequestEntry> done = new ArrayList<>();
    for (Message message : messages) {
      if (!failed.contains(message.messageId())) {
        done.add(
            DeleteMessageBatchRequestEntry.builder()
                .id(String.valueOf(done.size()))
                .receiptHandle(message.receiptHandle())
                .build());
      }
    }
    if (!done.isEmpty()) {
      try {
        sqs.deleteMessageBatch(request -> request.queueUrl(url).entries(done));
      } catch (SdkException notDeleted) {
        // They come once more, as they may with SQS itself.
        LOG.log(Level.WARNING, "Messages of " + queue.id() + " were not deleted", notDeleted);
      }
    }
  }

  /** The ids of the messages that stay; all of them when the answer is not to be understood. */
  private Set<String> failures(Invocation outcome, List<Message> messages) {
    Set<String> all = new HashSet<>();
    messages.forEach(message -> all.add(message.messageId()));
    if (!(outcome instanceof Invocation.Returned returned)) {
      return all;
    }
    if (!source.reportsItemFailures()) {
      return Set.of();
    }
    JsonNode answer;
    try {
      answer = Json.parse(returned.output());
    } catch (IllegalArgumentException malformed) {
      return all;
    }
    JsonNode items = answer.path("batchItemFailures");
    if (items.isMissingNode() || items.isNull()) {
      return answer.isObject() || answer.isNull() || answer.isMissingNode() ? Set.of() : all;
    }
    Set<String> failed = new HashSet<>();
    for (JsonNode item : items) {
      String id = item.path("itemIdentifier").asText();
      if (!all.contains(id)) {
        return all;
      }
      failed.add(id);
    }
    return failed;
  }

  private ObjectNode event(List<Message> messages) {
    ObjectNode event = Json.object();
    ArrayNode records = event.putArray("Records");
    for (Message message : messages) {
      ObjectNode entry = records.addObject();
      entry.put("messageId", message.messageId());
      entry.put("receiptHandle", message.receiptHandle());
      entry.put("body", message.body());
      ObjectNode attributes = entry.putObject("attributes");
      message.attributesAsStrings().forEach(attributes::put);
      ObjectNode messageAttributes = entry.putObject("messageAttributes");
      message
          .messageAttributes()
          .forEach(
              (name, value) -> {
                ObjectNode attribute = messageAttributes.putObject(name);
                if (value.stringValue() != null) {
                  attribute.put("stringValue", value.stringValue());
                }
                if (value.binaryValue() != null) {
                  attribute.put(
                      "binaryValue",
                      Base64.getEncoder().encodeToString(value.binaryValue().asByteArray()));
                }
                attribute.putArray("stringListValues");
                attribute.putArray("binaryListValues");
                attribute.put("dataType", value.dataType());
              });
      entry.put("md5OfBody", message.md5OfBody());
      entry.put("eventSource", "aws:sqs");
      entry.put("eventSourceARN", Template.arn("sqs", queue.name()));
      entry.put("awsRegion", Template.REGION);
    }
    return event;
  }

  /** Takes no more messages; the batch at work goes on. */
  @Override
  public void close() {
    stopping = true;
    thread.interrupt();
  }
}
