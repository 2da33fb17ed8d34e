package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@link TemplateTest} refuses each fault that it is there for. */
final class BrokenTemplateTest {
  /**
   * A fault.
   *
   * @param found a pattern, of whose first match a part is replaced
   * @param refusal the test that is to fail of it
   */
  private record Fault(String found, String instead, Consumer<TemplateTest> refusal) {}

  private static final List<Fault> FAULTS =
      List.of(
          new Fault(
              "VisibilityTimeout: 90",
              "VisibilityTimeout: 80",
              TemplateTest
                  ::aQueuesMessagesStayHiddenForSixTimesTheFunctionsTimeOut_andThenGoToADeadLetterQueue),
          new Fault(
              "FunctionResponseTypes: \\[ReportBatchItemFailures\\]",
              "BatchWindow: 0",
              TemplateTest
                  ::aQueuesMessagesStayHiddenForSixTimesTheFunctionsTimeOut_andThenGoToADeadLetterQueue),
          new Fault(
              "MessageRetentionPeriod: 1209600",
              "MessageRetentionPeriod: 345600",
              TemplateTest
                  ::aQueuesMessagesStayHiddenForSixTimesTheFunctionsTimeOut_andThenGoToADeadLetterQueue),
          new Fault(
              "rate\\(1 minute\\)", "rate(1 minutes)", TemplateTest::aSchedulesExpressionIsOne),
          new Fault(
              "cron\\(3 0 \\* \\* \\? \\*\\)",
              "cron(3 0 * * * *)",
              TemplateTest::aSchedulesExpressionIsOne),
          new Fault(
              "TreatMissingData: notBreaching",
              "TreatMissingData: breaching",
              TemplateTest::anAlarmSaysWhatToDoAndIsNotSetOffBySilence),
          new Fault(
              "AlarmActions: \\[!Ref Alarms\\]",
              "AlarmActions: []",
              TemplateTest::anAlarmSaysWhatToDoAndIsNotSetOffBySilence),
          new Fault(
              "Value: !Ref CheckInvariants\\n",
              "Value: !Ref CheckInvariant\n",
              TemplateTest::anAlarmSaysWhatToDoAndIsNotSetOffBySilence),
          new Fault(
              "!GetAtt MailDeadLetterQueue.QueueName",
              "!GetAtt MailQueue.QueueName",
              TemplateTest::everyQueueIsReadOrHoldsDeadLetters_andOneDeadLetterSetsOffAnAlarm),
          new Fault(
              "LogGroup: !Ref FunctionLog",
              "LogGroup: /aws/lambda/some",
              TemplateTest::everyFunctionWritesIntoALogGroupThatForgets),
          new Fault(
              "RetentionInDays: 30",
              "RetentionInDays: 0",
              TemplateTest::everyFunctionWritesIntoALogGroupThatForgets),
          new Fault(
              "(AWS::S3::Bucket\\n    DeletionPolicy): Retain",
              "$1: Delete",
              TemplateTest::whatCannotBeMadeAgainOutlivesTheStack),
          new Fault(
              "(  TokenKeys:\\n.*\\n    DeletionPolicy): Retain",
              "$1: Delete",
              TemplateTest::whatCannotBeMadeAgainOutlivesTheStack),
          new Fault(
              "VersionDescription: !GetAtt Schema.Settings",
              "Description: settings",
              TemplateTest::whatIsPublishedIsPublishedAnewForOtherSettings),
          new Fault(
              "        - !Ref ShopName\\n",
              "",
              TemplateTest::whatIsPublishedIsPublishedAnewForOtherSettings),
          new Fault(
              "aws:SecureTransport: \"false\"",
              "aws:SecureTransport: \"true\"",
              TemplateTest::nothingComesInFromAnywhere),
          new Fault(
              "\n    Timeout: 15\n",
              "\n    Timeout: 30\n",
              TemplateTest::whatAnswersHttpAnswersBeforeApiGatewayGivesUp),
          new Fault(
              "\\$context.routeKey",
              "\\$context.path",
              TemplateTest::noLogHoldsThePathAndNoBucketIsPublic),
          new Fault(
              "BlockPublicPolicy: true",
              "BlockPublicPolicy: false",
              TemplateTest::noLogHoldsThePathAndNoBucketIsPublic),
          new Fault(
              "Action: sqs:SendMessage",
              "Action: sqs:*",
              TemplateTest::aFunctionsPoliciesNameActionsAndResourcesOneByOne),
          new Fault(
              "Resource: !Ref TokenKeys",
              "Resource: \"*\"",
              TemplateTest::aFunctionsPoliciesNameActionsAndResourcesOneByOne),
          new Fault(
              "STRIPE_SECRET: !Ref StripeKeys",
              "STRIPE_SECRET: sk_live_1",
              TemplateTest::aFunctionsPoliciesNameActionsAndResourcesOneByOne));

  @Test
  void eachFaultIsRefused() {
    String sound = Template.text();
    List<String> survived = new ArrayList<>();
    for (Fault fault : FAULTS) {
      Pattern found = Pattern.compile(fault.found);
      assertTrue(found.matcher(sound).find(), fault.found + " is not there to be broken");
      Template broken = Template.of(found.matcher(sound).replaceFirst(fault.instead));
      try {
        fault.refusal.accept(new TemplateTest().of(broken));
        survived.add(fault.instead);
      } catch (AssertionError refused) {
        // As it is to be.
      }
    }
    assertEquals(List.of(), survived);
  }
}
