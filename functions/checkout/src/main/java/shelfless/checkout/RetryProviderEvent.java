package shelfless.checkout;

import shelfless.data.ProviderEvents;
import shelfless.data.ProviderEvents.Received;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.http.views.ProviderEventView;
import shelfless.json.Json;
import shelfless.orders.PaymentProvider;
import shelfless.orders.Reconciliation;
import shelfless.runtime.Environment;
import shelfless.runtime.Unavailable;

/**
 * {@code POST /v1/admin/provider-events/{event_id}/retry}: handles an event that was parked once
 * more, by what is true at the payment provider now. Answers the event as it is then: handled, or
 * still parked with its reason.
 */
public final class RetryProviderEvent extends HttpHandler {
  public RetryProviderEvent() {
    this(Environment.ofProcess());
  }

  public RetryProviderEvent(Environment environment) {
    super(Operation.RETRY_PROVIDER_EVENT, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    String eventId = request.pathParameter("event_id");
    PaymentProvider provider = environment.provider();
    PaymentProvider.Event event =
        environment
            .database()
            .transaction(
                transaction -> {
                  Received parked =
                      ProviderEvents.find(transaction, provider.name(), eventId)
                          .orElseThrow(() -> Problem.notFound("event"));
                  if (parked.status() == ProviderEvents.Status.HANDLED) {
                    throw Problem.conflict("event_settled", "The event was handled already.");
                  }
                  // Before it is tried, so that it is known who did whatever comes of it.
                  transaction.audit(
                      caller.actor(),
                      "provider_event.retried",
                      "provider_event",
                      eventId,
                      Json.object()
                          .put("type", parked.event().type())
                          .put("reason", parked.reason()));
                  return parked.event();
                });
    Reconciliation reconciliation = new Reconciliation(environment, provider);
    try {
      reconciliation.handle(event);
    } catch (Unavailable later) {
      throw later;
    } catch (RuntimeException failure) {
      log(request, failure);
      reconciliation.parkFailed(event);
    }
    return HttpResponse.json(
        200,
        environment
            .database()
            .read(
                transaction ->
                    ProviderEventView.form(
                        ProviderEvents.find(transaction, provider.name(), eventId).orElseThrow())));
  }
}
