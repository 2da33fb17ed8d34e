package shelfless.checkout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shelfless.testing.HttpCall;

/** What the buyer is told when the payment page can't be made, or can't be used any more. */
class CreateOrderTest {
  private static final String KEY = "the key of a patient buyer";

  private TestShop shop;

  @BeforeEach
  void open() {
    shop = new TestShop();
  }

  @AfterEach
  void close() {
    shop.close();
  }

  private HttpCall.Answer order() {
    return shop.order(KEY, "ada@example.com");
  }

  private static UUID id(HttpCall.Answer answer) {
    return UUID.fromString(answer.json().at("/order/id").asText());
  }

  private static String code(HttpCall.Answer answer) {
    return answer.json().path("code").asText();
  }

  private void assertOnePayableOrder() {
    assertEquals(1, shop.list("select id from orders where status = 'pending'").size());
    assertEquals(1, shop.list("select order_id from checkout_session").size());
  }

  @Test
  void whatTheProviderRefusesFreesTheKey_soTheSameRequestPlacesOneOrderLater() {
    shop.provider.refuseSessions("Not today.");
    for (int i = 0; i < 2; i++) {
      HttpCall.Answer refused = order();
      assertEquals(422, refused.status(), refused.body());
      assertEquals("payment_refused", code(refused));
      assertTrue(refused.body().contains("Not today."), refused.body());
    }
    assertEquals(List.of("failed", "failed"), shop.list("select status from orders"));

    shop.provider.takeSessions();
    HttpCall.Answer taken = order();

    assertEquals(201, taken.status(), taken.body());
    assertEquals("pending", taken.json().at("/order/status").asText());
    assertEquals(
        shop.provider.sessions(id(taken)).getFirst().path("url").asText(),
        taken.json().path("checkout_url").asText());
    assertEquals(id(taken), id(order()), "from now on the key answers this order");
    assertOnePayableOrder();
  }

  @Test
  void whatTheProviderRefusesFreesTheKey_soACorrectedRequestMayUseIt() {
    shop.provider.refuseSessions("Invalid email address: ada@example.con");
    HttpCall.Answer refused = shop.order(KEY, "ada@example.con");
    assertEquals("payment_refused", code(refused), refused.body());
    shop.provider.takeSessions();

    HttpCall.Answer corrected = order();

    assertEquals(201, corrected.status(), corrected.body());
    assertOnePayableOrder();
  }

  @Test
  void cancelledWhileTheProviderIsAsked_anOrderIsOfferedNoPageAndCanNotBePaid() {
    List<HttpCall.Answer> cancelled = new ArrayList<>();
    shop.provider.beforeItAnswers(
        () ->
            cancelled.add(shop.cancel(UUID.fromString(shop.list("select id from orders").get(0)))));

    HttpCall.Answer answer = order();

    assertEquals(409, answer.status(), answer.body());
    assertEquals("order_not_pending", code(answer));
    assertEquals(200, cancelled.getFirst().status(), cancelled.getFirst().body());
    UUID orderId = UUID.fromString(cancelled.getFirst().json().path("id").asText());
    assertEquals("cancelled", shop.status(orderId));
    assertEquals("expired", shop.provider.sessions(orderId).getFirst().path("status").asText());
    assertEquals(List.of(), shop.list("select url from checkout_session"));
  }

  @Test
  void anOrderThatWasCancelledShowsNoPaymentPageAnyMore() {
    HttpCall.Answer placed = order();
    assertNotEquals("null", placed.json().path("checkout_url").toString());
    assertEquals(placed.body(), order().body(), "while it can be paid, the same page");

    assertEquals(200, shop.cancel(id(placed)).status());

    assertOver(id(placed));
  }

  @Test
  void anOrderWhoseSessionEndedShowsNoPaymentPageAnyMore() {
    UUID orderId = id(order());

    assertEquals("200 handled", shop.webhook(shop.provider.expire(orderId)));

    assertOver(orderId);
  }

  private void assertOver(UUID orderId) {
    HttpCall.Answer again = order();
    assertEquals(201, again.status(), again.body());
    assertEquals(orderId, id(again));
    assertEquals("cancelled", again.json().at("/order/status").asText());
    assertEquals("null", again.json().path("checkout_url").toString(), again.body());
    assertEquals(1, shop.provider.sessions(orderId).size());
  }
}
