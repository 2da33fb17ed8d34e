package shelfless.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** A request as it is put together; {@link #send} sends it and holds the answer to the contract. */
final class Call {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private final Watcher watcher;
  private final String method;
  private final URI base;
  private final String path;
  private final List<String> query = new ArrayList<>();
  private final List<String> headers = new ArrayList<>();
  private byte[] body = new byte[0];

  /** Sees each answer before its caller does. */
  @FunctionalInterface
  interface Watcher {
    void saw(String method, String path, Answer answer);
  }

  Call(Watcher watcher, String method, URI base, String path) {
    this.watcher = watcher;
    this.method = method;
    this.base = base;
    this.path = path;
  }

  Call header(String name, String value) {
    headers.add(name);
    headers.add(value);
    return this;
  }

  Call bearer(String token) {
    return header("Authorization", "Bearer " + token);
  }

  Call idempotencyKey(String key) {
    return header("Idempotency-Key", key);
  }

  Call query(String name, Object value) {
    query.add(encode(name) + "=" + encode(value.toString()));
    return this;
  }

  /** A JSON body of names and values in turn. */
  Call json(Object... namesAndValues) {
    return json(Json.of(namesAndValues));
  }

  Call json(JsonNode json) {
    return body("application/json", json.toString());
  }

  Call form(Map<String, String> fields) {
    return body(
        "application/x-www-form-urlencoded",
        fields.entrySet().stream()
            .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
            .collect(Collectors.joining("&")));
  }

  Call body(String contentType, String text) {
    return body(contentType, text.getBytes(StandardCharsets.UTF_8));
  }

  Call body(String contentType, byte[] bytes) {
    body = bytes;
    return contentType.isEmpty() ? this : header("Content-Type", contentType);
  }

  Answer send() {
    try {
      return seen(CLIENT.send(request(), BodyHandlers.ofByteArray()));
    } catch (IOException failed) {
      throw new UncheckedIOException(method + " " + path + " got no answer", failed);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stop);
    }
  }

  CompletableFuture<Answer> sendAsync() {
    return CLIENT.sendAsync(request(), BodyHandlers.ofByteArray()).thenApply(this::seen);
  }

  private HttpRequest request() {
    String suffix = query.isEmpty() ? "" : "?" + String.join("&", query);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path + suffix))
            .timeout(Duration.ofSeconds(60))
            .method(
                method,
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    if (!headers.isEmpty()) {
      request.headers(headers.toArray(String[]::new));
    }
    return request.build();
  }

  private Answer seen(HttpResponse<byte[]> response) {
    Answer answer =
        new Answer(method + " " + path, response.statusCode(), response.headers(), response.body());
    watcher.saw(method, path, answer);
    return answer;
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
