package shelfless.checkout;

import java.util.Optional;
import java.util.UUID;
import shelfless.data.Orders;
import shelfless.http.views.OrderView;
import shelfless.json.Json;
import shelfless.orders.Fulfillment;
import shelfless.orders.PaymentProvider;
import shelfless.orders.Reconciliation;
import shelfless.runtime.Environment;
import shelfless.security.Tokens;

/** What the functions of this area do before a snapshot is taken of them; nothing of it stays. */
final class Rehearsal {
  private static final UUID NOTHING = new UUID(0, 0);

  private Rehearsal() {}

  /** Writes some order as its buyer sees it, where there is one. */
  static void show(Environment environment) {
    Tokens tokens = environment.tokens();
    environment
        .database()
        .repeatable(
            transaction -> {
              Optional<Orders.Order> order = Orders.newest(transaction);
              return order.isPresent()
                  ? Json.text(OrderView.form(transaction, order.get(), tokens))
                  : "";
            });
  }

  /** Asks the provider for what it does not have, and looks for an order that is not there. */
  static void reconcile(Environment environment) {
    PaymentProvider provider = environment.provider();
    try {
      provider.fetch("cs_rehearsal", true);
    } catch (RuntimeException nothingThere) {
      // The way there was the point.
    }
    new Reconciliation(environment, provider).reconcile(NOTHING);
    new Fulfillment(environment).fulfill(NOTHING);
  }
}
