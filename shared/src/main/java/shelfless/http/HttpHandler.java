package shelfless.http;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.Log;
import shelfless.runtime.Unavailable;

/**
 * The base of every handler behind HTTP: reads the event, lets in who may, runs the operation, and
 * answers; a refusal as problem+json, a failure as 500 that tells nothing of what is inside. Every
 * answer carries {@code X-Request-Id} and the headers that keep browsers careful, and is not stored
 * anywhere unless the operation says so.
 */
public abstract class HttpHandler implements RequestStreamHandler {
  private static final int LARGEST_BODY = 64 * 1024;

  protected final Environment environment;
  private final Operation operation;
  private final Origin origin;

  /** Of the call that runs: there is one at a time. */
  private @Nullable Context context;

  protected HttpHandler(Operation operation, Environment environment) {
    this.operation = operation;
    this.environment = environment;
    this.origin = new Origin(environment.settings());
    environment.beforeSnapshot(() -> rehearsal().forEach(this::rehearse));
  }

  /**
   * What a rehearsal before a snapshot asks for, each in the form of the event that API Gateway
   * sends, beside the route. It may put into the database what it asks for: all of it is rolled
   * back.
   */
  protected List<ObjectNode> rehearsal() {
    return List.of(Json.object());
  }

  /** Calls the operation as a buyer would. */
  private void rehearse(ObjectNode event) {
    String[] route = operation.routes().getFirst().split(" ", 2);
    event.put("rawPath", route[1]);
    ObjectNode context = event.putObject("requestContext");
    context.put("timeEpoch", environment.clock().millis());
    context.putObject("http").put("method", route[0]).put("sourceIp", "192.0.2.1");
    ObjectNode headers = event.withObjectProperty("headers");
    headers.put("idempotency-key", "rehearsal-" + environment.ids().next());
    if (!headers.has("content-type")) {
      headers.put("content-type", "application/json");
    }
    try {
      HttpRequest request =
          HttpRequest.of(Json.read(new ByteArrayInputStream(Json.bytes(event))), "rehearsal");
      checkOrigin(request);
      HttpResponse response =
          finish(
              request,
              handle(request, Authentication.admit(operation, request, environment.database())));
      Json.bytes(response.toEvent());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /** The check alone: a rehearsal does not know what CloudFront shows. */
  private void checkOrigin(HttpRequest request) {
    try {
      origin.check(request);
    } catch (Problem expected) {
      // A call would end here.
    }
  }

  /** Runs the operation for a caller who may ask for it. */
  protected abstract HttpResponse handle(HttpRequest request, Caller caller);

  /** Logs a failure that the operation itself has an answer to. */
  protected final void log(HttpRequest request, RuntimeException failure) {
    Log.error(
        Objects.requireNonNull(context, "no call runs"),
        operation.id(),
        request.requestId(),
        failure);
  }

  /** How many bytes a body may have, also where the operation does not look at it. */
  protected int largestBody() {
    return LARGEST_BODY;
  }

  /** The form in which a refusal is answered; pages answer with a page. */
  protected HttpResponse refuse(HttpRequest request, Problem problem) {
    return problem.response();
  }

  @Override
  public final void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    environment.time().begin();
    this.context = context;
    HttpRequest request = HttpRequest.of(Json.read(input), context.getAwsRequestId());
    output.write(Json.bytes(finish(request, answer(request, context)).toEvent()));
  }

  private static HttpResponse finish(HttpRequest request, HttpResponse response) {
    HttpResponse finished = request.method().equals("HEAD") ? response.withoutBody() : response;
    return finished
        .header("X-Request-Id", request.requestId())
        .headerIfAbsent("Cache-Control", "no-store")
        .headerIfAbsent("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        .header("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "no-referrer")
        .header("Cross-Origin-Opener-Policy", "same-origin");
  }

  private HttpResponse answer(HttpRequest request, Context context) {
    try {
      origin.check(request);
      Caller caller = Authentication.admit(operation, request, environment.database());
      if (request.method().equals("POST") || request.method().equals("PATCH")) {
        request.refuseLargerThan(largestBody());
      }
      return handle(request, caller);
    } catch (Problem problem) {
      return refuse(request, problem);
    } catch (Unavailable unavailable) {
      Log.error(context, operation.id(), request.requestId(), unavailable);
      return refuse(
          request, Problem.unavailable(unavailable.what(), unavailable.retryAfterSeconds()));
    } catch (RuntimeException failure) {
      Log.error(context, operation.id(), request.requestId(), failure);
      return refuse(
          request,
          Problem.of(
              500,
              null,
              "Something went wrong here. Please name the request id when you report it."));
    }
  }
}
