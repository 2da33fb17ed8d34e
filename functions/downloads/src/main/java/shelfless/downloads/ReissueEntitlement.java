package shelfless.downloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.data.Entitlements;
import shelfless.data.Entitlements.Entitlement;
import shelfless.domain.EntitlementStatus;
import shelfless.http.Body;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Idempotency;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.http.views.EntitlementView;
import shelfless.json.Json;
import shelfless.runtime.Environment;

/**
 * {@code POST /v1/admin/entitlements/{entitlement_id}/reissue}: a fresh link, and if asked for,
 * fresh downloads and days. The link before answers that it was replaced.
 */
public final class ReissueEntitlement extends HttpHandler {
  public ReissueEntitlement() {
    this(Environment.ofProcess());
  }

  public ReissueEntitlement(Environment environment) {
    super(Operation.REISSUE_ENTITLEMENT, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    UUID id = request.pathId("entitlement_id", "entitlement");
    Body body = request.jsonOrNothing();
    Integer downloads = body.number("downloads", 1, 1_000_000).map(Long::intValue).orElse(null);
    Optional<Duration> access = body.number("access_days", 1, 36_500).map(Duration::ofDays);
    body.check();
    return new Idempotency(environment, caller)
        .once(
            request,
            "reissue_entitlement:" + caller.actor(),
            body.tree(),
            key ->
                key.resource().isPresent()
                    ? answer(id)
                    : reissue(id, downloads, access, key, caller),
            this::answer);
  }

  private HttpResponse reissue(
      UUID id,
      @Nullable Integer downloads,
      Optional<Duration> access,
      Idempotency.Key key,
      Caller caller) {
    environment
        .database()
        .transaction(
            transaction -> {
              Entitlement before =
                  Entitlements.lock(transaction, id)
                      .orElseThrow(() -> Problem.notFound("entitlement"));
              if (before.status() == EntitlementStatus.REVOKED) {
                throw Problem.conflict("revoked", "A revoked entitlement can't be issued again.");
              }
              key.finish(transaction, id, 200);
              Instant expiresAt = access.map(transaction.now()::plus).orElse(null);
              Entitlements.reissue(transaction, before, environment.tokens(), downloads, expiresAt);
              transaction.audit(
                  caller.actor(),
                  "entitlement.reissued",
                  "entitlement",
                  id,
                  change(before, downloads, expiresAt));
              return id;
            });
    return answer(id);
  }

  private static ObjectNode change(
      Entitlement before, @Nullable Integer downloads, @Nullable Instant expiresAt) {
    ObjectNode details = Json.object();
    details
        .putObject("before")
        .put("token_generation", before.tokenGeneration())
        .put("downloads_left", before.downloadsLeft())
        .put("expires_at", Json.time(before.expiresAt()));
    details
        .putObject("after")
        .put("token_generation", before.tokenGeneration() + 1)
        .put("downloads_left", downloads == null ? before.downloadsLeft() : downloads)
        .put("expires_at", Json.time(expiresAt == null ? before.expiresAt() : expiresAt));
    return details;
  }

  private HttpResponse answer(UUID id) {
    Entitlement entitlement =
        environment
            .database()
            .read(transaction -> Entitlements.find(transaction, id))
            .orElseThrow(() -> Problem.notFound("entitlement"));
    return HttpResponse.json(200, EntitlementView.forBuyer(entitlement, environment.tokens()));
  }
}
