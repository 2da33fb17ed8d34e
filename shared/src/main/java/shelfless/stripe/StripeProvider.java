package shelfless.stripe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.stripe.Stripe;
import com.stripe.StripeClient;
import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.StripeException;
import com.stripe.net.ApiResource;
import com.stripe.net.RawRequestOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import shelfless.aws.Secrets;
import shelfless.domain.DisputeStatus;
import shelfless.domain.Money;
import shelfless.domain.PaymentStatus;
import shelfless.domain.RefundStatus;
import shelfless.http.HttpRequest;
import shelfless.json.Json;
import shelfless.orders.PaymentProvider;
import shelfless.runtime.CallTime;
import shelfless.runtime.Settings;
import shelfless.runtime.Unavailable;

/** Stripe as the payment provider: Checkout Sessions, refunds and disputes, by stripe-java. */
public final class StripeProvider implements PaymentProvider {
  private static final Duration TO_CONNECT = Duration.ofSeconds(2);
  private static final Duration TO_ANSWER = Duration.ofSeconds(6);

  /** Stripe's words; for another reason it has none. */
  private static final Set<String> REASONS =
      Set.of("requested_by_customer", "duplicate", "fraudulent");

  static {
    // Else each request tells Stripe how long the one before it took, also one of a rehearsal.
    Stripe.enableTelemetry = false;
  }

  private final StripeClient client;
  private final CallTime time;
  private final boolean keepsConnections;

