package shelfless.local.aws;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import shelfless.local.Json;
import shelfless.local.LocalException;
import shelfless.local.LocalRoutes;
import shelfless.local.LocalRoutes.Answer;
import shelfless.local.template.Template;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** The queues of the template, made in SQS or in what stands in for it. */
public final class Queues {
  private final SqsClient sqs;
  private final Map<String, Template.Queue> queues;
  private final Map<String, String> urls = new HashMap<>();

  /**
   * Makes those that are not there, and gives all of them the attributes of the template.
   *
   * @param prefix what their names begin with
   */
  public Queues(SqsClient sqs, Map<String, Template.Queue> queues, String prefix) {
    this.sqs = sqs;
    this.queues = queues;
    List<Template.Queue> order = new ArrayList<>(queues.values());
    // A queue names its dead-letter queue, which must be there before it.
    order.sort((a, b) -> Boolean.compare(a.redrive().isPresent(), b.redrive().isPresent()));
    for (Template.Queue queue : order) {
      urls.put(
          queue.id(),
          sqs.createQueue(request -> request.queueName(prefix + queue.name())).queueUrl());
      sqs.setQueueAttributes(
          request -> request.queueUrl(url(queue.id())).attributes(attributes(queue)));
    }
  }

  private Map<QueueAttributeName, String> attributes(Template.Queue queue) {
    Map<QueueAttributeName, String> attributes = new EnumMap<>(QueueAttributeName.class);
    attributes.put(
        QueueAttributeName.VISIBILITY_TIMEOUT,
        String.valueOf(queue.visibilityTimeout().toSeconds()));
    attributes.put(QueueAttributeName.DELAY_SECONDS, String.valueOf(queue.delay().toSeconds()));
    attributes.put(
        QueueAttributeName.MESSAGE_RETENTION_PERIOD, String.valueOf(queue.retention().toSeconds()));
    queue
        .redrive()
        .ifPresent(
            redrive ->
                attributes.put(
                    QueueAttributeName.REDRIVE_POLICY,
                    Json.write(
                        Json.object()
                            .put("deadLetterTargetArn", arn(redrive.deadLetterQueue()))
                            .put("maxReceiveCount", redrive.maxReceiveCount()))));
    return attributes;
  }

  private String arn(String id) {
    return sqs.getQueueAttributes(
            request -> request.queueUrl(url(id)).attributeNames(QueueAttributeName.QUEUE_ARN))
        .attributes()
        .getOrDefault(QueueAttributeName.QUEUE_ARN, "");
  }

  /** The URL of the queue with this logical id. */
  public String url(String id) {
    String url = urls.get(id);
    if (url == null) {
      throw LocalException.notFound("There is no queue " + id + "; GET /_local/queues lists them.");
    }
    return url;
  }

  /** The calls of {@code /_local/queues}. */
  public LocalRoutes routes() {
    return new LocalRoutes()
        .add("GET", "/_local/queues", call -> Answer.ok(Json.object().set("data", describe())))
        .add(
            "POST",
            "/_local/queues/{id}/redrive",
            call -> {
              String id = call.parameter("id");
              return Answer.ok(Json.object().put("id", id).put("redriven", redrive(id)));
            });
  }

  private ArrayNode describe() {
    ArrayNode data = Json.array();
    queues.forEach(
        (id, queue) -> {
          Map<QueueAttributeName, String> counts = counts(id);
          ObjectNode entry = data.addObject().put("id", id);
          entry.put("depth", number(counts, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES));
          entry.put(
              "in_flight",
              number(counts, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE));
          entry.put(
              "delayed", number(counts, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED));
          queue
              .redrive()
              .ifPresent(
                  redrive -> {
                    Map<QueueAttributeName, String> dead = counts(redrive.deadLetterQueue());
                    entry.put(
                        "dead_letters",
                        number(dead, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES)
                            + number(
                                dead,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE));
                  });
        });
    return data;
  }

  private Map<QueueAttributeName, String> counts(String id) {
    return sqs.getQueueAttributes(
            request -> request.queueUrl(url(id)).attributeNames(QueueAttributeName.ALL))
        .attributes();
  }

  private static long number(Map<QueueAttributeName, String> counts, QueueAttributeName name) {
    return Long.parseLong(counts.getOrDefault(name, "0"));
  }

  /**
   * Puts the dead letters of a queue (named by itself or by its dead-letter queue) back into it.
   */
  public int redrive(String id) {
    url(id);
    Optional<Template.Queue> source =
        queues.values().stream()
            .filter(
                queue ->
                    queue
                        .redrive()
                        .filter(
                            redrive ->
                                queue.id().equals(id) || redrive.deadLetterQueue().equals(id))
                        .isPresent())
            .findFirst();
    if (source.isEmpty()) {
      throw LocalException.badRequest("The queue " + id + " has no dead-letter queue.");
    }
    String from = url(source.get().redrive().orElseThrow().deadLetterQueue());
    String to = url(source.get().id());
    int moved = 0;
    while (true) {
      List<Message> messages =
          sqs.receiveMessage(
                  request ->
                      request.queueUrl(from).maxNumberOfMessages(10).messageAttributeNames("All"))
              .messages();
      if (messages.isEmpty()) {
        return moved;
      }
      for (Message message : messages) {
        sqs.sendMessage(
            request ->
                request
                    .queueUrl(to)
                    .messageBody(message.body())
                    .messageAttributes(message.messageAttributes()));
        sqs.deleteMessage(request -> request.queueUrl(from).receiptHandle(message.receiptHandle()));
        moved++;
      }
    }
  }
}
