package shelfless.local.stripe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.stripe.Stripe;
import com.stripe.exception.InvalidRequestException;
import com.stripe.model.Charge;
import com.stripe.model.Dispute;
import com.stripe.model.Event;
import com.stripe.model.Refund;
import com.stripe.model.StripeObject;
import com.stripe.model.checkout.Session;
import com.stripe.param.EventListParams;
import com.stripe.param.RefundCreateParams;
import com.stripe.param.RefundListParams;
import com.stripe.param.RefundUpdateParams;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shelfless.local.LocalException;

class PaymentsTest {
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

  /** The types of all events, oldest first. */
  private List<String> events() throws Exception {
    return world
        .stripe()
        .v1()
        .events()
        .list(EventListParams.builder().setLimit(100L).build())
        .getData()
        .reversed()
        .stream()
        .map(Event::getType)
        .toList();
  }

  private Event latest(String type) throws Exception {
    return world
        .stripe()
        .v1()
        .events()
        .list(EventListParams.builder().setType(type).setLimit(1L).build())
        .getData()
        .getFirst();
  }

  private Charge charge(Session session) throws Exception {
    String intent = world.retrieve(session).getPaymentIntent();
    String charge = world.stripe().v1().paymentIntents().retrieve(intent).getLatestCharge();
    return world.stripe().v1().charges().retrieve(charge);
  }

  private Refund refund(Session session, long amount) throws Exception {
    return world
        .stripe()
        .v1()
        .refunds()
        .create(
            RefundCreateParams.builder()
                .setPaymentIntent(session.getPaymentIntent())
                .setAmount(amount)
                .setReason(RefundCreateParams.Reason.REQUESTED_BY_CUSTOMER)
                .putMetadata("refund_id", "refund-1")
                .build());
  }

  @Test
  void aPaymentCompletesTheSessionAndStripeTellsOfEachStep() throws Exception {
    Session session = world.session();
    assertEquals(session.getId(), world.outcome(session, "paid").path("id").asText());
    Session paid = world.retrieve(session);
    assertEquals("complete", paid.getStatus());
    assertEquals("paid", paid.getPaymentStatus());
    assertEquals("buyer@example.com", paid.getCustomerDetails().getEmail());
    assertNull(paid.getUrl());
    assertEquals(
        List.of(
            "payment_intent.created",
            "charge.succeeded",
            "payment_intent.succeeded",
            "checkout.session.completed",
            "charge.updated"),
        events());
  }

  @Test
  void anEventHasTheClientsVersionAndTheObjectAsItWasThen() throws Exception {
    Session paid = world.paid();
    Event event = latest("checkout.session.completed");
    assertEquals(Stripe.API_VERSION, event.getApiVersion());
    assertFalse(event.getLivemode());
    StripeObject object = event.getDataObjectDeserializer().getObject().orElseThrow();
    assertEquals(paid.getId(), ((Session) object).getId());
    assertEquals("paid", ((Session) object).getPaymentStatus());
    assertNull(event.getRequest().getId());
  }

  @Test
  void aDeclinedCardLeavesTheSessionOpenForAnother() throws Exception {
    Session session = world.session();
    assertEquals("open", world.outcome(session, "declined").path("status").asText());
    assertEquals("failed", charge(session).getStatus());
    assertEquals(
        List.of("payment_intent.created", "charge.failed", "payment_intent.payment_failed"),
        events());
    String intent = world.retrieve(session).getPaymentIntent();
    world.outcome(session, "paid");
    assertEquals(intent, world.retrieve(session).getPaymentIntent());
    assertTrue(charge(session).getPaid());
  }

  @Test
  void aDelayedPaymentIsCompleteAndUnpaidUntilTheBankPays() throws Exception {
    Session session = world.session();
    world.outcome(session, "delayed");
    assertEquals("complete", world.retrieve(session).getStatus());
    assertEquals("unpaid", world.retrieve(session).getPaymentStatus());
    assertEquals("pending", charge(session).getStatus());
    assertEquals("checkout.session.completed", events().getLast());
    world.outcome(session, "delayed_paid");
    assertEquals("paid", world.retrieve(session).getPaymentStatus());
    assertTrue(events().contains("checkout.session.async_payment_succeeded"));
  }

  @Test
  void aDelayedPaymentThatFailsStaysUnpaid() throws Exception {
    Session session = world.session();
    world.outcome(session, "delayed_failed");
    assertEquals("unpaid", world.retrieve(session).getPaymentStatus());
    assertEquals("failed", charge(session).getStatus());
    assertEquals("checkout.session.async_payment_failed", events().getLast());
    assertThrows(LocalException.class, () -> world.outcome(session, "delayed_paid"));
  }

