package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Whichever function learns of a payment delivers, and leaves to the queue what it can't: each has
 * to be allowed to.
 */
@ExtendWith(SharedShop.class)
final class WaysToDeliveryTest {
  private final Shop shop;

  /** By the name of the function, what has it deliver to a new order that was not paid yet. */
  private final Map<String, UnaryOperator<Purchase>> ways = new LinkedHashMap<>();

  /** The notices that came before the orders had their sessions, by the orders. */
  private final Map<String, String> parked = new LinkedHashMap<>();

  WaysToDeliveryTest(Shop shop) {
    this.shop = shop;
    ways.put("HandleStripeWebhook", Purchase::pay);
    ways.put(
        "ReconcileOrder", unheard(order -> order.call("POST", "/reconcile").send().expect(200)));
    ways.put(
        "ShowCheckoutReturn",
        unheard(
            order ->
                shop.get("/checkout/return")
                    .query("session_id", order.session())
                    .send()
                    .expect(200)));
    ways.put(
        "CancelOrder",
        unheard(order -> order.call("POST", "/cancel").send().problem(409, "order_not_pending")));
    ways.put("ReconcilePayments", unheard(order -> shop.runSchedule("ReconcilePayments")));
    ways.put("ExpirePendingOrders", unheard(this::expire));
    ways.put(
        "RetryProviderEvent",
        unheard(order -> shop.seller("POST", retry(order)).send().expect(200)));
  }

  @FunctionalInterface
  private interface Step {
    void take(Purchase order);
  }

  /** The payment is made, and the provider's notices are held back until it was learnt of. */
  private UnaryOperator<Purchase> unheard(Step step) {
    return order -> {
      try (Shop.Faults held = shop.webhooks("paused", true)) {
        order.pay();
        step.take(order);
      }
      return order;
    };
  }

  private void expire(Purchase order) {
    assertEquals(
        1,
        shop.sql(
            "update checkout_session set expires_at = created_at + interval '1 second' where order_id = ?",
            UUID.fromString(order.id())));
    Shop.pause(Duration.ofSeconds(1));
    shop.runSchedule("ExpirePendingOrders");
  }

  private String retry(Purchase order) {
    return "/v1/admin/provider-events/" + parked.get(order.id()) + "/retry";
  }

  /** An order that has a parked notice. */
  private Purchase orderWithParkedNotice(Product product) {
    HaltedOrder order = HaltedOrder.place(shop, product);
    parked.put(order.id(), order.parkNotice());
    return order.goOn();
  }

  private void takeEachWay(Product product, Product free) {
    shop.order(free).delivered();
    ways.forEach(
        (function, way) -> {
          Purchase order =
              function.equals("RetryProviderEvent")
                  ? orderWithParkedNotice(product)
                  : shop.order(product);
          way.apply(order).delivered();
          shop.mails(order.email(), 1);
        });
  }

  @Test
  void whoeverLearnsOfThePaymentDelivers_rule3() {
    takeEachWay(shop.newProduct("Each Way", 700), shop.newProduct("Each Way Free", 0));
  }

  @Test
  void whatCanNotBeDeliveredAtOnceIsDeliveredByTheQueue_rule3() {
    Product product = shop.newProduct("Second Try", 700);
    Product free = shop.newProduct("Second Try Free", 0);
    shop.sql("create sequence delivery_tries");
    shop.sql(
        """
        create function every_first_delivery_fails() returns trigger language plpgsql security definer as $$
        begin
          if new.product_id in ('%s', '%s') and nextval('delivery_tries') %% 2 = 1 then
            raise exception 'not at once' using errcode = 'XX001';
          end if;
          return new;
        end $$
        """
            .formatted(product.id(), free.id()));
    shop.sql(
        """
        create trigger every_first_delivery_fails before insert on entitlement
        for each row execute function every_first_delivery_fails()
        """);
    try {
      takeEachWay(product, free);
    } finally {
      shop.sql("drop trigger every_first_delivery_fails on entitlement");
      shop.sql("drop function every_first_delivery_fails");
      shop.sql("drop sequence delivery_tries");
    }
  }
}
