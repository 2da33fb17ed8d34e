package shelfless.local.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.sqs.SqsClient;

class AwsCallsTest {
  private static final StaticCredentialsProvider CREDENTIALS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("a", "b"));

  /** Where nobody listens. */
  private static final String NOBODY = "127.0.0.1:1";

  @TempDir Path folder;

  private List<String> notedDuring(Runnable work) throws IOException {
    Path file = folder.resolve("aws-calls.jsonl");
    try (AwsCalls calls = AwsCalls.open(file)) {
      calls.during("Work", work);
    }
    return Files.readAllLines(file);
  }

  private static void send() {
    try (SqsClient sqs =
        SqsClient.builder()
            .endpointOverride(URI.create("http://" + NOBODY))
            .region(Region.EU_CENTRAL_1)
            .credentialsProvider(CREDENTIALS)
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .overrideConfiguration(
                override ->
                    override
                        .retryStrategy(AwsRetryStrategy.doNotRetry())
                        .apiCallTimeout(Duration.ofSeconds(10)))
            .build()) {
      assertThrows(
          SdkException.class,
          () -> sqs.sendMessage(send -> send.queueUrl("http://q/1/Mail").messageBody("secret")));
    }
  }

  @Test
  void aCallIsNotedOnce_withoutWhatItSays_alsoWhenItFails() throws IOException {
    assertEquals(
        List.of(
            "{\"function\":\"Work\",\"service\":\"sqs\",\"operation\":\"SendMessage\",\"on\":{\"QueueUrl\":\"http://q/1/Mail\"}}"),
        notedDuring(
            () -> {
              send();
              send();
            }));
  }

  @Test
  void whatNoFunctionCallsIsNotNoted() throws IOException {
    assertEquals(List.of(), notedDuring(() -> {}));
    send();
  }

  @Test
  void aRequestThatIsOnlySignedIsNoted() throws IOException {
    assertEquals(
        List.of(
            "{\"function\":\"Work\",\"service\":\"s3\",\"operation\":\"PutObject\",\"signed_only\":true,\"on\":{\"Bucket\":\"files\",\"Key\":\"a\"}}"),
        notedDuring(
            () -> {
              try (S3Presigner presigner =
                  S3Presigner.builder()
                      .region(Region.EU_CENTRAL_1)
                      .credentialsProvider(CREDENTIALS)
                      .build()) {
                presigner.presignPutObject(
                    presign ->
                        presign
                            .signatureDuration(Duration.ofMinutes(1))
                            .putObjectRequest(put -> put.bucket("files").key("a")));
              }
            }));
  }

  /** The driver connects on a thread of its own when it may wait for so long only. */
  @Test
  void aConnectionToTheDatabaseIsNotedWithItsUser() throws IOException {
    String url = DatabaseSockets.in("jdbc:postgresql://" + NOBODY + "/shop?loginTimeout=5");
    assertEquals(
        List.of(
            "{\"function\":\"Work\",\"service\":\"rds-db\",\"operation\":\"connect\",\"on\":{\"User\":\"app\"}}"),
        notedDuring(
            () ->
                assertThrows(
                    SQLException.class, () -> DriverManager.getConnection(url, "app", ""))));
  }
}