  @Test
  void whatTheStateForbidsIsAConflictAndWhatIsNoOutcomeABadRequest() throws Exception {
    Session session = world.session();
    assertEquals(
        400, assertThrows(LocalException.class, () -> world.outcome(session, "stolen")).status());
    world.outcome(session, "expired");
    assertEquals(
        409, assertThrows(LocalException.class, () -> world.outcome(session, "paid")).status());
    assertEquals(
        404,
        assertThrows(
                LocalException.class,
                () -> world.local("POST", "/_local/refunds/re_none/fail", "{}"))
            .status());
  }

  @Test
  void refundsNeverPassWhatWasPaid() throws Exception {
    Session session = world.paid();
    Refund first = refund(session, 1000);
    assertEquals("succeeded", first.getStatus());
    assertEquals("refund-1", first.getMetadata().get("refund_id"));
    assertFalse(charge(session).getRefunded());
    var tooMuch = assertThrows(InvalidRequestException.class, () -> refund(session, 901));
    assertTrue(String.valueOf(tooMuch.getMessage()).contains("greater than unrefunded amount"));
    refund(session, 900);
    assertTrue(charge(session).getRefunded());
    var again = assertThrows(InvalidRequestException.class, () -> refund(session, 1));
    assertEquals("charge_already_refunded", again.getCode());
    assertEquals(
        2,
        world
            .stripe()
            .v1()
            .refunds()
            .list(RefundListParams.builder().setPaymentIntent(session.getPaymentIntent()).build())
            .getData()
            .size());
  }

  @Test
  void stripeTellsOfOneRefundUnderSeveralEvents() throws Exception {
    refund(world.paid(), 1000);
    assertEquals(
        List.of("refund.created", "charge.refunded", "refund.updated", "charge.refund.updated"),
        events().subList(5, 9));
    Event refunded = latest("charge.refunded");
    assertEquals("{amount_refunded=0}", refunded.getData().getPreviousAttributes().toString());
    assertTrue(refunded.getRequest().getId().startsWith("req_"));
  }

  @Test
  void aRefundMadeInTheDashboardCountsTheSame() throws Exception {
    Session session = world.paid();
    String id =
        world
            .local(
                "POST",
                "/_local/refunds",
                "{'payment_intent': '" + session.getPaymentIntent() + "', 'amount': null}")
            .path("id")
            .asText();
    assertEquals(1900, world.stripe().v1().refunds().retrieve(id).getAmount());
    assertEquals(1900, charge(session).getAmountRefunded());
  }

  @Test
  void aRefundThatFailsLaterGivesTheChargeItsMoneyBack() throws Exception {
    Session session = world.paid();
    Refund refund = refund(session, 1900);
    world.local("POST", "/_local/refunds/" + refund.getId() + "/fail", "");
    assertEquals("failed", world.stripe().v1().refunds().retrieve(refund.getId()).getStatus());
    assertEquals(0, charge(session).getAmountRefunded());
    assertFalse(charge(session).getRefunded());
    assertTrue(
        events().containsAll(List.of("refund.failed", "refund.updated", "charge.refund.updated")));
    assertEquals(
        409,
        assertThrows(
                LocalException.class,
                () -> world.local("POST", "/_local/refunds/" + refund.getId() + "/fail", ""))
            .status());
    refund(session, 1900);
  }

  @Test
  void aPendingRefundCountsAtOnceAndSucceedsLater() throws Exception {
    Session session = world.paid();
    String body = "{'payment_intent': '" + session.getPaymentIntent() + "', 'status': 'pending'}";
    String id = world.local("POST", "/_local/refunds", body).path("id").asText();
    assertEquals("pending", world.stripe().v1().refunds().retrieve(id).getStatus());
    assertEquals(1900, charge(session).getAmountRefunded());
    world.local("POST", "/_local/refunds/" + id + "/succeed", "");
    assertEquals("succeeded", world.stripe().v1().refunds().retrieve(id).getStatus());
  }

  @Test
  void aRefundsMetadataCanBeChangedAndOnlyAWaitingOneCanceled() throws Exception {
    Refund refund = refund(world.paid(), 1000);
    var changed =
        world
            .stripe()
            .v1()
            .refunds()
            .update(
                refund.getId(), RefundUpdateParams.builder().putMetadata("note", "seen").build());
    assertEquals(Map.of("refund_id", "refund-1", "note", "seen"), changed.getMetadata());
    assertThrows(
        InvalidRequestException.class, () -> world.stripe().v1().refunds().cancel(refund.getId()));
  }

