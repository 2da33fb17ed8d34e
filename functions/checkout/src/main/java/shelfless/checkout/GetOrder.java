package shelfless.checkout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.orders.RehearsedSale;
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
  protected List<ObjectNode> rehearsal() {
    return List.of(Rehearsal.of(RehearsedSale.delivered(environment)));
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    return OrderAnswer.of(environment, request.pathId("order_id", "order"), caller);
  }
}
