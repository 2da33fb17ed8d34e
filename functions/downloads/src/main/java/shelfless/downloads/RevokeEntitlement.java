package shelfless.downloads;

import java.util.UUID;
import shelfless.data.Entitlements;
import shelfless.data.Entitlements.Entitlement;
import shelfless.data.Orders;
import shelfless.http.Body;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.http.views.EntitlementView;
import shelfless.json.Json;
import shelfless.orders.AccessRefresh;
import shelfless.runtime.Environment;

/**
 * {@code POST /v1/admin/entitlements/{entitlement_id}/revoke}: closes the access to one unit and
 * its licence key, without giving money back. Doing it again changes nothing.
 */
public final class RevokeEntitlement extends HttpHandler {
  public RevokeEntitlement() {
    this(Environment.ofProcess());
  }

  public RevokeEntitlement(Environment environment) {
    super(Operation.REVOKE_ENTITLEMENT, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    UUID id = request.pathId("entitlement_id", "entitlement");
    Body body = request.json();
    String reason = body.requiredText("reason", 500);
    body.check();
    Entitlement revoked =
        environment
            .database()
            .transaction(
                transaction -> {
                  UUID orderId =
                      Entitlements.find(transaction, id)
                          .orElseThrow(() -> Problem.notFound("entitlement"))
                          .orderId();
                  Orders.lock(transaction, orderId);
                  if (Entitlements.withdraw(transaction, id, reason)) {
                    // The reason stays in the row: the log keeps no free text about people.
                    transaction.audit(
                        caller.actor(), "entitlement.withdrawn", "entitlement", id, Json.object());
                    AccessRefresh.refresh(transaction, orderId, caller.actor());
                  }
                  return Entitlements.find(transaction, id).orElseThrow();
                });
    return HttpResponse.json(200, EntitlementView.withoutToken(revoked));
  }
}
