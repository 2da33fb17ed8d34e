package shelfless.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import shelfless.data.ApiKeys;
import shelfless.http.Body;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.security.Tokens;

/**
 * {@code POST /v1/admin/api-keys}: makes a key, shown in this answer and never again. A key can't
 * give away more than it has.
 */
public final class CreateApiKey extends HttpHandler {
  public CreateApiKey() {
    this(Environment.ofProcess());
  }

  public CreateApiKey(Environment environment) {
    super(Operation.CREATE_API_KEY, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    Body body = request.json();
    String name = body.requiredText("name", 200);
    if (name.chars().anyMatch(Character::isISOControl)) {
      body.error("name", "must be one line.");
    }
    List<String> scopes = body.choices("scopes", 1, 20, Operation.scopes());
    body.check();
    for (String scope : scopes) {
      if (!(caller instanceof Caller.KeyHolder holder && holder.has(scope))) {
        throw Problem.of(
            403, "scope_missing", "Your key does not carry the scope " + scope + " itself.");
      }
    }
    UUID id = environment.ids().next();
    Tokens.Token key = environment.tokens().apiKey(id);
    Instant createdAt =
        environment
            .database()
            .transaction(
                transaction -> {
                  ApiKeys.add(transaction, id, name, scopes, key.hash(), caller.actor());
                  ObjectNode details = Json.object().put("name", name);
                  details.set("scopes", Json.texts(scopes));
                  transaction.audit(caller.actor(), "api_key.created", "api_key", id, details);
                  return transaction.now();
                });
    ObjectNode answer = Json.object().put("id", id.toString()).put("name", name);
    answer.set("scopes", Json.texts(scopes));
    answer.put("created_at", Json.time(createdAt)).put("key", key.value());
    return HttpResponse.json(201, answer);
  }
}
