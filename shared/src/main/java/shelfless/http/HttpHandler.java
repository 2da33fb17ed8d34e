package shelfless.http;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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

  protected HttpHandler(Operation operation, Environment environment) {
    this.operation = operation;
    this.environment = environment;
    this.origin = new Origin(environment.settings());
  }

  /** Runs the operation for a caller who may ask for it. */
  protected abstract HttpResponse handle(HttpRequest request, Caller caller);

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
    HttpRequest request = HttpRequest.of(Json.MAPPER.readTree(input), context.getAwsRequestId());
    HttpResponse response = answer(request, context);
    if (request.method().equals("HEAD")) {
      response = response.withoutBody();
    }
    response
        .header("X-Request-Id", request.requestId())
        .headerIfAbsent("Cache-Control", "no-store")
        .headerIfAbsent("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        .header("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "no-referrer")
        .header("Cross-Origin-Opener-Policy", "same-origin");
    output.write(Json.MAPPER.writeValueAsBytes(response.toEvent()));
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
