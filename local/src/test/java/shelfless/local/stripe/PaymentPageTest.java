package shelfless.local.stripe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.stripe.model.checkout.Session;
import com.stripe.param.DisputeListParams;
import com.stripe.param.RefundCreateParams;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PaymentPageTest {
  @TempDir Path folder;
  private World world;

  @BeforeEach
  void start() throws Exception {
    world = new World(folder);
  }

  @AfterEach
  void stop() {
    world.close();
  }

  private HttpResponse<String> show(Session session) throws Exception {
    return world.raw("GET", "/pay/" + session.getId(), "");
  }

  private HttpResponse<String> pay(Session session, String number) throws Exception {
    return world.raw(
        "POST",
        "/pay/" + session.getId(),
        "email=buyer%40example.com&card_number=" + number.replace(' ', '+'));
  }

  @Test
  void thePageShowsWhatIsBoughtAndSaysThatItIsATest() throws Exception {
    Session session =
        world.stripe().v1().checkout().sessions().create(World.order(1900, 3).build());
    String page = show(session).body();
    assertTrue(page.contains("This is a test page."));
    assertTrue(page.contains("A book"));
    assertTrue(page.contains("EUR 57.00"));
    assertTrue(page.contains("buyer@example.com"));
    assertTrue(page.contains("4242 4242 4242 4242"));
    assertTrue(page.contains("http://shop.test/cart"));
    assertFalse(page.contains("<script"));
  }

  @Test
  void payingGoesBackToTheShopWithTheSessionsId() throws Exception {
    Session session = world.session();
    HttpResponse<String> answer = pay(session, "4242 4242 4242 4242");
    assertEquals(303, answer.statusCode());
    assertEquals(
        "http://shop.test/checkout/return?session_id=" + session.getId(),
        answer.headers().firstValue("Location").orElse(""));
    assertEquals("paid", world.retrieve(session).getPaymentStatus());
    assertTrue(show(session).body().contains("is paid"));
    assertEquals(303, pay(session, "4242 4242 4242 4242").statusCode());
  }

  @Test
  void aDeclinedCardIsSaidAndAnotherCanBeTried() throws Exception {
    Session session = world.session();
    HttpResponse<String> answer = pay(session, "4000000000000002");
    assertEquals(402, answer.statusCode());
    assertTrue(answer.body().contains("Your card was declined."));
    assertEquals(402, pay(session, "1234").statusCode());
    assertEquals(303, pay(session, "5555 5555 5555 4444").statusCode());
  }

  @Test
  void aDelayedMethodStaysUnpaidUntilTheButtonSettlesIt() throws Exception {
    Session session = world.session();
    assertEquals(303, pay(session, "AT61 1904 3002 3457 3201").statusCode());
    assertEquals("unpaid", world.retrieve(session).getPaymentStatus());
    assertTrue(show(session).body().contains("The bank pays"));
    world.raw("POST", "/pay/" + session.getId() + "/settle", "outcome=paid");
    assertEquals("paid", world.retrieve(session).getPaymentStatus());
  }

  @Test
  void theDisputedCardIsDisputedSecondsLater() throws Exception {
    Session session = world.session();
    pay(session, "4000 0000 0000 0259");
    var params =
        DisputeListParams.builder()
            .setPaymentIntent(world.retrieve(session).getPaymentIntent())
            .build();
    assertEquals(0, world.stripe().v1().disputes().list(params).getData().size());
    world.clock.advance(Duration.ofSeconds(10));
    assertEquals(1, world.stripe().v1().disputes().list(params).getData().size());
  }

  @Test
  void theCardsForRefundsDelayThemOrLetThemFail() throws Exception {
    for (String[] expected :
        new String[][] {
          {"4000 0000 0000 7726", "pending", "succeeded"},
          {"4000 0000 0000 5126", "succeeded", "failed"}
        }) {
      Session session = world.session();
      pay(session, expected[0]);
      var refunds = world.stripe().v1().refunds();
      var refund =
          refunds.create(
              RefundCreateParams.builder()
                  .setPaymentIntent(world.retrieve(session).getPaymentIntent())
                  .build());
      assertEquals(expected[1], refund.getStatus());
      world.clock.advance(Duration.ofSeconds(10));
      assertEquals(expected[2], refunds.retrieve(refund.getId()).getStatus());
    }
  }

  @Test
  void anExpiredOrUnknownPaymentSaysSo() throws Exception {
    Session session = world.session();
    world.clock.advance(Duration.ofHours(24));
    assertTrue(show(session).body().contains("has expired"));
    assertEquals(303, pay(session, "4242 4242 4242 4242").statusCode());
    assertEquals("unpaid", world.retrieve(session).getPaymentStatus());
    assertEquals(404, world.raw("GET", "/pay/cs_test_none", "").statusCode());
  }
}
