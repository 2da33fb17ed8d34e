package shelfless.stripe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.stripe.StripeClient;
import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.StripeException;
import com.stripe.model.Charge;
import com.stripe.model.Dispute;
import com.stripe.model.PaymentIntent;
import com.stripe.model.Refund;
import com.stripe.net.ApiResource;
import com.stripe.net.RequestOptions;
import com.stripe.param.DisputeListParams;
import com.stripe.param.RefundCreateParams;
import com.stripe.param.RefundListParams;
import com.stripe.param.checkout.SessionCreateParams;
import com.stripe.param.checkout.SessionRetrieveParams;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.domain.DisputeStatus;
import shelfless.domain.Money;
import shelfless.domain.PaymentStatus;
import shelfless.domain.RefundStatus;
import shelfless.http.HttpRequest;
import shelfless.json.Json;
import shelfless.orders.PaymentProvider;
import shelfless.runtime.Environment;
import shelfless.runtime.Unavailable;

/** Stripe as the payment provider: Checkout Sessions, refunds and disputes, by stripe-java. */
public final class StripeProvider implements PaymentProvider {
  private static final int CONNECT_MILLISECONDS = 2_000;
  private static final int READ_MILLISECONDS = 6_000;

  private final StripeClient client;

  public StripeProvider(Environment environment) {
    this.client =
        StripeClient.builder()
            .setApiKey(StripeKeys.of(environment).apiKey())
            .setApiBase(environment.settings().required("STRIPE_API_BASE"))
            .setConnectTimeout(CONNECT_MILLISECONDS)
            .setReadTimeout(READ_MILLISECONDS)
            // Its retries would outlast the caller; the same command comes again with the same key.
            .setMaxNetworkRetries(0)
            .build();
  }

  @FunctionalInterface
  private interface Call<T> {
    T make() throws StripeException;
  }

  private static <T> T call(Call<T> call) {
    try {
      return call.make();
    } catch (ApiConnectionException unreachable) {
      throw new Unavailable("The payment provider", unreachable);
    } catch (StripeException refused) {
      Integer status = refused.getStatusCode();
      // 409 and 429: another call runs with the same key, or there were too many.
      if (status == null
          || status >= 500
          || status == 409
          || status == 429
          || status == 401
          || status == 403) {
        throw new Unavailable("The payment provider", refused);
      }
      throw new Refused(String.valueOf(refused.getCode()), String.valueOf(refused.getMessage()));
    }
  }

  private static RequestOptions keyed(String key) {
    return RequestOptions.builder().setIdempotencyKey(key).build();
  }

  @Override
  public String name() {
    return "stripe";
  }

  @Override
  public Session createSession(NewSession wanted) {
    SessionCreateParams.Builder parameters =
        SessionCreateParams.builder()
            .setMode(SessionCreateParams.Mode.PAYMENT)
            .setClientReferenceId(wanted.orderId().toString())
            .setCustomerEmail(wanted.email())
            .setSuccessUrl(wanted.successUrl())
            .setCancelUrl(wanted.cancelUrl())
            .putMetadata("order_id", wanted.orderId().toString())
            .putMetadata("order_number", wanted.orderNumber())
            .setPaymentIntentData(
                SessionCreateParams.PaymentIntentData.builder()
                    .putMetadata("order_id", wanted.orderId().toString())
                    .putMetadata("order_number", wanted.orderNumber())
                    .build());
    for (Line line : wanted.lines()) {
      parameters.addLineItem(
          SessionCreateParams.LineItem.builder()
              .setQuantity((long) line.quantity())
              .setPriceData(
                  SessionCreateParams.LineItem.PriceData.builder()
                      .setCurrency(line.unitAmount().currency().toLowerCase(Locale.ROOT))
                      .setUnitAmount(line.unitAmount().amount())
                      .setProductData(
                          SessionCreateParams.LineItem.PriceData.ProductData.builder()
                              .setName(line.title())
                              .build())
                      .build())
              .build());
    }
    // A repeated key needs identical parameters, so nothing above depends on the moment.
    return session(
        call(
            () ->
                client
                    .v1()
                    .checkout()
                    .sessions()
                    .create(parameters.build(), keyed("session-" + wanted.orderId()))));
  }

  private static Session session(com.stripe.model.checkout.Session session) {
    return new Session(
        session.getId(),
        // A session that is over has no address any more.
        session.getUrl() == null ? "" : session.getUrl(),
        Instant.ofEpochSecond(session.getExpiresAt()));
  }

  @Override
  public State fetch(String sessionId, boolean withRefundsAndDisputes) {
    com.stripe.model.checkout.Session found =
        call(
            () ->
                client
                    .v1()
                    .checkout()
                    .sessions()
                    .retrieve(
                        sessionId,
                        SessionRetrieveParams.builder()
                            .addExpand("payment_intent.latest_charge")
                            .build()));
    PaymentIntent intent = found.getPaymentIntentObject();
    Charge charge = intent == null ? null : intent.getLatestChargeObject();
    boolean changed =
        charge != null
            && (Boolean.TRUE.equals(charge.getDisputed())
                || (charge.getAmountRefunded() != null && charge.getAmountRefunded() > 0));
    boolean deep = intent != null && (withRefundsAndDisputes || changed);
    return new State(
        HttpRequest.uuid(String.valueOf(found.getClientReferenceId())).orElse((UUID) null),
        session(found),
        SessionStatus.valueOf(found.getStatus().toUpperCase(Locale.ROOT)),
        money(found.getAmountTotal(), found.getCurrency()),
        intent == null ? null : payment(found, intent, charge),
        deep ? refunds(intent.getId()) : null,
        deep ? disputes(intent.getId()) : null);
  }