  @Test
  void aDisputeTakesTheMoneyAndForbidsRefundsUntilItIsWon() throws Exception {
    Session session = world.paid();
    String path = "/_local/charges/" + charge(session).getId() + "/disputes";
    String id = world.local("POST", path, "").path("id").asText();
    Dispute dispute = world.stripe().v1().disputes().retrieve(id);
    assertEquals("needs_response", dispute.getStatus());
    assertEquals(1900, dispute.getAmount());
    assertEquals(session.getPaymentIntent(), dispute.getPaymentIntent());
    assertTrue(charge(session).getDisputed());
    var refused = assertThrows(InvalidRequestException.class, () -> refund(session, 100));
    assertEquals("charge_disputed", refused.getCode());

    world.local("POST", "/_local/disputes/" + id + "/close", "{'outcome': 'won'}");
    assertEquals("won", world.stripe().v1().disputes().retrieve(id).getStatus());
    assertTrue(
        events()
            .containsAll(
                List.of(
                    "charge.dispute.created",
                    "charge.dispute.funds_withdrawn",
                    "charge.dispute.updated",
                    "charge.dispute.closed",
                    "charge.dispute.funds_reinstated")));
    refund(session, 100);
  }

  @Test
  void aLostDisputeKeepsTheMoney() throws Exception {
    Session session = world.paid();
    String path = "/_local/charges/" + session.getPaymentIntent() + "/disputes";
    String id = world.local("POST", path, "{'reason': 'fraudulent'}").path("id").asText();
    world.local("POST", "/_local/disputes/" + id + "/close", "{'outcome': 'lost'}");
    assertEquals("lost", world.stripe().v1().disputes().retrieve(id).getStatus());
    assertThrows(InvalidRequestException.class, () -> refund(session, 100));
    assertEquals(
        409,
        assertThrows(
                LocalException.class,
                () ->
                    world.local("POST", "/_local/disputes/" + id + "/close", "{'outcome': 'won'}"))
            .status());
  }

  @Test
  void anInquiryTakesNoMoneyAndForbidsNothing() throws Exception {
    Session session = world.paid();
    String path = "/_local/charges/" + session.getPaymentIntent() + "/disputes";
    String id =
        world.local("POST", path, "{'status': 'warning_needs_response'}").path("id").asText();
    assertFalse(charge(session).getDisputed());
    refund(session, 100);
    world.local("POST", "/_local/disputes/" + id + "/close", "{'outcome': 'won'}");
    assertEquals("warning_closed", world.stripe().v1().disputes().retrieve(id).getStatus());
    assertFalse(events().contains("charge.dispute.funds_withdrawn"));
  }

  @Test
  void eventsAreListedNewestFirstInPagesThatLoseNothing() throws Exception {
    world.paid();
    long later = world.clock.instant().getEpochSecond() + 60;
    world.clock.advance(Duration.ofMinutes(2));
    world.paid();
    List<String> all =
        world
            .stripe()
            .v1()
            .events()
            .list(EventListParams.builder().setLimit(100L).build())
            .getData()
            .stream()
            .map(Event::getId)
            .toList();
    assertEquals(10, all.size());

    var since =
        EventListParams.builder()
            .setCreated(EventListParams.Created.builder().setGte(later).build())
            .setLimit(3L)
            .build();
    var page = world.stripe().v1().events().list(since);
    assertTrue(page.getHasMore());
    assertEquals(all.subList(0, 3), page.getData().stream().map(Event::getId).toList());
    var older = EventListParams.builder().setStartingAfter(all.get(2)).setLimit(100L).build();
    assertEquals(
        all.subList(3, 10),
        world.stripe().v1().events().list(older).getData().stream().map(Event::getId).toList());
    var newer = EventListParams.builder().setEndingBefore(all.get(5)).setLimit(2L).build();
    page = world.stripe().v1().events().list(newer);
    assertTrue(page.getHasMore());
    assertEquals(all.subList(3, 5), page.getData().stream().map(Event::getId).toList());
    var types =
        EventListParams.builder()
            .addType("checkout.session.completed")
            .addType("charge.succeeded")
            .build();
    assertEquals(4, world.stripe().v1().events().list(types).getData().size());
  }

  @Test
  void eventsAreKeptForThirtyDays() throws Exception {
    world.paid();
    String id = latest("charge.succeeded").getId();
    world.clock.advance(Duration.ofDays(31));
    assertEquals(List.of(), events());
    assertThrows(InvalidRequestException.class, () -> world.stripe().v1().events().retrieve(id));
    assertNotEquals(0, world.local("GET", "/_local/webhooks/events", "").path("data").size());
  }
}
