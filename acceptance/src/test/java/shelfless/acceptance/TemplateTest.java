package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the tools that look at template.yaml do not see. */
final class TemplateTest {
  private static final String VISIBLE = "ApproximateNumberOfMessagesVisible";
  private static final String ANYWHERE = "0.0.0.0/0";

  private Template template = Template.read();

  /** Asks the same of another one. */
  TemplateTest of(Template other) {
    template = other;
    return this;
  }

  @Test
  void aQueuesMessagesStayHiddenForSixTimesTheFunctionsTimeOut_andThenGoToADeadLetterQueue() {
    TreeSet<String> read = new TreeSet<>();
    template
        .functions()
        .keySet()
        .forEach(
            function -> {
              for (JsonNode event : template.events(function, "SQS")) {
                String queue = event.path("Queue").asText().replaceFirst("\\.Arn$", "");
                read.add(queue);
                JsonNode properties = template.properties(queue);
                assertTrue(
                    properties.path("VisibilityTimeout").asInt(30)
                        >= 6 * template.timeout(function),
                    queue + " hides messages too shortly for " + function);
                assertEquals(
                    "ReportBatchItemFailures",
                    event.path("FunctionResponseTypes").path(0).asText(),
                    function + " answers for a batch as a whole");
                String dead =
                    properties
                        .path("RedrivePolicy")
                        .path("deadLetterTargetArn")
                        .asText()
                        .replaceFirst("\\.Arn$", "");
                assertEquals(queue.replaceFirst("Queue$", "DeadLetterQueue"), dead);
                assertTrue(properties.path("RedrivePolicy").path("maxReceiveCount").asInt() >= 3);
                int kept = properties.path("MessageRetentionPeriod").asInt(345_600);
                assertTrue(
                    template.properties(dead).path("MessageRetentionPeriod").asInt(345_600) > kept,
                    "dead letters of " + queue + " keep the age that they had");
              }
            });
    assertEquals(
        new TreeSet<>(List.of("AssetQueue", "FulfillmentQueue", "MailQueue")),
        read,
        "every queue is read");
  }

  @Test
  void aSchedulesExpressionIsOne() {
    List<String> expressions = new ArrayList<>();
    template
        .functions()
        .keySet()
        .forEach(
            function ->
                template
                    .events(function, "ScheduleV2")
                    .forEach(event -> expressions.addAll(expressions(event))));
    assertFalse(expressions.isEmpty());
    expressions.forEach(each -> assertTrue(isSchedule(each), each));
    // The check itself.
    for (String wrong :
        List.of(
            "rate(1 minutes)",
            "rate(5 minute)",
            "rate(0 hours)",
            "rate 5 minutes",
            "cron(0 3 * * *)",
            "cron(0 3 * * * *)",
            "cron(61 3 * * ? *)",
            "cron(0 3 ? * ? *)",
            "cron(0 24 * * ? *)",
            "at(now)")) {
      assertFalse(isSchedule(wrong), wrong);
    }
  }

  /** In each size of the shop. */
  private List<String> expressions(JsonNode schedule) {
    String sweep = schedule.path("ScheduleExpression").path(2).asText();
    List<String> expressions = template.mappings().path("Sweeps").findValuesAsText(sweep);
    assertEquals(2, expressions.size(), sweep);
    return expressions;
  }

  private static boolean isSchedule(String expression) {
    Matcher rate = Pattern.compile("rate\\((\\d+) (minute|hour|day)(s?)\\)").matcher(expression);
    if (rate.matches()) {
      int value = Integer.parseInt(rate.group(1));
      return value > 0 && (value == 1) == rate.group(3).isEmpty();
    }
    Matcher cron =
        Pattern.compile(
                "cron\\(([0-5]?\\d|\\*|\\*/\\d+) (([01]?\\d|2[0-3]|\\*)(/\\d+)?) (\\S+) (\\S+) (\\S+) (\\S+)\\)")
            .matcher(expression);
    return cron.matches() && cron.group(5).equals("?") != cron.group(7).equals("?");
  }

