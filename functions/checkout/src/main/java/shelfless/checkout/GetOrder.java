package shelfless.checkout;

import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.runtime.Environment;

/** {@code GET /v1/orders/{order_id}}: the order with all that belongs to it. */
public final class GetOrder extends HttpHandler {
  public GetOrder() {
    this(Environment.ofProcess());
  }

  public GetOrder(Environment environment) {
    super(Operation.GET_ORDER, environment);
  }

  @Override
  protected void rehearse() {
    super.rehearse();
    Rehearsal.show(environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    return OrderAnswer.of(environment, request.pathId("order_id", "order"), caller);
  }
}
