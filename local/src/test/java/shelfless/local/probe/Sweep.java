package shelfless.local.probe;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import shelfless.local.Json;
import shelfless.runtime.Environment;

/** Notes the events that its schedule sends. */
public final class Sweep implements RequestStreamHandler {
  /** The events, in their order. */
  public static final List<JsonNode> EVENTS = new CopyOnWriteArrayList<>();

  public Sweep(Environment environment) {}

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    EVENTS.add(Json.parse(input.readAllBytes()));
    output.write(Json.bytes(Json.object().put("swept", 1)));
  }
}
