package shelfless.runtime;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import shelfless.json.Json;

/**
 * The base of every handler that a schedule runs. What the schedule sends says nothing that
 * matters: what is due is decided by the shop's clock and the database. A failure fails the
 * invocation, so that it shows in the function's errors and is tried again.
 */
public abstract class ScheduleHandler implements RequestStreamHandler {
  protected final Environment environment;

  protected ScheduleHandler(Environment environment) {
    this.environment = environment;
  }

  /**
   * Does what is due.
   *
   * @return what was done, in numbers: {@code {"expired": 3}}
   */
  protected abstract ObjectNode run(Context context);

  @Override
  public final void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    input.readAllBytes();
    ObjectNode done = run(context);
    Log.info(context, getClass().getSimpleName(), Json.text(done));
    output.write(Json.bytes(done));
  }
}
