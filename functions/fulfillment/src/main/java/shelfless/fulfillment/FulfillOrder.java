package shelfless.fulfillment;

import java.util.UUID;
import shelfless.orders.Fulfillment;
import shelfless.orders.RehearsedSale;
import shelfless.runtime.Environment;
import shelfless.runtime.QueueHandler;

/**
 * Delivers orders that could not be delivered at once; what fails comes again, and then to the
 * dead-letter queue.
 */
public final class FulfillOrder extends QueueHandler {
  public FulfillOrder() {
    this(Environment.ofProcess());
  }

  public FulfillOrder(Environment environment) {
    super(environment);
  }

  @Override
  protected UUID rehearsal() {
    return RehearsedSale.paid(environment).id();
  }

  @Override
  protected void handle(UUID orderId) {
    switch (new Fulfillment(environment).fulfill(orderId)) {
      case DELIVERED, ALREADY_DELIVERED -> {}
      case NOT_PAID -> throw new IllegalStateException("Order " + orderId + " is not paid");
      case NO_SUCH_ORDER -> throw new IllegalStateException("There is no order " + orderId);
    }
  }
}
