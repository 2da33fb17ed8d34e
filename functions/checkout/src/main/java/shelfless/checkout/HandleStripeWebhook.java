package shelfless.checkout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.json.Json;
import shelfless.orders.PaymentProvider;
import shelfless.orders.Reconciliation;
import shelfless.runtime.Environment;
import shelfless.stripe.StripeEvents;
import shelfless.stripe.StripeKeys;
import shelfless.stripe.WebhookSignature;

/**
 * {@code POST /webhooks/stripe}: a notice that something changed. What it says is not taken from
 * it: the ids are read, and what is true now is fetched and recorded. Answered 200 once that is
 * done, or once the notice is kept for an operator; anything else makes Stripe send it again.
 */
public final class HandleStripeWebhook extends HttpHandler {
  private static final int LARGEST = 256 * 1024;

  public HandleStripeWebhook() {
    this(Environment.ofProcess());
  }

  public HandleStripeWebhook(Environment environment) {
    super(Operation.HANDLE_STRIPE_WEBHOOK, environment);
  }

  @Override
  protected List<ObjectNode> rehearsal() {
    return List.of(Rehearsal.notice(environment));
  }

  @Override
  protected int largestBody() {
    return LARGEST;
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    boolean signed =
        WebhookSignature.isValid(
            request.header("stripe-signature").orElse(""),
            request.bodyBytes(),
            StripeKeys.of(environment.secrets()).webhookSecrets(),
            environment.clock().instant());
    if (!signed) {
      throw Problem.malformed(
          "The signature is missing, too old or not made with this endpoint's secret.");
    }
    Optional<PaymentProvider.Event> event = StripeEvents.read(tree(request));
    if (event == null) {
      throw Problem.malformed("The body is no event.");
    }
    String outcome =
        event.isEmpty()
            ? "ignored"
            : switch (new Reconciliation(environment, environment.provider()).handle(event.get())) {
              case Reconciliation.Outcome.Settled settled -> "handled";
              case Reconciliation.Outcome.NotOurs notOurs -> "ignored";
              case Reconciliation.Outcome.Parked parked -> "parked";
            };
    return HttpResponse.json(200, Json.object().put("received", true).put("outcome", outcome));
  }

  private static JsonNode tree(HttpRequest request) {
    try {
      return Json.read(request.bodyBytes());
    } catch (IOException unreadable) {
      throw Problem.malformed("The body is not valid JSON.");
    }
  }
}
