package shelfless.bench.floor;

import com.amazonaws.services.lambda.crac.Core;
import com.amazonaws.services.lambda.crac.Resource;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * What no order can be placed or paid without: a secret, the query of {@link OneQuery}, and a
 * question to the payment provider, each by a connection of its own. Nothing is signed, read or
 * written: the secret and the provider's answer are thrown away.
 */
public final class OneOfEach implements RequestStreamHandler, Resource {
  private final OneQuery query = new OneQuery(false);

  public OneOfEach() {
    Core.getGlobalContext().register(this);
  }

  @Override
  public void beforeCheckpoint(
      com.amazonaws.services.lambda.crac.Context<? extends Resource> snapshot) throws Exception {
    for (int i = 0; i < OneQuery.REHEARSALS; i++) {
      answer(OutputStream.nullOutputStream(), "close");
      query.disconnect();
    }
  }

  @Override
  public void afterRestore(
      com.amazonaws.services.lambda.crac.Context<? extends Resource> snapshot) {
    // Connections are opened by the first call.
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    input.readAllBytes();
    answer(output, "keep-alive");
  }

  private void answer(OutputStream output, String connection) throws IOException {
    HttpURLConnection secret = open("AWS_ENDPOINT_URL_SECRETS_MANAGER", "/", connection);
    secret.setRequestMethod("POST");
    secret.setRequestProperty("Content-Type", "application/x-amz-json-1.1");
    secret.setRequestProperty("X-Amz-Target", "secretsmanager.GetSecretValue");
    secret.setDoOutput(true);
    try (OutputStream body = secret.getOutputStream()) {
      body.write("{\"SecretId\":\"StripeKeys\"}".getBytes(StandardCharsets.UTF_8));
    }
    read(secret);
    query.answer(output);
    read(open("STRIPE_API_BASE", "/v1/checkout/sessions/none", connection));
  }

  private static HttpURLConnection open(String variable, String path, String connection)
      throws IOException {
    String base = Objects.requireNonNull(System.getenv(variable));
    HttpURLConnection opened = (HttpURLConnection) URI.create(base + path).toURL().openConnection();
    opened.setRequestProperty("Connection", connection);
    return opened;
  }

  private static void read(HttpURLConnection asked) throws IOException {
    try (InputStream body =
        asked.getResponseCode() < 400 ? asked.getInputStream() : asked.getErrorStream()) {
      if (body != null) {
        body.readAllBytes();
      }
    }
  }
}
