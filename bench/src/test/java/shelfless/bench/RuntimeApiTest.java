package shelfless.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RuntimeApiTest {
  private final RuntimeApi api =
      new RuntimeApi("AKIA", "secret", Instant.parse("2100-01-01T00:00:00Z"));
  private final HttpClient runtime =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  RuntimeApiTest() throws IOException {}

  @AfterEach
  void end() throws IOException {
    runtime.shutdownNow();
    api.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return runtime.send(
        HttpRequest.newBuilder(URI.create("http://" + api.address() + path))
            .method(method, BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  @Test
  void anEventGoesOutAndItsAnswerComesBackTimed() throws Exception {
    api.send(bytes("{\"n\":1}"));
    HttpResponse<String> event = send("GET", "/2018-06-01/runtime/invocation/next", "");
    assertEquals("{\"n\":1}", event.body());
    String id = event.headers().firstValue("Lambda-Runtime-Aws-Request-Id").orElseThrow();
    HttpResponse<String> taken =
        send("POST", "/2018-06-01/runtime/invocation/" + id + "/response", "{\"ok\":true}");
    assertEquals(202, taken.statusCode());
    RuntimeApi.Answer answer = api.answer();
    assertEquals("{\"ok\":true}", new String(answer.body(), StandardCharsets.UTF_8));
    assertTrue(answer.milliseconds() > 0);
  }

  @Test
  void aRuntimeThatIsCheckpointedWaitsUntilItIsRestored() throws Exception {
    CompletableFuture<HttpResponse<String>> waiting =
        runtime.sendAsync(
            HttpRequest.newBuilder(
                    URI.create("http://" + api.address() + "/2018-06-01/runtime/restore/next"))
                .build(),
            BodyHandlers.ofString());
    long checkpoint = api.checkpointNanos();
    assertFalse(waiting.isDone());
    assertTrue(api.restore() > checkpoint);
    assertEquals(200, waiting.get().statusCode());
  }

  @Test
  void aRestoredRuntimeFetchesItsCredentials() throws Exception {
    String path = URI.create(api.credentialsUri()).getPath();
    assertTrue(send("GET", path, "").body().contains("\"AccessKeyId\": \"AKIA\""));
  }

  @Test
  void whatTheRuntimeReportsAsAnErrorIsNoAnswer() throws Exception {
    send("POST", "/2018-06-01/runtime/init/error", "{\"errorMessage\":\"no class\"}");
    assertThrows(BenchException.class, api::answer);
  }
}
