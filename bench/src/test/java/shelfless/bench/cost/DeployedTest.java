package shelfless.bench.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the model says is deployed is what {@code template.yaml} deploys. */
final class DeployedTest {
  private static final Pattern FUNCTION =
      Pattern.compile("(?m)^  ([A-Z]\\w+):\\n    Type: AWS::Serverless::Function\\n");
  private final String template = read("template.yaml");

  @Test
  void thereAreAsManyOfEachAsTheTemplateHas() {
    assertEquals(Size.SECRETS, count("Type: AWS::SecretsManager::Secret\\n") + 1);
    assertTrue(template.contains("ManageMasterUserPassword: true"));
    assertEquals(Size.DASHBOARDS, count("Type: AWS::CloudWatch::Dashboard\\n"));
    assertEquals(Size.QUEUES, count("Type: SQS\\n"));
    assertEquals(Size.SNAPSTART_FUNCTIONS, count("ApplyOn: !If \\[UsesSnapStart,"));
    assertEquals(Size.BUSINESS.natGateways, count("Type: AWS::EC2::NatGateway\\n"));
    assertEquals(Size.BUSINESS.publicAddresses, count("Type: AWS::EC2::EIP\\n"));
    assertEquals(Size.BUSINESS.databaseInstances, count("Type: AWS::RDS::DBInstance\\n"));
    assertEquals(Size.WAF_RULES, matches(read("edge.yaml"), "(?m)^          Priority: \\d\\n"));
  }

  @Test
  void alarmsWatchAsManyMetrics_oneOfThemTwo() {
    int alarms = count("Type: AWS::CloudWatch::Alarm\\n");
    int ofBusinessOnly = count("Type: AWS::CloudWatch::Alarm\\n    Condition: MakesProxy\\n");
    assertEquals(2, count("ReturnData: false\\n"));
    assertEquals(Size.BUSINESS.alarmMetrics, alarms + 1);
    assertEquals(Size.HOBBY.alarmMetrics, alarms - ofBusinessOnly + 1);
  }

  @Test
  void metricsOfOnesOwnAreThoseThatAlarmsWatch() {
    Matcher names =
        Pattern.compile("Namespace: Shelfless\\n\\s+MetricName: (.+)\\n").matcher(template);
    assertEquals(Size.METRICS, names.results().map(name -> name.group(1)).distinct().count());
  }

  @Test
  void theDatabaseHasTheCapacityThatTheTemplateGivesIt() {
    assertTrue(
        template.contains(
            "MinCapacity: !If [IsBusiness, %s, %s]"
                .formatted(Size.BUSINESS.leastCapacity, Size.HOBBY.leastCapacity)));
    assertTrue(
        template.contains(
            "SecondsUntilAutoPause: !If [IsBusiness, !Ref AWS::NoValue, %d]"
                .formatted(Size.HOBBY.secondsUntilPause)));
    assertEquals(Size.MOST_CAPACITY.toString(), defaultOf("MaximumDatabaseCapacity"));
    assertTrue(template.contains("InstanceType: t4g.nano\n"));
    assertTrue(template.contains("VolumeSize: " + Size.DISK + "\n"));
  }

  @Test
  void theGatewayLetsThroughAsManyCalls() {
    for (Size size : Size.values()) {
      assertTrue(
          Pattern.compile("    %s: \\{Rate: %d,".formatted(size, size.callsPerSecond))
              .matcher(template)
              .find());
    }
  }

  @Test
  void functionsHaveOneGigabyte() {
    assertEquals(0, Assumptions.read().get("memory_gb").intValueExact() - 1);
    assertEquals(1, count("MemorySize: 1024\\n"));
    assertEquals(1, count("MemorySize: "));
  }

  @Test
  void sweepsRunAsOftenAsTheirSchedulesSay() {
    for (Size size : Size.values()) {
      Map<String, Integer> expected = new HashMap<>();
      functions()
          .forEach(
              (name, body) -> {
                Matcher schedule =
                    Pattern.compile(
                            "ScheduleExpression: !FindInMap \\[Sweeps, !Ref Size, (\\w+)\\]")
                        .matcher(body);
                if (schedule.find()) {
                  expected.put(name, perDay(size, schedule.group(1)));
                }
              });
      assertEquals(expected, size.sweepsPerDay());
    }
    assertEquals(count("Type: ScheduleV2\\n"), Size.HOBBY.sweepsPerDay().size());
  }

  @Test
  void aSaleCallsFunctionsThatThereAre() {
    Assumptions.read()
        .calls()
        .forEach(call -> assertTrue(functions().containsKey(call.function()), call.function()));
  }

  /** Of a function's part of the template, to the next. */
  private Map<String, String> functions() {
    Map<String, String> functions = new HashMap<>();
    Matcher starts = FUNCTION.matcher(template);
    while (starts.find()) {
      Matcher next = Pattern.compile("(?m)^  [A-Z]\\w+:\\n").matcher(template);
      int end = next.find(starts.end()) ? next.start() : template.length();
      functions.put(starts.group(1), template.substring(starts.end(), end));
    }
    return functions;
  }

  private int perDay(Size size, String sweep) {
    Matcher part =
        Pattern.compile(
                "(?s)\\n    %s:(?=\\n).*?\\n      %s: (\\S.*?)\\n"
                    .formatted(size.name().toLowerCase(Locale.ROOT), sweep))
            .matcher(template.substring(template.indexOf("\n  Sweeps:\n")));
    assertTrue(part.find(), sweep);
    String schedule = part.group(1);
    Matcher rate = Pattern.compile("rate\\((\\d+) (minute|hour)s?\\)").matcher(schedule);
    if (rate.matches()) {
      int minutes = Integer.parseInt(rate.group(1)) * (rate.group(2).equals("hour") ? 60 : 1);
      return 24 * 60 / minutes;
    }
    Matcher cron =
        Pattern.compile("cron\\(\\d+ (\\d+)(/(\\d+))? \\* \\* \\? \\*\\)").matcher(schedule);
    assertTrue(cron.matches(), schedule);
    return cron.group(3) == null ? 1 : 24 / Integer.parseInt(cron.group(3));
  }

  private String defaultOf(String parameter) {
    Matcher value =
        Pattern.compile("\\n  %s:\\n    Type: \\w+\\n    Default: (\\S+)\\n".formatted(parameter))
            .matcher(template);
    assertTrue(value.find(), parameter);
    return value.group(1);
  }

  private int count(String pattern) {
    return matches(template, pattern);
  }

  private static int matches(String text, String pattern) {
    return (int) Pattern.compile(pattern).matcher(text).results().count();
  }

  /** A file of the project. */
  static String read(String file) {
    Path folder = Path.of("").toAbsolutePath();
    while (folder.getParent() != null && !Files.exists(folder.resolve(file))) {
      folder = folder.getParent();
    }
    try {
      return Files.readString(folder.resolve(file));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
