package shelfless.local.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shelfless.local.Json;
import shelfless.local.LocalException;
import shelfless.local.template.Template;

class FunctionRunnerTest {
  @TempDir Path folder;
  private FunctionLog log;
  private AwsCalls awsCalls;
  private FunctionRunner runner;

  @BeforeEach
  void start() throws IOException {
    log = FunctionLog.open(folder.resolve("functions.log"));
    awsCalls = AwsCalls.open(folder.resolve("aws-calls.jsonl"));
    runner =
        new FunctionRunner(
            Map.of(
                "Slow", function("Slow", Optional.empty()),
                "Narrow", function("Slow", Optional.of(2)),
                "Fail", function("Fail", Optional.empty()),
                "Missing", function("Missing", Optional.empty())),
            Map.of(),
            Clock.systemUTC(),
            log,
            awsCalls);
  }

  private static Template.Function function(String handler, Optional<Integer> reserved) {
    return new Template.Function(
        handler,
        "shelfless.local.probe." + handler,
        Duration.ofSeconds(1),
        128,
        reserved,
        Map.of(),
        List.of(),
        List.of(),
        List.of());
  }

  @AfterEach
  void stop() throws IOException {
    runner.close();
    log.close();
    awsCalls.close();
  }

  private static byte[] sleep(int milliseconds) {
    return Json.bytes(Json.object().put("ms", milliseconds));
  }

  private static JsonNode output(Invocation outcome) {
    return Json.parse(assertInstanceOf(Invocation.Returned.class, outcome).output());
  }

  @Test
  void callsOneAfterTheOtherUseTheSameEnvironment() {
    JsonNode first = output(runner.invoke("Slow", sleep(0)));
    JsonNode second = output(runner.invoke("Slow", sleep(0)));
    assertEquals(first.path("environment"), second.path("environment"));
    assertEquals(2, second.path("calls").asInt());
  }

  @Test
  void callsAtTheSameTimeHaveEnvironmentsOfTheirOwn() throws Exception {
    List<CompletableFuture<Invocation>> calls =
        IntStream.range(0, 5).mapToObj(i -> runner.start("Slow", sleep(200))).toList();
    Set<Integer> environments = new HashSet<>();
    calls.forEach(call -> environments.add(output(call.join()).path("environment").asInt()));
    assertEquals(5, environments.size());
  }

  @Test
  void atMost32EnvironmentsOfAFunctionLive_andMoreCallersWait() throws Exception {
    List<CompletableFuture<Invocation>> calls =
        IntStream.range(0, 40).mapToObj(i -> runner.start("Slow", sleep(150))).toList();
    Set<Integer> environments = new HashSet<>();
    calls.forEach(call -> environments.add(output(call.join()).path("environment").asInt()));
    assertEquals(32, environments.size());
  }

  @Test
  void reservedConcurrencyIsTheCap() {
    List<CompletableFuture<Invocation>> calls =
        IntStream.range(0, 6).mapToObj(i -> runner.start("Narrow", sleep(50))).toList();
    Set<Integer> environments = new HashSet<>();
    calls.forEach(call -> environments.add(output(call.join()).path("environment").asInt()));
    assertEquals(2, environments.size());
  }

  @Test
  void aCallPastItsTimeoutFails_andItsEnvironmentIsThrownAway() {
    int before = output(runner.invoke("Slow", sleep(0))).path("environment").asInt();
    Invocation.Failed failed =
        assertInstanceOf(Invocation.Failed.class, runner.invoke("Slow", sleep(5000)));
    assertTrue(failed.message().endsWith("Task timed out after 1.00 seconds"), failed.message());
    assertTrue(output(runner.invoke("Slow", sleep(0))).path("environment").asInt() != before);
  }

  @Test
  void anExceptionIsAFailureThatIsCountedAndLogged() throws Exception {
    Invocation.Failed failed =
        assertInstanceOf(
            Invocation.Failed.class, runner.invoke("Fail", "{}".getBytes(StandardCharsets.UTF_8)));
    assertEquals("as always", failed.message());
    assertEquals("java.lang.IllegalStateException", failed.type());
    assertTrue(Files.readString(folder.resolve("functions.log")).contains("as always"));
  }

  @Test
  void aFunctionWithoutItsClassFailsEachTime() {
    for (int i = 0; i < 40; i++) {
      assertInstanceOf(Invocation.Failed.class, runner.invoke("Missing", sleep(0)));
    }
  }

  @Test
  void anEventOfMoreThan6MegabytesIsRefused() {
    assertInstanceOf(Invocation.Failed.class, runner.invoke("Slow", new byte[6 * 1024 * 1024 + 1]));
  }

  @Test
  void aFunctionThatIsNotThereIsNotFound() {
    assertThrows(LocalException.class, () -> runner.invoke("Nothing", sleep(0)));
  }
}
