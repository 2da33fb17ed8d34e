package shelfless.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A proxy that can make the service behind it fail. It hands everything on as it came, the host
 * included, because requests to AWS are signed with it.
 */
public final class FaultingProxy implements WebServer.Handler, AutoCloseable {
  static {
    // Read once, when the JDK's client is loaded: it keeps the host to itself otherwise.
    System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
  }

  private static final Set<String> CONNECTION_HEADERS =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "keep-alive",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private final URI target;
  private final Faults faults;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  /**
   * @param target the service's address, without a path
   */
  public FaultingProxy(URI target, Faults faults) {
    this.target = target;
    this.faults = faults;
  }

  @Override
  public void handle(WebExchange exchange) throws IOException, InterruptedException {
    Faults.Fate fate = faults.next();
    if (fate == Faults.Fate.FAILED) {
      exchange.send(503, "text/plain", "Service Unavailable");
      return;
    }
    HttpResponse<InputStream> answer;
    try {
      answer = client.send(request(exchange), BodyHandlers.ofInputStream());
    } catch (ConnectException gone) {
      exchange.send(502, "text/plain", "Bad Gateway");
      return;
    }
    try (InputStream body = answer.body()) {
      if (fate == Faults.Fate.ANSWER_LOST) {
        body.transferTo(OutputStream.nullOutputStream());
        exchange.drop();
      }
      answer
          .headers()
          .map()
          .forEach(
              (name, values) -> {
                if (!CONNECTION_HEADERS.contains(name.toLowerCase(Locale.ROOT))
                    && !name.startsWith(":")) {
                  values.forEach(value -> exchange.with(name, value));
                }
              });
      exchange.send(
          answer.statusCode(),
          answer.headers().firstValueAsLong("content-length").orElse(-1),
          body);
    }
  }

  private HttpRequest request(WebExchange exchange) {
    String query = exchange.rawQuery();
    String path = exchange.rawPath() + (query.isEmpty() ? "" : "?" + query);
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(target + path));
    for (Map.Entry<String, String> header : exchange.headers()) {
      if (!CONNECTION_HEADERS.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        request.header(header.getKey(), header.getValue());
      }
    }
    return request.method(exchange.method(), body(exchange)).build();
  }

  private static BodyPublisher body(WebExchange exchange) {
    long length = exchange.bodyLength();
    if (length == 0 || (length < 0 && exchange.header("transfer-encoding") == null)) {
      return BodyPublishers.noBody();
    }
    BodyPublisher stream = BodyPublishers.ofInputStream(exchange::body);
    return length < 0 ? stream : BodyPublishers.fromPublisher(stream, length);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
