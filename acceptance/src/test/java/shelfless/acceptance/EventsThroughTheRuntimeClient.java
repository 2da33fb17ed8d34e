package shelfless.acceptance;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Each file of events/, given to its function as Lambda does it: the deployed jar unpacked, the
 * handler and the time-out of template.yaml, Lambda's own Java runtime client, and the emulator of
 * its runtime interface that {@code sam local invoke} runs in its container. Only the environment
 * is the local shop's, whose database and services stand beside.
 *
 * <p>{@code tools/check-deployment events} runs it and says where these are: {@code
 * shelfless.runtime.emulator} is the emulator's program, {@code shelfless.runtime.client} the
 * folder of the client's jars, {@code shelfless.runtime.project} the project that was built.
 */
@ExtendWith(SharedShop.class)
final class EventsThroughTheRuntimeClient {
  private static final String CALL = "/2015-03-31/functions/function/invocations";
  private static final Duration START = Duration.ofSeconds(30);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final Shop shop;
  private final Template template = Template.read();
  private final Path emulator = path("emulator");
  private final Path client = path("client");
  private final Path project = path("project");
  private final Path unpacked = ShopProcess.project().resolve("acceptance/target/functions");

  EventsThroughTheRuntimeClient(Shop shop) {
    this.shop = shop;
  }

  private static Path path(String name) {
    return Path.of(
        requireNonNull(
            System.getProperty("shelfless.runtime." + name),
            "shelfless.runtime." + name + " is not set; tools/check-deployment events does it"));
  }

  @Test
  void eachFunctionAnswersItsEventAsOnTheLocalShop() throws Exception {
    JsonNode environments = Json.parse(Files.readString(shop.data().resolve("functions.json")));
    List<String> faults = new ArrayList<>();
    int done = 0;
    for (String function : Events.names()) {
      JsonNode here = Events.run(shop, function);
      JsonNode there;
      try (Runtime runtime = new Runtime(function, environments.path(function))) {
        there = runtime.call(Events.read(shop, function).toString());
      }
      Events.fault(template, function, there).ifPresent(faults::add);
      if (here.path("statusCode").asInt() != there.path("statusCode").asInt()) {
        faults.add(function + " answers otherwise: " + there + ", and on the local shop: " + here);
      }
      done++;
    }
    assertEquals(List.of(), faults);
    System.out.printf("%d events went through the runtime client.%n", done);
  }

  /** One execution environment of Lambda's. */
  private final class Runtime implements AutoCloseable {
    private final Process process;
    private final URI address;
    private final Path log;

    Runtime(String function, JsonNode environment) throws IOException {
      int port = freePort();
      address = URI.create("http://127.0.0.1:" + port + CALL);
      String handler = template.properties(function).path("Handler").asText();
      Path code = unpack(template.properties(function).path("CodeUri").asText());
      log = unpacked.resolve(function + ".log");
      ProcessBuilder builder =
          new ProcessBuilder(
              emulator.toString(),
              "--runtime-interface-emulator-address",
              "127.0.0.1:" + port,
              "--runtime-api-address",
              "127.0.0.1:" + freePort(),
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              // As the managed runtime has it.
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-Xshare:auto",
              "-classpath",
              client + "/*",
              "com.amazonaws.services.lambda.runtime.api.client.AWSLambda",
              handler);
      Map<String, String> variables = builder.environment();
      variables.clear();
      variables.putAll(
          Map.of(
              "LAMBDA_TASK_ROOT",
              code.toString(),
              "AWS_LAMBDA_FUNCTION_TIMEOUT",
              String.valueOf(template.timeout(function)),
              "AWS_LAMBDA_FUNCTION_HANDLER",
              handler));
      Map<String, String> own = new HashMap<>();
      environment.properties().forEach(each -> own.put(each.getKey(), each.getValue().asText()));
      // The emulator says itself which handler.
      own.remove("_HANDLER");
      variables.putAll(own);
      builder.directory(code.toFile());
      builder.redirectErrorStream(true);
      builder.redirectOutput(log.toFile());
      process = builder.start();
    }

    /** Calls the function, as soon as the emulator listens. */
    JsonNode call(String event) throws IOException, InterruptedException {
      HttpRequest request =
          HttpRequest.newBuilder(address)
              .timeout(Duration.ofSeconds(60))
              .POST(BodyPublishers.ofString(event))
              .build();
      long deadline = System.nanoTime() + START.toNanos();
      while (true) {
        try {
          return Json.parse(HTTP.send(request, BodyHandlers.ofString()).body());
        } catch (ConnectException notYet) {
          boolean ended = process.waitFor(20, TimeUnit.MILLISECONDS);
          if (ended || System.nanoTime() > deadline) {
            throw new IOException("The emulator does not start: " + Files.readString(log), notYet);
          }
        }
      }
    }

    @Override
    public void close() throws InterruptedException {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      process.waitFor(10, TimeUnit.SECONDS);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  /** The jar as Lambda lays it out: unpacked in a folder, once for all functions that it has. */
  private Path unpack(String jar) {
    Path folder = unpacked.resolve(Path.of(jar).getFileName().toString());
    if (Files.exists(folder)) {
      return folder;
    }
    try {
      Files.createDirectories(unpacked);
      Path draft = Files.createTempDirectory(unpacked, "draft");
      try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(project.resolve(jar)))) {
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
          Path file = draft.resolve(entry.getName()).normalize();
          if (!file.startsWith(draft)) {
            throw new IOException(jar + " has an entry outside of it: " + entry.getName());
          }
          if (entry.isDirectory()) {
            Files.createDirectories(file);
          } else {
            Files.createDirectories(file.getParent());
            Files.copy(zip, file);
          }
        }
      }
      return Files.move(draft, folder);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
