package shelfless.checkout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shelfless.json.Json;
import shelfless.testing.TestContext;

/** The provider's own list of events, read where no notice came. */
class ReconcilePaymentsTest {
  private TestShop shop;

  @BeforeEach
  void open() {
    shop = new TestShop();
    shop.advance(Duration.ofMillis(300));
  }

  @AfterEach
  void close() {
    shop.close();
  }

  /** How many events are not handled yet. */
  private int parked() {
    return shop.list("select event_id from provider_event where status = 'parked'").size();
  }

  @Test
  void whatHappenedInTheSecondThatRunsIsFound() {
    UUID orderId = shop.order();
    shop.provider.pay(orderId);

    shop.sweep();

    assertEquals("paid", shop.status(orderId));
    assertEquals(1, shop.delivered(orderId));
  }

  @Test
  void whatHappensInTheSameSecondAfterASweepIsFoundByTheNextOne() {
    UUID orderId = shop.order();
    shop.sweep();
    shop.advance(Duration.ofMillis(300));
    shop.provider.pay(orderId);
    shop.advance(Duration.ofMinutes(5));

    shop.sweep();

    assertEquals("paid", shop.status(orderId));
    assertEquals(1, shop.delivered(orderId));
  }

  @Test
  void anEventThatCanNotBeHandledKeepsNoOtherWaiting_andIsTriedAgainUntilItsCauseIsGone() {
    UUID disputed = shop.order();
    shop.provider.pay(disputed);
    shop.sweep();
    shop.provider.dispute(disputed, "a_status_of_next_year");
    UUID other = shop.order();
    shop.provider.pay(other);

    shop.sweep();
    assertEquals(1, parked());
    assertEquals("paid", shop.status(disputed));
    assertEquals(1, shop.delivered(other));

    // By then the list is read from a later time on.
    shop.advance(Duration.ofHours(3));
    shop.sweep();
    shop.advance(Duration.ofHours(3));
    shop.sweep();
    assertEquals(1, parked());

    shop.provider.disputeStands(disputed, "needs_response");
    shop.sweep();

    assertEquals("disputed", shop.status(disputed));
    assertEquals(0, parked());
    assertEquals(
        List.of("suspended"),
        shop.list("select status from entitlement where order_id = '" + disputed + "'"));
  }

  @Test
  void whatWaitsForAPersonIsCounted() throws IOException {
    assertEquals(List.of(0, 0), counted());
    UUID disputed = shop.order();
    shop.provider.pay(disputed);
    shop.sweep();
    shop.provider.dispute(disputed, "a_status_of_next_year");
    shop.run(
        """
        insert into license_pool (id, product_id, key, imported_at)
        select gen_random_uuid(), id, 'KEY-' || n, now() from product, generate_series(10001, 10020) n
        """);
    assertEquals(List.of(1, 0), counted());
    shop.run("delete from license_pool where key = 'KEY-10001'");
    assertEquals(List.of(1, 1), counted());
  }

  /** How many parked events and low key pools a run tells of. */
  private List<Integer> counted() throws IOException {
    TestContext context = new TestContext();
    shop.sweep(context);
    JsonNode metrics =
        Json.read(
            context
                .log()
                .lines()
                .filter(line -> line.contains("\"_aws\""))
                .findFirst()
                .orElseThrow());
    return List.of(metrics.path("ParkedEvents").asInt(-1), metrics.path("LowKeyPools").asInt(-1));
  }
}
