package shelfless.local.probe;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import shelfless.local.Json;
import shelfless.runtime.Environment;

/** Answers with its event, as an HTTP answer's body. */
public final class Echo implements RequestStreamHandler {
  public Echo(Environment environment) {}

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    String event = new String(input.readAllBytes(), StandardCharsets.UTF_8);
    output.write(
        Json.bytes(
            Json.object()
                .put("statusCode", 200)
                .put("body", event)
                .set("headers", Json.object().put("content-type", "application/json"))));
  }
}
