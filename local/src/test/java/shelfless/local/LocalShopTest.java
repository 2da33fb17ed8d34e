package shelfless.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shelfless.local.probe.Sweep;
import shelfless.local.probe.Work;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sesv2.SesV2Client;
import software.amazon.awssdk.services.sesv2.model.SesV2Exception;
import software.amazon.awssdk.services.sqs.SqsClient;

/** One shop of small functions, started once, seen through its addresses. */
class LocalShopTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir static Path folder;
  private static LocalShop shop;
  private static JsonNode addresses;

  private static LocalSettings settings(int port, Path data) {
    return new LocalSettings(
        port,
        data,
        false,
        Path.of("src/test/project"),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  @BeforeAll
  static void start() throws Exception {
    shop = new LocalShop(settings(0, folder.resolve("data")));
    shop.start();
    addresses = Json.parse(Files.readAllBytes(folder.resolve("data/local.json")));
  }

  @AfterAll
  static void stop() {
    shop.close();
    assertFalse(Files.exists(folder.resolve("data/local.json")));
  }

  private static HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(addresses.path("base_url").asText() + path))
            .method(method, BodyPublishers.ofString(body))
            .header("Content-Type", "application/json")
            .build(),
        BodyHandlers.ofString());
  }

  private static JsonNode local(String method, String path, String body)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = send(method, path, body);
    assertEquals(200, answer.statusCode(), answer.body());
    return Json.parse(answer.body());
  }

  private static <B extends AwsClientBuilder<B, C>, C> C client(B builder, String endpoint) {
    return builder
        .endpointOverride(URI.create(endpoint))
        .region(Region.of(addresses.path("aws_region").asText()))
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(
                    addresses.path("aws_access_key_id").asText(),
                    addresses.path("aws_secret_access_key").asText())))
        .build();
  }

  @Test
  void localJsonHoldsAllAddressesAndIsForItsOwnerOnly() throws IOException {
    for (String name :
        new String[] {
          "base_url",
          "payments_url",
          "mail_url",
          "database_url",
          "app_database_url",
          "s3_endpoint",
          "sqs_endpoint",
          "admin_email",
          "admin_password",
          "admin_api_key"
        }) {
      assertFalse(addresses.path(name).asText().isEmpty(), name);
    }
    for (String file : new String[] {"local.json", "secrets.json"}) {
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(
              Files.getPosixFilePermissions(folder.resolve("data").resolve(file))));
    }
  }

  @Test
  void theRolesSignInToTheDatabase_andOnlyTheOwnerMakesTables() throws Exception {
    String base = addresses.path("app_database_url").asText().replaceFirst("^.*@", "");
    for (String role : new String[] {"migrator", "app", "reader", "postgres"}) {
      try (Connection connection =
              DriverManager.getConnection("jdbc:postgresql://" + base, role, "");
          Statement statement = connection.createStatement();
          ResultSet result =
              statement.executeQuery(
                  "select has_database_privilege(current_user, current_database(), 'create')")) {
        assertTrue(result.next());
        assertEquals(
            role.equals("migrator") || role.equals("postgres"), result.getBoolean(1), role);
      }
    }
  }

  @Test
  void headersOfMoreThanTenKilobytesAre431() throws Exception {
    assertEquals(200, echoWithHeader("X-Large", "x".repeat(9_000)).statusCode());
    assertEquals(431, echoWithHeader("X-Large", "x".repeat(10_240)).statusCode());
  }

  @Test
  void aPageOfAnotherSiteCanNotPlayWithTheShop() throws Exception {
    URI functions = URI.create(addresses.path("base_url").asText() + "/_local/functions");
    for (String origin : List.of("https://elsewhere.example", "null")) {
      assertEquals(403, get(functions, "Origin", origin).statusCode());
    }
    assertEquals(200, get(functions, "Origin", "http://127.0.0.1:8080").statusCode());
  }

  private static HttpResponse<String> echoWithHeader(String name, String value)
      throws IOException, InterruptedException {
    return get(URI.create(addresses.path("base_url").asText() + "/echo/x"), name, value);
  }

  private static HttpResponse<String> get(URI uri, String name, String value)
      throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(uri).header(name, value).build(), BodyHandlers.ofString());
  }

  @Test
  void aRequestReachesItsFunction_andTheAnswerComesBack() throws Exception {
    HttpResponse<String> answer = send("GET", "/echo/a%20b?x=1&x=2", "");
    assertEquals(200, answer.statusCode());
    assertEquals("application/json", answer.headers().firstValue("content-type").orElse(""));
    JsonNode event = Json.parse(answer.body());
    assertEquals("a b", event.path("pathParameters").path("name").asText());
    assertEquals("x=1&x=2", event.path("rawQueryString").asText());
    assertTrue(
        event
            .path("headers")
            .path("cloudfront-viewer-address")
            .asText()
            .matches("127\\.0\\.0\\.1:\\d+"));
  }

  @Test
  void aBodyOfOneMegabyteReachesItsFunction() throws Exception {
    String body = "{\"text\":\"" + "x".repeat(1024 * 1024) + "\"}";
    assertEquals(body, Json.parse(send("POST", "/echo/big", body).body()).path("body").asText());
  }

  @Test
  void whatApiGatewayRefusesIsRefusedAsItDoes() throws Exception {
    HttpResponse<String> unknown = send("GET", "/nothing", "");
    assertEquals(404, unknown.statusCode());
    assertEquals("{\"message\":\"Not Found\"}", unknown.body());
    assertEquals(413, send("POST", "/echo/big", "x".repeat(10 * 1024 * 1024 + 1)).statusCode());
    HttpResponse<String> failed = send("GET", "/fail", "");
    assertEquals(500, failed.statusCode());
    assertEquals("{\"message\":\"Internal Server Error\"}", failed.body());
    HttpResponse<String> late = send("GET", "/slow", "");
    assertEquals(500, late.statusCode());
  }

  @Test
  void functionsAreCountedAndCalledByTheirRawEvent() throws Exception {
    JsonNode answer = local("POST", "/_local/functions/Echo/invoke", "{\"a\":1}");
    assertEquals("{\"a\":1}", answer.path("body").asText());
    assertEquals(
        "as always",
        local("POST", "/_local/functions/Fail/invoke", "{}").path("errorMessage").asText());
    JsonNode fail = Json.object();
    for (JsonNode function : local("GET", "/_local/functions", "").path("data")) {
      if (function.path("id").asText().equals("Fail")) {
        fail = function;
      }
    }
    assertTrue(fail.path("calls").asInt() > 0);
    assertEquals(fail.path("calls"), fail.path("errors"));
    assertEquals(404, send("POST", "/_local/functions/Nothing/invoke", "{}").statusCode());
  }

  @Test
  void theClockGoesForwardOnly_andWhatCameDueRanBeforeTheAnswer() throws Exception {
    int before = Sweep.EVENTS.size();
    local("PUT", "/_local/clock", "{\"advance\":\"PT1H\"}");
    assertEquals(before + 1, Sweep.EVENTS.size());
    local("POST", "/_local/schedules/Sweep/run", "");
    assertEquals(before + 2, Sweep.EVENTS.size());
    assertEquals(400, send("PUT", "/_local/clock", "{\"advance\":\"-PT1H\"}").statusCode());
    assertEquals(400, send("PUT", "/_local/clock", "{\"advance\":\"tomorrow\"}").statusCode());
    assertEquals(400, send("PUT", "/_local/clock", "{}").statusCode());
    assertEquals(404, send("POST", "/_local/schedules/Echo/run", "").statusCode());
  }

  @Test
  void aMistakeInACallIsExplained() throws Exception {
    assertEquals(404, send("GET", "/_local/nothing", "").statusCode());
    assertEquals(405, send("DELETE", "/_local/clock", "").statusCode());
    assertEquals(400, send("PUT", "/_local/s3/faults", "{\"fial\":1}").statusCode());
    assertEquals(400, send("PUT", "/_local/s3/faults", "{\"fail\":2}").statusCode());
    HttpResponse<String> malformed = send("PUT", "/_local/s3/faults", "{");
    assertEquals(400, malformed.statusCode());
    assertTrue(Json.parse(malformed.body()).path("message").asText().contains("not JSON"));
  }

  @Test
  void messagesReachTheirFunction_andQueuesAreCounted() throws Exception {
    JsonNode queue = local("GET", "/_local/queues", "").path("data").path(0);
    assertEquals("WorkQueue", queue.path("id").asText());
    assertEquals(0, queue.path("depth").asInt());
    assertEquals(0, queue.path("dead_letters").asInt());
    try (var sqs = client(SqsClient.builder(), addresses.path("sqs_endpoint").asText())) {
      String url = sqs.getQueueUrl(request -> request.queueName("WorkQueue")).queueUrl();
      assertTrue(url.startsWith(addresses.path("sqs_endpoint").asText()), url);
      sqs.sendMessage(request -> request.queueUrl(url).messageBody("good, through the shop"));
    }
    for (int i = 0; i < 100; i++) {
      if (Work.SEEN.stream().anyMatch(m -> m.path("body").asText().endsWith("the shop"))) {
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError("The message did not arrive");
  }

  @Test
  void filesStayWhatTheyWere_andAnUnsignedRequestIsRefused() throws Exception {
    String endpoint = addresses.path("s3_endpoint").asText();
    try (S3Client s3 = client(S3Client.builder(), endpoint)) {
      s3.putObject(
          request -> request.bucket("shelfless-assetbucket").key("a b/ü.txt"),
          RequestBody.fromString("text"));
      assertEquals(
          "text",
          s3.getObjectAsBytes(request -> request.bucket("shelfless-assetbucket").key("a b/ü.txt"))
              .asUtf8String());
    }
    HttpResponse<String> unsigned =
        HTTP.send(
            HttpRequest.newBuilder(URI.create(endpoint + "/shelfless-assetbucket/a%20b/%C3%BC.txt"))
                .build(),
            BodyHandlers.ofString());
    assertEquals(403, unsigned.statusCode());
  }

  @Test
  void aServiceFailsAsItsKnobSays() throws Exception {
    try (S3Client s3 = client(S3Client.builder(), addresses.path("s3_endpoint").asText())) {
      local("PUT", "/_local/s3/faults", "{\"fail\":1}");
      assertThrows(SdkException.class, s3::listBuckets);
      local("PUT", "/_local/s3/faults", "{\"lose_answers\":1}");
      assertThrows(
          SdkException.class,
          () ->
              s3.putObject(
                  request -> request.bucket("shelfless-assetbucket").key("lost"),
                  RequestBody.fromString("done")));
      local("PUT", "/_local/s3/faults", "{}");
      assertEquals(
          "done",
          s3.getObjectAsBytes(request -> request.bucket("shelfless-assetbucket").key("lost"))
              .asUtf8String());
    }
  }

  @Test
  void sentMailsAreInTheBox_withTheirLinks() throws Exception {
    try (SesV2Client ses = client(SesV2Client.builder(), addresses.path("ses_endpoint").asText())) {
      mail(ses, "Ann@Example.com", "First", "See http://127.0.0.1:8080/downloads/1.");
      mail(ses, "ann@example.com", "Second <b>", "no links");
      mail(ses, "bob@example.com", "Third", "no links");
      local("PUT", "/_local/mail/faults", "{\"fail\":1}");
      assertThrows(SesV2Exception.class, () -> mail(ses, "ann@example.com", "Lost", "lost"));
      local("PUT", "/_local/mail/faults", "{}");
    }
    JsonNode mails = local("GET", "/_local/mails?to=ann@example.com", "").path("data");
    assertEquals(2, mails.size());
    assertEquals("Second <b>", mails.path(0).path("subject").asText());
    assertEquals(
        Json.parse("[\"http://127.0.0.1:8080/downloads/1\",\"https://example.com/?a=1&b=2\"]"),
        mails.path(1).path("links"));
    String page =
        HTTP.send(
                HttpRequest.newBuilder(URI.create(addresses.path("mail_url").asText())).build(),
                BodyHandlers.ofString())
            .body();
    assertTrue(page.contains("Second &lt;b&gt;"), page);
  }

  private static void mail(SesV2Client ses, String to, String subject, String text) {
    ses.sendEmail(
        request ->
            request
                .fromEmailAddress("shop@example.com")
                .destination(destination -> destination.toAddresses(to))
                .content(
                    content ->
                        content.simple(
                            simple ->
                                simple
                                    .subject(data -> data.data(subject))
                                    .body(
                                        body ->
                                            body.text(data -> data.data(text))
                                                .html(
                                                    data ->
                                                        data.data(
                                                            "<a href=\"https://example.com/?a=1&amp;b=2\">x</a>"))))));
  }

  @Test
  void aTakenPortIsToldInOneLine() throws Exception {
    try (ServerSocket other = new ServerSocket(0)) {
      StartException refused =
          assertThrows(
              StartException.class,
              () -> new LocalShop(settings(other.getLocalPort(), folder.resolve("other"))).start());
      assertEquals(
          "Port "
              + other.getLocalPort()
              + " is taken by another program: stop it, or set SHELFLESS_PORT to another port.",
          refused.getMessage());
    }
  }

  @Test
  void aFolderThatIsInUseOrCannotBeWrittenIsToldInOneLine() throws Exception {
    StartException inUse =
        assertThrows(
            StartException.class, () -> new LocalShop(settings(0, folder.resolve("data"))).start());
    assertTrue(String.valueOf(inUse.getMessage()).startsWith("Another shop runs on "));
    Path file = Files.createFile(folder.resolve("file"));
    StartException unwritable =
        assertThrows(
            StartException.class, () -> new LocalShop(settings(0, file.resolve("data"))).start());
    assertTrue(String.valueOf(unwritable.getMessage()).contains("cannot be written"));
  }
}
