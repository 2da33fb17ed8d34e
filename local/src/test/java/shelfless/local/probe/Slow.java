package shelfless.local.probe;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import shelfless.local.Json;
import shelfless.runtime.Environment;

/**
 * Sleeps as long as its event says ({@code {"ms": 100}}; without, for a minute), and answers with
 * the number of its environment and how many calls that served.
 */
public final class Slow implements RequestStreamHandler {
  private static final AtomicInteger ENVIRONMENTS = new AtomicInteger();

  private final int number = ENVIRONMENTS.incrementAndGet();
  private int calls;

  public Slow(Environment environment) {}

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context) {
    calls++;
    try {
      Thread.sleep(Json.parse(input.readAllBytes()).path("ms").asLong(60_000));
      output.write(
          Json.bytes(
              Json.object()
                  .put("environment", number)
                  .put("calls", calls)
                  .put("remaining_ms", context.getRemainingTimeInMillis())));
    } catch (InterruptedException timeIsUp) {
      throw new IllegalStateException(timeIsUp);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
