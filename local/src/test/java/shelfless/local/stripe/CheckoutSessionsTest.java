package shelfless.local.stripe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.stripe.exception.AuthenticationException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.model.checkout.Session;
import com.stripe.param.checkout.SessionCreateParams;
import com.stripe.param.checkout.SessionListParams;
import com.stripe.param.checkout.SessionRetrieveParams;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import shelfless.local.Json;

class CheckoutSessionsTest {
  private static final String FORM =
      "mode=payment&success_url=http%3A%2F%2Fshop.test%2Fok&line_items[0][quantity]=2"
          + "&line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=500"
          + "&line_items[0][price_data][product_data][name]=Book";

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

  @Test
  void aNewSessionSaysWhatWasAskedForAndWaitsForTheBuyer() throws Exception {
    SessionCreateParams params =
        World.order(1900, 3)
            .setLocale(SessionCreateParams.Locale.AUTO)
            .setSubmitType(SessionCreateParams.SubmitType.PAY)
            .setExpiresAt(world.clock.instant().plus(Duration.ofHours(2)).getEpochSecond())
            .addExpand("line_items")
            .build();
    Session session = world.stripe().v1().checkout().sessions().create(params);

    assertTrue(session.getId().startsWith("cs_test_"), session.getId());
    assertEquals("open", session.getStatus());
    assertEquals("unpaid", session.getPaymentStatus());
    assertEquals(5700, session.getAmountTotal());
    assertEquals("eur", session.getCurrency());
    assertEquals("order-1", session.getClientReferenceId());
    assertEquals("order-1", session.getMetadata().get("order_id"));
    assertEquals("buyer@example.com", session.getCustomerEmail());
    assertEquals(params.getExpiresAt(), session.getExpiresAt());
    assertTrue(session.getUrl().endsWith("/pay/" + session.getId()), session.getUrl());
    assertNull(session.getPaymentIntent());
    assertEquals("A book", session.getLineItems().getData().getFirst().getDescription());
    assertEquals(3, session.getLineItems().getData().getFirst().getQuantity());
    assertTrue(session.getLastResponse().requestId().startsWith("req_"));
  }

  @Test
  void aSessionLastsADayUnlessItSaysOtherwise() throws Exception {
    Session session = world.session();
    assertEquals(Duration.ofHours(24).toSeconds(), session.getExpiresAt() - session.getCreated());
  }

  @Test
  void aSessionShowsItsLineItemsOnlyWhenAsked() throws Exception {
    Session session = world.session();
    assertNull(world.retrieve(session).getLineItems());
    assertEquals(
        1,
        world
            .stripe()
            .v1()
            .checkout()
            .sessions()
            .lineItems()
            .list(session.getId())
            .getData()
            .size());
  }

  @ParameterizedTest(name = "{0}: {1} of {2}")
  @CsvSource({
    "nonsense=1, parameter_unknown, nonsense",
    "line_items[0][colour]=red, parameter_unknown, line_items[0][colour]",
    "line_items[0][quantity]=two, parameter_invalid_integer, line_items[0][quantity]",
    "line_items[0][quantity]=0, parameter_invalid_integer, line_items[0][quantity]",
    "line_items[0][price_data][unit_amount]=-1, parameter_invalid_integer, line_items[0][price_data][unit_amount]",
    "line_items[0][price_data][unit_amount]=1.5, parameter_invalid_integer, line_items[0][price_data][unit_amount]",
    "line_items[0][price_data][unit_amount]=100000000, amount_too_large, line_items[0][price_data][unit_amount]",
    "line_items[0][price_data][unit_amount]=16, amount_too_small, line_items",
    "line_items[0][price_data][product_data][name]=, parameter_invalid_empty, line_items[0][price_data][product_data][name]",
    "line_items[0][price_data][currency]=eurodollar, , line_items[0][price_data][currency]",
    "line_items[0][price_data][currency]=EUR, , line_items[0][price_data][currency]",
    "mode=barter, , mode",
    "expires_at=1000, , expires_at",
    "success_url=nowhere, url_invalid, success_url",
    "customer_email=nobody, email_invalid, customer_email",
    "automatic_tax[enabled]=true, , automatic_tax",
    "metadata=text, , metadata",
    "line_items=text, parameter_unknown, line_items",
    "expand[]=nonsense, , expand",
  })
  void aParameterThatStripeWouldRefuseIsRefused(String parameter, String code, String name)
      throws Exception {
    var answer = world.raw("POST", "/v1/checkout/sessions", FORM + "&" + parameter);
    var error = Json.parse(answer.body()).path("error");
    assertEquals(400, answer.statusCode(), answer.body());
    assertEquals("invalid_request_error", error.path("type").asText());
    assertEquals(code, error.path("code").textValue());
    assertEquals(name, error.path("param").asText());
    assertTrue(!error.path("message").asText().isEmpty());
    assertTrue(answer.headers().firstValue("Request-Id").isPresent());
  }

