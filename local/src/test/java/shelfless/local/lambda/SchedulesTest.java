package shelfless.local.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shelfless.local.Json;
import shelfless.local.ShopClock;
import shelfless.local.probe.Sweep;
import shelfless.local.template.Template;

class SchedulesTest {
  @TempDir Path folder;
  private ShopClock clock;
  private FunctionLog log;
  private AwsCalls awsCalls;
  private FunctionRunner runner;
  private Map<String, Template.Function> functions;

  @BeforeEach
  void start() throws IOException {
    Sweep.EVENTS.clear();
    clock = ShopClock.open(folder.resolve("clock.json"));
    log = FunctionLog.open(folder.resolve("functions.log"));
    awsCalls = AwsCalls.open(folder.resolve("aws-calls.jsonl"));
    functions =
        Template.read(Path.of("src/test/project/template.yaml"), Map.of())
            .functions(Map.of("WorkQueue", "", "AssetBucket", ""));
    runner = new FunctionRunner(functions, Map.of(), clock, log, awsCalls);
  }

  @AfterEach
  void stop() throws IOException {
    runner.close();
    log.close();
    awsCalls.close();
  }

  private Schedules schedules() throws IOException {
    return new Schedules(functions.values(), runner, clock, folder.resolve("schedules.json"));
  }

  @Test
  void whatCameDueSeveralTimesRunsOnce() throws IOException {
    Schedules schedules = schedules();
    schedules.runDue();
    assertEquals(0, Sweep.EVENTS.size());
    clock.advance(Duration.ofHours(1));
    schedules.runDue();
    schedules.runDue();
    assertEquals(1, Sweep.EVENTS.size());
  }

  @Test
  void whatCameDueWhileTheShopWasStoppedRunsAtTheNextStart() throws IOException {
    schedules();
    clock.advance(Duration.ofMinutes(4));
    schedules().runDue();
    assertEquals(0, Sweep.EVENTS.size());
    clock.advance(Duration.ofMinutes(2));
    schedules().runDue();
    assertEquals(1, Sweep.EVENTS.size());
    schedules().runDue();
    assertEquals(1, Sweep.EVENTS.size());
  }

  @Test
  void theEventIsTheOneThatEventBridgeSchedulerSends() throws IOException {
    Schedules schedules = schedules();
    clock.advance(Duration.ofMinutes(6));
    schedules.runDue();
    var event = Sweep.EVENTS.getFirst();
    assertEquals("Scheduled Event", event.path("detail-type").asText());
    assertEquals("aws.scheduler", event.path("source").asText());
    assertEquals(
        Json.parse("[\"arn:aws:scheduler:eu-central-1:000000000000:schedule/default/Sweep\"]"),
        event.path("resources"));
    assertEquals("{}", event.path("detail").asText());
  }
}
