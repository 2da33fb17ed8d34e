package shelfless.maintenance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.json.Json;
import shelfless.runtime.Environment;

/** {@code GET /health}: 200 when the shop can serve, 503 when its database is out of reach. */
public final class GetHealth extends HttpHandler {
  private final String version = version();

  public GetHealth() {
    this(Environment.ofProcess());
  }

  public GetHealth(Environment environment) {
    super(Operation.GET_HEALTH, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    environment
        .database()
        .read(transaction -> transaction.first("select 1 as one", row -> row.integer("one")));
    return HttpResponse.json(
        200,
        Json.object()
            .put("status", "ok")
            .put("database", "ok")
            .put("time", Json.time(environment.clock().instant()))
            .put("version", version));
  }

  /** The build writes it: see {@code build.properties}. */
  private static String version() {
    try (InputStream file = GetHealth.class.getResourceAsStream("build.properties")) {
      Properties build = new Properties();
      build.load(file);
      return build.getProperty("version");
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
