package shelfless.local.template;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplateTest {
  private static final Path FILE = Path.of("src/test/project/template.yaml");
  private static final Map<String, String> REFERENCES =
      Map.of("WorkQueue", "http://127.0.0.1:1/work", "AssetBucket", "files");

  @TempDir Path folder;

  private static Template.Function function(String id) throws IOException {
    return requireNonNull(
        Template.read(FILE, Map.of("BaseUrl", "http://127.0.0.1:8080"))
            .functions(REFERENCES)
            .get(id));
  }

  @Test
  void aFunctionHasTheVariablesOfTheGlobalsAndItsOwn_workedOut() throws IOException {
    assertEquals(
        Map.of(
            "BASE_URL", "http://127.0.0.1:8080",
            "DATABASE_URL", "jdbc:postgresql://database.example.com:5432/shelfless",
            "WORK_QUEUE_URL", "http://127.0.0.1:1/work",
            "BUCKET", "files/eu-central-1",
            "SIZE", "small",
            "JOINED", "a-dev"),
        function("Echo").environment());
  }

  @Test
  void aFunctionHasItsHandlerTimeoutRoutesQueuesAndSchedules() throws IOException {
    Template.Function echo = function("Echo");
    assertEquals("shelfless.local.probe.Echo", echo.handlerClass());
    assertEquals(Duration.ofSeconds(5), echo.timeout());
    assertEquals(
        List.of("GET /echo/{name}", "POST /echo/{name}"),
        echo.routes().stream().map(Template.Route::key).toList());
    assertEquals(Duration.ofSeconds(1), function("Slow").timeout());
    assertEquals(Optional.of(2), function("Slow").reservedConcurrency());
    assertEquals(
        List.of(new Template.QueueSource("WorkQueue", 10, true, 10)), function("Work").queues());
    Template.Schedule sweep = function("Sweep").schedules().getFirst();
    assertEquals("Sweep", sweep.id());
    assertEquals(ScheduleExpression.parse("rate(5 minutes)"), sweep.expression());
    assertTrue(sweep.enabled());
  }

  @Test
  void aQueueHasItsVisibilityTimeoutAndItsDeadLetterQueue() throws IOException {
    Template template = Template.read(FILE, Map.of());
    Template.Queue work = requireNonNull(template.queues().get("WorkQueue"));
    assertEquals(Duration.ofSeconds(1), work.visibilityTimeout());
    assertEquals(Optional.of(new Template.Redrive("WorkDeadLetterQueue", 2)), work.redrive());
    assertEquals(List.of("AssetBucket"), template.buckets());
    assertEquals(
        List.of("TokenKeys", "StripeKeys", "DownloadSigningKey", "OwnerSecret"),
        template.secrets());
  }

  @Test
  void aFunctionsPoliciesAreWorkedOut_andWhatOnlyAwsKnowsStandsForAnything() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("template.yaml"),
            """
            Parameters:
              Sender: {Type: String, Default: shop@example.com}
              Large: {Type: String, Default: no}
            Conditions:
              IsLarge: !Equals [!Ref Large, yes]
            Resources:
              Orders: {Type: AWS::SQS::Queue}
              Keys: {Type: AWS::SecretsManager::Secret}
              SignIn:
                Type: AWS::IAM::ManagedPolicy
                Properties:
                  PolicyDocument:
                    Statement:
                      Effect: Allow
                      Action: rds-db:connect
                      Resource: !Sub "arn:aws:rds-db:${AWS::Region}:1:dbuser:${Cluster.Id}/app"
              Work:
                Type: AWS::Serverless::Function
                Properties:
                  Handler: shelfless.Work
                  Policies:
                    - !Ref SignIn
                    - !If [IsLarge, {Statement: []}, !Ref AWS::NoValue]
                    - Statement:
                        - Effect: Allow
                          Action: [sqs:SendMessage, sqs:DeleteMessage]
                          Resource: !GetAtt Orders.Arn
                        - Effect: Allow
                          Action: secretsmanager:GetSecretValue
                          Resource: !Ref Keys
                          Condition:
                            StringEquals: {"a:b": !Ref Sender}
            """);
    assertEquals(
        List.of(
            new Template.Grant(
                "Work", "rds-db:connect", "arn:aws:rds-db:eu-central-1:1:dbuser:*/app", Map.of()),
            new Template.Grant("Work", "sqs:SendMessage", Template.arn("sqs", "Orders"), Map.of()),
            new Template.Grant(
                "Work", "sqs:DeleteMessage", Template.arn("sqs", "Orders"), Map.of()),
            new Template.Grant(
                "Work",
                "secretsmanager:GetSecretValue",
                "keys",
                Map.of("StringEquals", Map.of("a:b", List.of("shop@example.com"))))),
        Template.read(file, Map.of()).grants(Map.of("Keys", "keys")));
  }

  @Test
  void aResourceWhoseConditionFailsIsLeftOut() throws IOException {
    assertFalse(Template.read(FILE, Map.of()).queues().containsKey("OnlyInProduction"));
    assertTrue(
        Template.read(FILE, Map.of("Stage", "prod")).queues().containsKey("OnlyInProduction"));
  }

  @Test
  void anEventThatIsNotKnownIsAnErrorThatNamesItsLine() throws IOException {
    assertEquals(
        "template.yaml, line 8: the local runtime does not know events of type SNS",
        errorOf(
            """
            Resources:
              Listen:
                Type: AWS::Serverless::Function
                Properties:
                  Handler: shelfless.Listen
                  Events:
                    Topic:
                      Type: SNS
            """));
  }

  @Test
  void anIntrinsicThatIsNotKnownIsAnErrorThatNamesItsLine() throws IOException {
    assertEquals(
        "template.yaml, line 8: the local runtime does not know Fn::Cidr in this place",
        errorOf(
            """
            Resources:
              Listen:
                Type: AWS::Serverless::Function
                Properties:
                  Handler: shelfless.Listen
                  Environment:
                    Variables:
                      NETWORK: !Cidr [10.0.0.0/16, 1, 8]
            """));
  }

  @Test
  void aReferenceToWhatOnlyAwsKnowsIsAnErrorThatNamesItsLine() throws IOException {
    assertEquals(
        "template.yaml, line 8: on one machine there is no value for Cluster.Endpoint",
        errorOf(
            """
            Resources:
              Listen:
                Type: AWS::Serverless::Function
                Properties:
                  Handler: shelfless.Listen
                  Environment:
                    Variables:
                      HOST: !GetAtt Cluster.Endpoint
            """));
  }

  @Test
  void aResourceThatWouldBeLostIsAnErrorThatNamesItsLine() throws IOException {
    assertEquals(
        "template.yaml, line 3: the local runtime does not know resources of type AWS::Events::Rule",
        errorOf(
            """
            Resources:
              Rule:
                Type: AWS::Events::Rule
            """));
  }

  @Test
  void malformedYamlIsAnErrorThatNamesItsLine() throws IOException {
    assertTrue(errorOf("Resources:\n  A: [1,\n").startsWith("template.yaml, line "));
  }

  private String errorOf(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("template.yaml"), text);
    return String.valueOf(
        assertThrows(
                TemplateException.class, () -> Template.read(file, Map.of()).functions(Map.of()))
            .getMessage());
  }
}
