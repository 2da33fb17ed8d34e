package shelfless.checkout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shelfless.testing.HttpCall;

/** Events that were parked, and are handled once their cause is gone. */
class RetryProviderEventTest {
  private TestShop shop;

  @BeforeEach
  void open() {
    shop = new TestShop();
    shop.run(
        """
        insert into api_key (id, name, scopes, key_hash, created_by, created_at)
        values (gen_random_uuid(), 'key', '{events:write}', sha256('sk_a-key-for-tests'::bytea), 'test', now())
        """);
  }

  @AfterEach
  void close() {
    shop.close();
  }

  private HttpCall.Answer retry(JsonNode event) {
    return retry(event.path("id").asText());
  }

  private HttpCall.Answer retry(String eventId) {
    return new HttpCall("POST", "/v1/admin/provider-events/" + eventId + "/retry")
        .bearer("sk_a-key-for-tests")
        .pathParameter("event_id", eventId)
        .to(new RetryProviderEvent(shop.shared()));
  }

  private void assertParked(JsonNode event, String reason) {
    HttpCall.Answer answer = retry(event);
    assertEquals(200, answer.status(), answer::body);
    assertEquals("parked", answer.json().path("status").asText());
    assertTrue(answer.json().path("reason").asText().contains(reason), answer::body);
    assertTrue(answer.json().path("handled_at").isNull());
  }

  private void assertHandled(JsonNode event) {
    HttpCall.Answer answer = retry(event);
    assertEquals(200, answer.status(), answer::body);
    assertEquals(event.path("id").asText(), answer.json().path("id").asText());
    assertEquals("handled", answer.json().path("status").asText());
    assertEquals("2026-03-02T09:30:00Z", answer.json().path("handled_at").asText());
    HttpCall.Answer again = retry(event);
    assertEquals(409, again.status());
    assertEquals("event_settled", again.json().path("code").asText());
  }

  private int audited(String action) {
    return shop.list("select id from audit_log where action = '" + action + "'").size();
  }

  @Test
  void anAmountThatDiffersStaysParkedUntilItIsRight() {
    UUID orderId = shop.order();
    ObjectNode session = shop.provider.sessions(orderId).getFirst();
    session.put("amount_total", 1);
    JsonNode paid = shop.provider.pay(orderId);
    assertEquals("200 parked", shop.webhook(paid));

    assertParked(paid, "the provider took 0.01 EUR for an order of 19.00 EUR");
    assertEquals("pending", shop.status(orderId));

    session.put("amount_total", 1900);
    ((ObjectNode) session.path("payment_intent")).put("amount_received", 1900);
    assertHandled(paid);
    assertEquals("paid", shop.status(orderId));
    assertEquals(1, shop.delivered(orderId));
    assertEquals(2, audited("provider_event.retried"));
    assertEquals(
        List.of("api_key"),
        shop.list(
            """
            select distinct split_part(actor, ':', 1) from audit_log
            where action = 'provider_event.retried' and subject_type = 'provider_event'
            """));
  }

  /** As after a restore of the database that went back too far, and then was made good. */
  @Test
  void anOrderThatIsNotHereStaysParkedUntilItIs() {
    UUID orderId = shop.order();
    JsonNode paid = shop.provider.pay(orderId);
    shop.run("set session_replication_role = replica");
    shop.run("create table lost as select * from orders");
    shop.run("delete from orders");
    assertEquals("200 parked", shop.webhook(paid));

    assertParked(paid, "which is not here");
    assertEquals(1, audited("provider_event.parked"), "no news, no row");

    shop.run("insert into orders select * from lost");
    assertHandled(paid);
    assertEquals("paid", shop.status(orderId));
    assertEquals(1, shop.delivered(orderId));
    assertEquals(
        List.of(orderId.toString()), shop.list("select order_id::text from provider_event"));
  }

  @Test
  void whatCouldNotBeHandledStaysParkedUntilItCan() {
    UUID orderId = shop.order();
    assertEquals("200 handled", shop.webhook(shop.provider.pay(orderId)));
    JsonNode disputed = shop.provider.dispute(orderId, "a_status_of_next_year");
    shop.sweep();

    assertParked(disputed, "handling it failed");
    assertTrue(retry(disputed).log().contains("a_status_of_next_year"), "the cause is logged");

    shop.provider.disputeStands(orderId, "needs_response");
    assertHandled(disputed);
    assertEquals("disputed", shop.status(orderId));
  }

  @Test
  void whileTheProviderIsOutOfReachNothingChangesAndTheCallerComesAgain() {
    UUID orderId = shop.order();
    shop.provider.sessions(orderId).getFirst().put("amount_total", 1);
    JsonNode paid = shop.provider.pay(orderId);
    shop.webhook(paid);
    shop.provider.close();

    HttpCall.Answer answer = retry(paid);

    assertEquals(503, answer.status(), answer::body);
    assertTrue(Integer.parseInt(answer.header("retry-after")) > 0);
    assertEquals(List.of("parked"), shop.list("select status from provider_event"));
  }

  @Test
  void anEventThatNobodyToldOfIs404() {
    assertEquals(404, retry("evt_1").status());
    assertEquals(404, retry(UUID.randomUUID().toString()).status());
    assertEquals(0, audited("provider_event.retried"));
  }
}
