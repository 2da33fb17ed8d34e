package shelfless.checkout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A notice between the two transactions: the one that records the payment, and the delivery. */
class HandleStripeWebhookTest {
  private TestShop shop;

  @BeforeEach
  void open() {
    shop = new TestShop();
  }

  @AfterEach
  void close() {
    shop.close();
  }

  /** No delivery comes through, and nobody reads the queue: as after a crash. */
  private void breakDelivery() {
    shop.run(
        """
        create function refuse() returns trigger language plpgsql as $$ begin raise 'crashed'; end $$;
        create trigger crash before insert on entitlement execute function refuse()
        """);
  }

  private void mendDelivery() {
    shop.run("drop trigger crash on entitlement");
  }

  @Test
  void aNoticeThatComesAgainAfterACrashBetweenPaymentAndDelivery_completesTheDelivery_rule3() {
    UUID orderId = shop.order();
    JsonNode paid = shop.provider.pay(orderId);
    breakDelivery();
    assertEquals("200 handled", shop.webhook(paid));
    assertEquals("paid", shop.status(orderId));
    assertEquals(0, shop.delivered(orderId));
    mendDelivery();

    for (int i = 0; i < 2; i++) {
      assertTrue(shop.webhook(paid).startsWith("200"));

      assertEquals(1, shop.delivered(orderId));
    }
    assertEquals(1, shop.list("select id from audit_log where action = 'order.fulfilled'").size());
    assertEquals(1, shop.list("select id from outbox where kind = 'receipt'").size());
  }
}
