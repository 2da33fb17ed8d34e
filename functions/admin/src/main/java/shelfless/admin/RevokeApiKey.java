package shelfless.admin;

import java.util.UUID;
import shelfless.data.ApiKeys;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.json.Json;
import shelfless.runtime.Environment;

/**
 * {@code DELETE /v1/admin/api-keys/{key_id}}: ends a key at once. The last one of the owner's can
 * be ended, too, since it may be the one that leaked; MigrateDatabase then takes a new one from the
 * owner's secret.
 */
public final class RevokeApiKey extends HttpHandler {
  public RevokeApiKey() {
    this(Environment.ofProcess());
  }

  public RevokeApiKey(Environment environment) {
    super(Operation.REVOKE_API_KEY, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    UUID id = request.pathId("key_id", "API key");
    boolean revoked =
        environment
            .database()
            .transaction(
                transaction -> {
                  boolean ended = ApiKeys.revoke(transaction, id);
                  if (ended) {
                    transaction.audit(
                        caller.actor(), "api_key.revoked", "api_key", id, Json.object());
                  }
                  return ended;
                });
    if (!revoked) {
      throw Problem.notFound("API key");
    }
    return HttpResponse.empty(204);
  }
}
