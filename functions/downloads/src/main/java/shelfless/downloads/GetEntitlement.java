package shelfless.downloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.views.EntitlementView;
import shelfless.orders.RehearsedSale;
import shelfless.runtime.Environment;

/**
 * {@code GET /v1/entitlements/{download_token}}: what a download link opens. Looking costs nothing;
 * what is used up is still shown, since a file asked for just now can be asked for again.
 */
public final class GetEntitlement extends HttpHandler {
  private final Links links;

  public GetEntitlement() {
    this(Environment.ofProcess());
  }

  public GetEntitlement(Environment environment) {
    super(Operation.GET_ENTITLEMENT, environment);
    this.links = new Links(environment);
  }

  @Override
  protected List<ObjectNode> rehearsal() {
    return List.of(Links.rehearsal(RehearsedSale.unit(environment)));
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    return HttpResponse.json(
        200, EntitlementView.forBuyer(links.findOpen(request), environment.tokens()));
  }
}