  @Test
  void anAlarmSaysWhatToDoAndIsNotSetOffBySilence() {
    Map<String, JsonNode> alarms = template.resources("AWS::CloudWatch::Alarm");
    assertFalse(alarms.isEmpty());
    alarms.forEach(
        (id, alarm) -> {
          assertTrue(alarm.path("AlarmDescription").asText().length() > 100, id);
          assertTrue(alarm.path("AlarmDescription").asText().length() <= 1024, id);
          assertEquals("notBreaching", alarm.path("TreatMissingData").asText(), id);
          assertFalse(alarm.path("AlarmActions").isEmpty(), id + " tells nobody");
          for (JsonNode dimension : alarm.path("Dimensions")) {
            if (dimension.path("Name").asText().equals("FunctionName")) {
              assertTrue(template.functions().containsKey(dimension.path("Value").asText()), id);
            }
          }
        });
  }

  @Test
  void everyQueueIsReadOrHoldsDeadLetters_andOneDeadLetterSetsOffAnAlarm() {
    Set<String> read = new TreeSet<>();
    for (String function : template.functions().keySet()) {
      template
          .events(function, "SQS")
          .forEach(event -> read.add(event.path("Queue").asText().replaceFirst("\\.Arn$", "")));
    }
    Map<String, JsonNode> queues = template.resources("AWS::SQS::Queue");
    Set<String> dead = new TreeSet<>(queues.keySet());
    dead.removeAll(read);
    for (String queue : read) {
      String target = template.properties(queue).at("/RedrivePolicy/deadLetterTargetArn").asText();
      assertTrue(dead.contains(target.replaceFirst("\\.Arn$", "")), queue);
    }
    for (String queue : dead) {
      assertTrue(
          template.resources("AWS::CloudWatch::Alarm").values().stream()
              .anyMatch(
                  alarm ->
                      alarm.path("Threshold").asInt() == 1
                          && alarm.path("MetricName").asText().equals(VISIBLE)
                          && alarm.at("/Dimensions/0/Value").asText().startsWith(queue + ".")),
          "nobody hears of what is in " + queue);
    }
  }

  @Test
  void everyFunctionWritesIntoALogGroupThatForgets() {
    Map<String, JsonNode> groups = template.resources("AWS::Logs::LogGroup");
    assertFalse(groups.isEmpty());
    groups.forEach((id, group) -> assertTrue(group.path("RetentionInDays").asInt() > 0, id));
    JsonNode common = template.at("/Globals/Function/LoggingConfig/LogGroup");
    template
        .functions()
        .forEach(
            (id, function) ->
                assertTrue(
                    groups.containsKey(
                        function.at("/LoggingConfig/LogGroup").asText(common.asText())),
                    id + " makes a log group of its own, which keeps everything"));
  }

  @Test
  void whatCannotBeMadeAgainOutlivesTheStack() {
    template
        .resources()
        .properties()
        .forEach(
            each -> {
              String type = each.getValue().path("Type").asText();
              if (type.equals("AWS::S3::Bucket")
                  || type.equals("AWS::RDS::DBCluster")
                  || each.getKey().equals("TokenKeys")) {
                for (String policy : List.of("DeletionPolicy", "UpdateReplacePolicy")) {
                  assertTrue(
                      Set.of("Retain", "Snapshot").contains(each.getValue().path(policy).asText()),
                      each.getKey() + " has no " + policy);
                }
              }
            });
  }

