package shelfless.checkout;

import java.util.UUID;
import shelfless.data.Orders;
import shelfless.http.Caller;
import shelfless.http.HttpResponse;
import shelfless.http.Problem;
import shelfless.http.views.OrderView;
import shelfless.runtime.Environment;
import shelfless.security.Tokens;

/**
 * The answer that shows an order: to its buyer with download tokens that work, to others without.
 */
final class OrderAnswer {
  private OrderAnswer() {}

  static HttpResponse of(Environment environment, UUID orderId, Caller caller) {
    Tokens tokens = caller instanceof Caller.OrderHolder ? environment.tokens() : null;
    return HttpResponse.json(
        200,
        environment
            .database()
            .read(
                transaction ->
                    OrderView.form(
                        transaction,
                        Orders.find(transaction, orderId)
                            .orElseThrow(() -> Problem.notFound("order")),
                        tokens)));
  }
}