  /**
   * @param time what is waited for takes no longer than the call may
   * @param keepsConnections whether a connection may serve a later call
   */
  public StripeProvider(
      Settings settings, Secrets secrets, CallTime time, boolean keepsConnections) {
    this.time = time;
    this.keepsConnections = keepsConnections;
    this.client =
        StripeClient.builder()
            .setApiKey(StripeKeys.of(secrets).apiKey())
            .setApiBase(settings.required("STRIPE_API_BASE"))
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
      String code = refused.getCode() == null ? "provider_refused" : refused.getCode();
      String said = refused.getStripeError() == null ? null : refused.getStripeError().getMessage();
      throw new Refused(code, said == null ? "no reason was given." : said);
    }
  }

  /** With the time-outs, which are shorter when the call has not much time left. */
  private RawRequestOptions.RawRequestOptionsBuilder options() {
    Duration answer = time.elsewhereAtMost(TO_ANSWER);
    if (answer.toMillis() == 0) {
      throw new Unavailable(
          "The payment provider", new TimeoutException("The call has no time left"));
    }
    return new RawRequestOptions.RawRequestOptionsBuilder()
        .setAdditionalHeaders(keepsConnections ? Map.of() : Map.of("Connection", "close"))
        .setConnectTimeout((int) time.elsewhereAtMost(TO_CONNECT).plusMillis(1).toMillis())
        .setReadTimeout((int) answer.toMillis());
  }

  @Override
  public String name() {
    return "stripe";
  }

  @Override
  public Session createSession(NewSession wanted) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("mode", "payment");
    form.put("client_reference_id", wanted.orderId().toString());
    form.put("customer_email", wanted.email());
    form.put("success_url", wanted.successUrl());
    form.put("cancel_url", wanted.cancelUrl());
    for (String about : List.of("metadata", "payment_intent_data[metadata]")) {
      form.put(about + "[order_id]", wanted.orderId().toString());
      form.put(about + "[order_number]", wanted.orderNumber());
    }
    StripeNote.split(wanted.note()).forEach((key, part) -> form.put("metadata[" + key + "]", part));
    for (int i = 0; i < wanted.lines().size(); i++) {
      Line line = wanted.lines().get(i);
      String item = "line_items[" + i + "]";
      form.put(item + "[quantity]", Integer.toString(line.quantity()));
      form.put(item + "[price_data][unit_amount]", Long.toString(line.unitAmount().amount()));
      form.put(
          item + "[price_data][currency]", line.unitAmount().currency().toLowerCase(Locale.ROOT));
      form.put(item + "[price_data][product_data][name]", line.title());
    }
    // A repeated key needs identical parameters, so nothing above depends on the moment.
    return session(post("/v1/checkout/sessions", form, "session-" + wanted.orderId()));
  }

  private static Session session(JsonNode session) {
    return new Session(
        session.path("id").asText(),
        // A session that is over has no address any more.
        session.path("url").asText(""),
        Instant.ofEpochSecond(session.path("expires_at").asLong()));
  }

  private JsonNode get(String path) {
    return request(ApiResource.RequestMethod.GET, path, null, options());
  }

  /**
   * @param key where the same may be done once only, however often it is asked for
   */
  private JsonNode post(String path, Map<String, String> form, @Nullable String key) {
    RawRequestOptions.RawRequestOptionsBuilder options = options();
    options.setIdempotencyKey(key);
    return request(ApiResource.RequestMethod.POST, path, form, options);
  }

  /**
   * Forms are written and answers read as they are on the wire: the library's own types cost more
   * at a cold start than all else in a call, by reflection over all their fields, and stay empty
   * where the API version is another.
   */
  private JsonNode request(
      ApiResource.RequestMethod method,
      String path,
      @Nullable Map<String, String> form,
      RawRequestOptions.RawRequestOptionsBuilder options) {
    String content =
        form == null
            ? null
            : form.entrySet().stream()
                .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
    String body = call(() -> client.rawRequest(method, path, content, options.build())).body();
    try {
      return Json.readOwn(body);
    } catch (JsonProcessingException unreadable) {
      throw new Unavailable("The payment provider", unreadable);
    }
  }

  @Override
  public State fetch(String sessionId, boolean withRefundsAndDisputes) {
    JsonNode found =
        get(
            "/v1/checkout/sessions/"
                + encoded(sessionId)
                + "?expand[]=payment_intent.latest_charge");
    JsonNode intent = found.path("payment_intent");
    JsonNode charge = intent.path("latest_charge");
    boolean changed =
        charge.path("disputed").asBoolean() || charge.path("amount_refunded").asLong() > 0;
    boolean deep = intent.isObject() && (withRefundsAndDisputes || changed);
    String intentId = intent.path("id").asText();
    return new State(
        HttpRequest.uuid(found.path("client_reference_id").asText("")).orElse((UUID) null),
        StripeNote.join(found.path("metadata"))
            .map(note -> new Sale(found.path("customer_email").asText(""), note))
            .orElse((Sale) null),
        session(found),
        SessionStatus.valueOf(found.path("status").asText().toUpperCase(Locale.ROOT)),
        money(found, "amount_total"),
        intent.isObject() ? payment(found, intent, charge) : null,
        deep ? refunds(intentId) : null,
        deep ? disputes(intentId) : null);
  }

  private static PaymentState payment(JsonNode session, JsonNode intent, JsonNode charge) {
    String intentStatus = intent.path("status").asText();
    PaymentStatus status =
        switch (intentStatus) {
          case "succeeded" -> PaymentStatus.SUCCEEDED;
          case "processing", "requires_capture", "requires_action", "requires_confirmation" ->
              PaymentStatus.PENDING;
          default -> PaymentStatus.FAILED;
        };
    ObjectNode evidence =
        Json.object()
            .put("session", session.path("id").asText())
            .put("payment_status", session.path("payment_status").asText())
            .put("intent_status", intentStatus)
            .put("created", intent.path("created").asLong())
            .put("charge", charge.path("id").asText(null));
    Money amount = money(intent, status == PaymentStatus.SUCCEEDED ? "amount_received" : "amount");
    return new PaymentState(intent.path("id").asText(), amount, status, evidence);
  }

  private List<RefundState> refunds(String intent) {
    return get("/v1/refunds?limit=100&payment_intent=" + encoded(intent))
        .path("data")
        .valueStream()
        .map(StripeProvider::refund)
        .toList();
  }

  private static RefundState refund(JsonNode refund) {
    return new RefundState(
        refund.path("id").asText(),
        HttpRequest.uuid(refund.path("metadata").path("refund_id").asText("")).orElse((UUID) null),
        money(refund, "amount"),
        refundStatus(refund.path("status").asText()),
        refund.path("reason").asText(null),
        refund.path("failure_reason").asText(null));
  }

  private static RefundStatus refundStatus(String status) {
    return switch (status) {
      case "succeeded" -> RefundStatus.SUCCEEDED;
      case "failed", "canceled" -> RefundStatus.FAILED;
      default -> RefundStatus.PENDING;
    };
  }

  private List<DisputeState> disputes(String intent) {
    return get("/v1/disputes?limit=100&payment_intent=" + encoded(intent))
        .path("data")
        .valueStream()
        .map(
            dispute ->
                new DisputeState(
                    dispute.path("id").asText(),
                    money(dispute, "amount"),
                    DisputeStatus.of(dispute.path("status").asText())
                        .orElseThrow(
                            () ->
                                new IllegalStateException(
                                    "Unknown dispute status " + dispute.path("status").asText())),
                    dispute.path("reason").asText("unknown")))
        .toList();
  }

  private static Money money(JsonNode object, String field) {
    return new Money(
        object.path(field).asLong(), object.path("currency").asText().toUpperCase(Locale.ROOT));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public boolean expireSession(String sessionId) {
    try {
      post("/v1/checkout/sessions/" + encoded(sessionId) + "/expire", Map.of(), null);
      return true;
    } catch (Refused noLongerOpen) {
      return false;
    }
  }

  @Override
  public Optional<UUID> orderOfPayment(String providerPaymentId) {
    try {
      return HttpRequest.uuid(
          get("/v1/payment_intents/" + encoded(providerPaymentId))
              .path("metadata")
              .path("order_id")
              .asText(""));
    } catch (Refused unknown) {
      return Optional.empty();
    }
  }

  @Override
  public RefundState refund(NewRefund wanted) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("payment_intent", wanted.providerPaymentId());
    form.put("amount", Long.toString(wanted.amount().amount()));
    if (REASONS.contains(wanted.reason())) {
      form.put("reason", wanted.reason());
    }
    form.put("metadata[refund_id]", wanted.refundId().toString());
    form.put("metadata[order_id]", wanted.orderId().toString());
    return refund(post("/v1/refunds", form, "refund-" + wanted.refundId()));
  }

  @Override
  public List<Event> events(Instant from, Instant to) {
    List<Event> events = new ArrayList<>();
    StringBuilder wanted = new StringBuilder("/v1/events?limit=100");
    wanted.append("&created[gte]=").append(from.getEpochSecond());
    wanted.append("&created[lt]=").append(to.getEpochSecond());
    StripeEvents.TYPES.stream().sorted().forEach(type -> wanted.append("&types[]=").append(type));
    String after = "";
    boolean more = true;
    while (more) {
      JsonNode page = get(wanted + after);
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
}