  /**
   * SAM makes a new version for new code and for another template, not for another value of a
   * parameter, and Lambda makes none of a function that did not change.
   */
  @Test
  void whatIsPublishedIsPublishedAnewForOtherSettings() {
    String settings = template.properties("Schema").path("Settings").toString();
    String common = template.at("/Globals/Function/Environment/Variables").toString();
    assertTrue(common.contains("Schema.Settings"));
    assertTrue(settings.contains("\"SnapStart\""));
    template
        .functions()
        .forEach(
            (id, function) -> {
              if (function.has("SnapStart")) {
                assertEquals("live", function.path("AutoPublishAlias").asText(), id);
                assertEquals("Schema.Settings", function.path("VersionDescription").asText(), id);
                assertTrue(function.path("AutoPublishAliasAllProperties").asBoolean(), id);
                String variables = common + function.at("/Environment/Variables");
                for (String parameter : template.parameters()) {
                  if (Pattern.compile("\\b" + parameter + "\\b").matcher(variables).find()) {
                    assertTrue(
                        settings.contains('"' + parameter + '"'),
                        id + " would keep the " + parameter + " of before");
                  }
                }
              }
            });
  }

  @Test
  void nothingComesInFromAnywhere() {
    template
        .resources("AWS::EC2::SecurityGroup")
        .forEach(
            (id, group) ->
                assertFalse(
                    group
                        .path("SecurityGroupIngress")
                        .findValuesAsText("CidrIp")
                        .contains(ANYWHERE),
                    id));
    template
        .resources("AWS::EC2::SecurityGroupIngress")
        .forEach((id, rule) -> assertFalse(rule.path("CidrIp").asText().equals(ANYWHERE), id));
    Map<String, JsonNode> policies = template.resources("AWS::S3::BucketPolicy");
    for (String bucket : template.resources("AWS::S3::Bucket").keySet()) {
      assertTrue(
          policies.values().stream()
              .anyMatch(
                  policy ->
                      policy.path("Bucket").asText().equals(bucket)
                          && policy.toString().contains("\"aws:SecureTransport\":\"false\"")),
          bucket + " answers without TLS");
    }
  }

  @Test
  void whatAnswersHttpAnswersBeforeApiGatewayGivesUp() {
    template
        .functions()
        .keySet()
        .forEach(
            function -> {
              if (!template.routes(function).isEmpty()) {
                assertTrue(template.timeout(function) < 30, function);
              }
            });
  }

  @Test
  void noLogHoldsThePathAndNoBucketIsPublic() {
    String format =
        template.properties("HttpApi").path("AccessLogSettings").path("Format").asText();
    assertTrue(format.contains("$context.requestId"));
    for (String secret : List.of("path", "header", "querystring", "$context.authorizer")) {
      assertFalse(format.toLowerCase(Locale.ROOT).contains(secret), format);
    }
    Map<String, JsonNode> buckets = template.resources("AWS::S3::Bucket");
    assertFalse(buckets.isEmpty());
    buckets.forEach(
        (id, bucket) -> {
          JsonNode block = bucket.path("PublicAccessBlockConfiguration");
          assertEquals(4, block.size(), id);
          block.forEach(each -> assertTrue(each.asBoolean(), id));
        });
  }

  @Test
  void aFunctionsPoliciesNameActionsAndResourcesOneByOne() {
    template
        .functions()
        .forEach(
            (id, function) -> {
              assertNoWildcard(id, function.path("Policies"));
              function
                  .path("Environment")
                  .path("Variables")
                  .properties()
                  .forEach(
                      variable ->
                          assertFalse(
                              variable
                                  .getValue()
                                  .asText()
                                  .matches("(sk_|whsec_).*|.*PRIVATE KEY.*"),
                              id + " holds a secret in " + variable.getKey()));
            });
    for (String type : List.of("AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::IAM::Policy")) {
      template.resources(type).forEach(TemplateTest::assertNoWildcard);
    }
  }

  private static void assertNoWildcard(String id, JsonNode policies) {
    for (JsonNode statements : policies.findValues("Statement")) {
      for (JsonNode each : statements) {
        assertFalse(each.path("Action").toString().contains("*"), id);
        assertFalse(each.path("Resource").toString().contains("\"*\""), id);
      }
    }
  }
}
