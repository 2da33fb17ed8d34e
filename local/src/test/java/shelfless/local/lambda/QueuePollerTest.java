package shelfless.local.lambda;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shelfless.local.aws.QueueServer;
import shelfless.local.aws.Queues;
import shelfless.local.probe.Work;
import shelfless.local.template.Template;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

class QueuePollerTest {
  @TempDir Path folder;
  private QueueServer server;
  private SqsClient sqs;
  private Queues queues;
  private FunctionLog log;
  private AwsCalls awsCalls;
  private FunctionRunner runner;
  private QueuePoller poller;

  @BeforeEach
  void start() throws IOException {
    Work.SEEN.clear();
    // Nobody listens where the queues' URLs lead: the client has the server's own address.
    server = QueueServer.start(9);
    sqs =
        SqsClient.builder()
            .endpointOverride(server.url())
            .region(Region.of(Template.REGION))
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("a", "b")))
            .build();
    Template template = Template.read(Path.of("src/test/project/template.yaml"), Map.of());
    queues = new Queues(sqs, template.queues(), "");
    Template.Function work =
        requireNonNull(
            template
                .functions(Map.of("WorkQueue", queues.url("WorkQueue"), "AssetBucket", ""))
                .get("Work"));
    log = FunctionLog.open(folder.resolve("functions.log"));
    awsCalls = AwsCalls.open(folder.resolve("aws-calls.jsonl"));
    runner = new FunctionRunner(Map.of("Work", work), Map.of(), Clock.systemUTC(), log, awsCalls);
    poller =
        QueuePoller.start(
            sqs,
            runner,
            "Work",
            work.queues().getFirst(),
            requireNonNull(template.queues().get("WorkQueue")),
            queues.url("WorkQueue"));
  }

  @AfterEach
  void stop() throws IOException {
    poller.close();
    runner.close();
    log.close();
    awsCalls.close();
    sqs.close();
    server.close();
  }

  private void send(String body) {
    sqs.sendMessage(
        request ->
            request
                .queueUrl(queues.url("WorkQueue"))
                .messageBody(body)
                .messageAttributes(
                    Map.of(
                        "kind",
                        MessageAttributeValue.builder()
                            .dataType("String")
                            .stringValue("test")
                            .build())));
  }

  private long waiting(String queue) {
    Map<QueueAttributeName, String> counts =
        sqs.getQueueAttributes(
                request ->
                    request.queueUrl(queues.url(queue)).attributeNames(QueueAttributeName.ALL))
            .attributes();
    return Long.parseLong(counts.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES))
        + Long.parseLong(counts.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE));
  }

  private static void until(BooleanSupplier holds) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(15).toNanos();
    while (!holds.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "It takes too long");
      Thread.sleep(20);
    }
  }

  private static List<String> seen() {
    return Work.SEEN.stream().map(message -> message.path("body").asText()).toList();
  }

  @Test
  void onlyWhatFailedComesAgain_andAtLastGoesToTheDeadLetterQueue_fromWhereItIsRedriven()
      throws Exception {
    send("good");
    send("bad");
    until(() -> waiting("WorkDeadLetterQueue") == 1);
    assertEquals(1, seen().stream().filter("good"::equals).count());
    assertEquals(2, seen().stream().filter("bad"::equals).count());
    assertEquals(0, waiting("WorkQueue"));
    assertEquals(1, queues.redrive("WorkQueue"));
    until(() -> seen().stream().filter("bad"::equals).count() >= 3);
  }

  @Test
  void aRecordHasTheFormatOfAws() throws Exception {
    send("good");
    until(() -> !Work.SEEN.isEmpty());
    JsonNode message = Work.SEEN.getFirst();
    assertEquals("good", message.path("body").asText());
    assertEquals("755f85c2723bb39381c7379a604160d8", message.path("md5OfBody").asText());
    assertEquals("aws:sqs", message.path("eventSource").asText());
    assertEquals(
        "arn:aws:sqs:eu-central-1:000000000000:WorkQueue", message.path("eventSourceARN").asText());
    assertEquals("eu-central-1", message.path("awsRegion").asText());
    assertEquals("1", message.path("attributes").path("ApproximateReceiveCount").asText());
    assertTrue(message.path("attributes").path("SentTimestamp").isTextual());
    assertEquals(
        "test", message.path("messageAttributes").path("kind").path("stringValue").asText());
    assertEquals(
        "String", message.path("messageAttributes").path("kind").path("dataType").asText());
    until(() -> waiting("WorkQueue") == 0);
  }

  @Test
  void theQueueUrlIsTheOneThatTheShopReaches() {
    assertTrue(URI.create(queues.url("WorkQueue")).getPath().endsWith("/000000000000/WorkQueue"));
  }
}
