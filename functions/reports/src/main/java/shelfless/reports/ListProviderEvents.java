package shelfless.reports;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import shelfless.data.ProviderEvents;
import shelfless.data.ProviderEvents.Received;
import shelfless.http.Caller;
import shelfless.http.Cursor;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.http.views.ProviderEventView;
import shelfless.runtime.Environment;

/**
 * {@code GET /v1/admin/provider-events}: what the payment provider told and what came of it, the
 * last received first. Those that are parked wait for somebody to look at them.
 */
public final class ListProviderEvents extends HttpHandler {
  public ListProviderEvents() {
    this(Environment.ofProcess());
  }

  public ListProviderEvents(Environment environment) {
    super(Operation.LIST_PROVIDER_EVENTS, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    request.knowsQuery("status", "order_id", "type", "limit", "cursor");
    ProviderEvents.Filter filter =
        new ProviderEvents.Filter(
            request.query("status").map(ListProviderEvents::status),
            request.query("order_id").map(ListProviderEvents::orderId),
            request.query("type", 100));
    int limit = request.queryInteger("limit", 1, 100, 20);
    String list = "provider_events\0" + filter;
    Optional<ProviderEvents.Place> after =
        Cursor.read(request, list, Cursor.Key.TIME, Cursor.Key.TEXT)
            .map(keys -> new ProviderEvents.Place(Instant.parse(keys.getFirst()), keys.getLast()));
    List<Received> rows =
        environment
            .database()
            .read(transaction -> ProviderEvents.list(transaction, filter, after, limit + 1));
    return HttpResponse.jsonText(
        200,
        Cursor.page(
            list,
            rows,
            limit,
            ProviderEventView::form,
            row -> List.of(row.receivedAt().toString(), row.event().id())));
  }

  private static ProviderEvents.Status status(String name) {
    return ProviderEvents.Status.of(name)
        .orElseThrow(() -> Problem.malformed("status", "must be one of: parked, handled."));
  }

  private static UUID orderId(String text) {
    return HttpRequest.uuid(text)
        .orElseThrow(() -> Problem.malformed("order_id", "must be an order's id."));
  }
}
