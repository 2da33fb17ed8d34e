package shelfless.local.probe;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.InputStream;
import java.io.OutputStream;
import shelfless.runtime.Environment;

/** Fails each time. */
public final class Fail implements RequestStreamHandler {
  public Fail(Environment environment) {}

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context) {
    throw new IllegalStateException("as always");
  }
}
