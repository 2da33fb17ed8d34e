package shelfless.local;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shop as a process of its own: killed, started again, stopped. */
class RestartTest {
  @TempDir Path folder;
  private @Nullable Process process;

  private JsonNode start() throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-classpath",
                System.getProperty("java.class.path"),
                "shelfless.local.Main")
            .directory(Path.of("src/test/project").toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("console").toFile());
    builder.environment().put("SHELFLESS_PORT", "0");
    builder.environment().put("SHELFLESS_DATA", folder.resolve("data").toString());
    builder.environment().put("SHELFLESS_DEMO", "false");
    Process started = builder.start();
    process = started;
    Path addresses = folder.resolve("data/local.json");
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!Files.readString(folder.resolve("console")).contains("Ctrl-C")) {
      assertTrue(
          started.isAlive() && System.nanoTime() < end,
          () -> {
            try {
              return Files.readString(folder.resolve("console"));
            } catch (IOException unreadable) {
              return unreadable.toString();
            }
          });
      Thread.sleep(50);
    }
    return Json.parse(Files.readAllBytes(addresses));
  }

  private void stop() throws InterruptedException {
    if (process != null) {
      process.destroy();
      assertTrue(process.waitFor(20, TimeUnit.SECONDS), "It does not stop");
    }
  }

  @AfterEach
  void stopAll() throws InterruptedException {
    stop();
  }

  private static String sql(JsonNode addresses, String statement) throws Exception {
    String url = "jdbc:" + addresses.path("database_url").asText().replace("postgres@", "");
    try (Connection connection = DriverManager.getConnection(url, "postgres", "");
        Statement execution = connection.createStatement()) {
      if (!execution.execute(statement)) {
        return "";
      }
      ResultSet result = execution.getResultSet();
      return result.next() ? result.getString(1) : "";
    }
  }

  private static void advance(JsonNode addresses, String amount) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      assertEquals(
          200,
          client
              .send(
                  HttpRequest.newBuilder(
                          URI.create(addresses.path("base_url").asText() + "/_local/clock"))
                      .PUT(BodyPublishers.ofString("{\"advance\":\"" + amount + "\"}"))
                      .build(),
                  BodyHandlers.ofString())
              .statusCode());
    }
  }

  @Test
  void afterKillTheNextStartTakesTheDatabaseOver_andAStopStopsItAll() throws Exception {
    JsonNode first = start();
    sql(first, "create table kept as select 42 as answer");
    String server = sql(first, "select pg_postmaster_start_time()::text");
    advance(first, "PT48H");
    Process killed = process;
    requireNonNull(killed).destroyForcibly().waitFor();
    assertTrue(Files.exists(folder.resolve("data/local.json")));

    JsonNode second = start();
    for (String name :
        new String[] {"payments_url", "mail_url", "database_url", "s3_endpoint", "sqs_endpoint"}) {
      assertEquals(first.path(name), second.path(name), name);
    }
    assertEquals(first.path("admin_api_key"), second.path("admin_api_key"));
    assertEquals("42", sql(second, "select answer from kept"));
    assertEquals(server, sql(second, "select pg_postmaster_start_time()::text"));
    assertEquals("on", sql(second, "show fsync"));
    assertTrue(Files.readString(folder.resolve("data/clock.json")).contains("PT48H"));

    long pid =
        Long.parseLong(
            Files.readAllLines(folder.resolve("data/postgres/postmaster.pid")).getFirst());
    stop();
    assertFalse(Files.exists(folder.resolve("data/local.json")));
    assertFalse(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));

    JsonNode third = start();
    assertEquals(second.path("database_url"), third.path("database_url"));
    assertEquals("42", sql(third, "select answer from kept"));
  }
}