  @ParameterizedTest
  @CsvSource({
    "mode",
    "success_url",
    "line_items[0][quantity]",
    "line_items[0][price_data][currency]",
    "line_items[0][price_data][unit_amount]",
  })
  void aParameterThatIsMissingIsNamed(String name) throws Exception {
    String without =
        String.join(
            "&", List.of(FORM.split("&")).stream().filter(p -> !p.startsWith(name + "=")).toList());
    var answer = world.raw("POST", "/v1/checkout/sessions", without);
    var error = Json.parse(answer.body()).path("error");
    assertEquals(400, answer.statusCode());
    assertEquals("parameter_missing", error.path("code").asText());
    assertEquals(name, error.path("param").asText());
  }

  @Test
  void kuwaitiDinarsEndInZeroAndYenHaveNoDecimals() throws Exception {
    String dinars = FORM.replace("=eur", "=kwd");
    assertEquals(200, world.raw("POST", "/v1/checkout/sessions", dinars).statusCode());
    assertEquals(
        400,
        world.raw("POST", "/v1/checkout/sessions", dinars.replace("=500", "=501")).statusCode());
    assertEquals(
        200, world.raw("POST", "/v1/checkout/sessions", FORM.replace("=eur", "=jpy")).statusCode());
  }

  @Test
  void theClientLearnsWhatIsWrongWithItsRequest() {
    var refused =
        assertThrows(
            InvalidRequestException.class,
            () ->
                world
                    .stripe()
                    .v1()
                    .checkout()
                    .sessions()
                    .create(World.order(1900, 1).putExtraParam("nonsense", "1").build()));
    assertEquals("parameter_unknown", refused.getCode());
    assertEquals(400, refused.getStatusCode());
    assertTrue(refused.getRequestId().startsWith("req_"));
  }

  @Test
  void aWrongKeyIsRefused() {
    assertThrows(
        AuthenticationException.class,
        () -> world.client("sk_test_wrong").v1().checkout().sessions().list());
  }

  @Test
  void anUnknownPathAnUnknownIdAndAnotherApiVersionAreRefused() throws Exception {
    assertEquals(404, world.raw("GET", "/v1/customers", "").statusCode());
    var refused =
        assertThrows(
            InvalidRequestException.class,
            () -> world.stripe().v1().checkout().sessions().retrieve("cs_test_none"));
    assertEquals(404, refused.getStatusCode());
    assertEquals("resource_missing", refused.getCode());
    assertEquals(
        400, world.raw("GET", "/v1/events", "", "Stripe-Version", "2020-08-27").statusCode());
  }

  @Test
  void anOpenSessionCanBeExpiredOnce() throws Exception {
    Session session = world.session();
    var sessions = world.stripe().v1().checkout().sessions();
    assertEquals("expired", sessions.expire(session.getId()).getStatus());
    var refused =
        assertThrows(InvalidRequestException.class, () -> sessions.expire(session.getId()));
    assertTrue(String.valueOf(refused.getMessage()).contains("status of `expired`"));
    World.await(() -> world.receivedTypes().contains("checkout.session.expired"));
  }

  @Test
  void aSessionExpiresWhenTheClockPassesItsEnd() throws Exception {
    Session session = world.session();
    world.clock.advance(Duration.ofHours(24));
    assertEquals("expired", world.retrieve(session).getStatus());
    World.await(() -> world.receivedTypes().equals(List.of("checkout.session.expired")));
    assertThrows(RuntimeException.class, () -> world.outcome(session, "paid"));
  }

  @Test
  void aPaidSessionOutlivesItsEnd() throws Exception {
    Session session = world.paid();
    world.clock.advance(Duration.ofHours(25));
    world.standIn().clockAdvanced();
    assertEquals("complete", world.retrieve(session).getStatus());
  }

  @Test
  void expandingGivesThePaymentIntentAndItsCharge() throws Exception {
    Session session =
        world
            .stripe()
            .v1()
            .checkout()
            .sessions()
            .retrieve(
                world.paid().getId(),
                SessionRetrieveParams.builder()
                    .addExpand("payment_intent.latest_charge.balance_transaction")
                    .addExpand("line_items")
                    .build());
    var intent = session.getPaymentIntentObject();
    assertEquals("succeeded", intent.getStatus());
    assertEquals("order-1", intent.getMetadata().get("order_id"));
    var card = intent.getLatestChargeObject().getPaymentMethodDetails().getCard();
    assertEquals("visa", card.getBrand());
    assertEquals("4242", card.getLast4());
    assertEquals(1900, intent.getLatestChargeObject().getBalanceTransactionObject().getAmount());
    assertEquals(1, session.getLineItems().getData().size());
  }

  @Test
  void sessionsAreFoundByTheirPaymentIntent() throws Exception {
    world.paid();
    Session wanted = world.paid();
    var found =
        world
            .stripe()
            .v1()
            .checkout()
            .sessions()
            .list(SessionListParams.builder().setPaymentIntent(wanted.getPaymentIntent()).build());
    assertEquals(List.of(wanted.getId()), found.getData().stream().map(Session::getId).toList());
  }
}