  private static PaymentState payment(
      com.stripe.model.checkout.Session session, PaymentIntent intent, @Nullable Charge charge) {
    PaymentStatus status =
        switch (intent.getStatus()) {
          case "succeeded" -> PaymentStatus.SUCCEEDED;
          case "processing", "requires_capture", "requires_action", "requires_confirmation" ->
              PaymentStatus.PENDING;
          default -> PaymentStatus.FAILED;
        };
    ObjectNode evidence =
        Json.object()
            .put("session", session.getId())
            .put("payment_status", session.getPaymentStatus())
            .put("intent_status", intent.getStatus())
            .put("created", intent.getCreated())
            .put("charge", charge == null ? null : charge.getId());
    long amount =
        status == PaymentStatus.SUCCEEDED ? intent.getAmountReceived() : intent.getAmount();
    return new PaymentState(intent.getId(), money(amount, intent.getCurrency()), status, evidence);
  }

  private List<RefundState> refunds(String intent) {
    return call(
            () ->
                client
                    .v1()
                    .refunds()
                    .list(
                        RefundListParams.builder().setPaymentIntent(intent).setLimit(100L).build()))
        .getData()
        .stream()
        .map(StripeProvider::refund)
        .toList();
  }

  private List<DisputeState> disputes(String intent) {
    List<DisputeState> states = new ArrayList<>();
    for (Dispute dispute :
        call(() ->
                client
                    .v1()
                    .disputes()
                    .list(
                        DisputeListParams.builder()
                            .setPaymentIntent(intent)
                            .setLimit(100L)
                            .build()))
            .getData()) {
      DisputeStatus status =
          DisputeStatus.of(dispute.getStatus())
              .orElseThrow(
                  () -> new IllegalStateException("Unknown dispute status " + dispute.getStatus()));
      states.add(
          new DisputeState(
              dispute.getId(),
              money(dispute.getAmount(), dispute.getCurrency()),
              status,
              String.valueOf(dispute.getReason())));
    }
    return states;
  }

  private static RefundState refund(Refund refund) {
    RefundStatus status =
        switch (refund.getStatus()) {
          case "succeeded" -> RefundStatus.SUCCEEDED;
          case "failed", "canceled" -> RefundStatus.FAILED;
          default -> RefundStatus.PENDING;
        };
    Map<String, String> metadata = refund.getMetadata() == null ? Map.of() : refund.getMetadata();
    return new RefundState(
        refund.getId(),
        HttpRequest.uuid(metadata.getOrDefault("refund_id", "")).orElse((UUID) null),
        money(refund.getAmount(), refund.getCurrency()),
        status,
        refund.getReason(),
        refund.getFailureReason());
  }

  private static Money money(long amount, String currency) {
    return new Money(amount, currency.toUpperCase(Locale.ROOT));
  }

  @Override
  public boolean expireSession(String sessionId) {
    try {
      call(() -> client.v1().checkout().sessions().expire(sessionId));
      return true;
    } catch (Refused noLongerOpen) {
      return false;
    }
  }

  @Override
  public Optional<UUID> orderOfPayment(String providerPaymentId) {
    try {
      Map<String, String> metadata =
          call(() -> client.v1().paymentIntents().retrieve(providerPaymentId)).getMetadata();
      return metadata == null
          ? Optional.empty()
          : HttpRequest.uuid(metadata.getOrDefault("order_id", ""));
    } catch (Refused unknown) {
      return Optional.empty();
    }
  }

  @Override
  public RefundState refund(NewRefund wanted) {
    RefundCreateParams.Builder parameters =
        RefundCreateParams.builder()
            .setPaymentIntent(wanted.providerPaymentId())
            .setAmount(wanted.amount().amount())
            .putMetadata("refund_id", wanted.refundId().toString())
            .putMetadata("order_id", wanted.orderId().toString());
    switch (wanted.reason()) {
      case "requested_by_customer" ->
          parameters.setReason(RefundCreateParams.Reason.REQUESTED_BY_CUSTOMER);
      case "duplicate" -> parameters.setReason(RefundCreateParams.Reason.DUPLICATE);
      case "fraudulent" -> parameters.setReason(RefundCreateParams.Reason.FRAUDULENT);
      default -> {
        // Stripe has no word for another reason.
      }
    }
    return refund(
        call(
            () ->
                client
                    .v1()
                    .refunds()
                    .create(parameters.build(), keyed("refund-" + wanted.refundId()))));
  }

  @Override
  public List<Event> eventsSince(Instant since) {
    List<Event> events = new ArrayList<>();
    String after = "";
    boolean more = true;
    while (more) {
      // Read as plain JSON: the library's own types leave an object empty when its API version is
      // another.
      String path = "/v1/events?limit=100&created[gte]=" + since.getEpochSecond() + after;
      JsonNode page =
          json(
              call(() -> client.rawRequest(ApiResource.RequestMethod.GET, path, null, null))
                  .body());
      for (JsonNode event : page.path("data")) {
        Optional<Event> read = StripeEvents.read(event);
        if (read != null) {
          read.ifPresent(events::add);
        }
        after = "&starting_after=" + event.path("id").asText();
      }
      more = page.path("has_more").asBoolean() && !page.path("data").isEmpty();
    }
    // Stripe lists the newest first.
    return events.reversed();
  }

  private static JsonNode json(String text) {
    try {
      return Json.MAPPER.readTree(text);
    } catch (JsonProcessingException unreadable) {
      throw new Unavailable("The payment provider", unreadable);
    }
  }
}
