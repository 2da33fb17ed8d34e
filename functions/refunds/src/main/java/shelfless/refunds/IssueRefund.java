package shelfless.refunds;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.data.Orders;
import shelfless.domain.Money;
import shelfless.domain.RefundPlan;
import shelfless.domain.RefundReason;
import shelfless.http.Body;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Idempotency;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.http.views.OrderView;
import shelfless.orders.PaymentProvider;
import shelfless.orders.Refunding;
import shelfless.runtime.Environment;

/**
 * {@code POST /v1/admin/orders/{order_id}/refunds}: gives back all that is left, what some items
 * cost, or an amount, and closes what that covers (rule 8).
 */
public final class IssueRefund extends HttpHandler {
  public IssueRefund() {
    this(Environment.ofProcess());
  }

  public IssueRefund(Environment environment) {
    super(Operation.ISSUE_REFUND, environment);
  }

  private record Wanted(RefundPlan.Request request, RefundReason reason, @Nullable String note) {}

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    UUID orderId = request.pathId("order_id", "order");
    Body body = request.jsonOrNothing();
    Wanted wanted = read(body);
    PaymentProvider provider = environment.provider();
    Refunding refunding = new Refunding(environment, provider);
    return new Idempotency(environment, caller)
        .once(
            request,
            "issue_refund:" + caller.actor(),
            body.tree(),
            key -> {
              UUID refundId =
                  key.resource().orElseGet(() -> record(refunding, orderId, wanted, caller, key));
              try {
                refunding.carryOut(refundId);
              } catch (PaymentProvider.Refused refused) {
                throw Problem.conflict(
                    refused.code(),
                    "The payment provider refuses the refund: " + refused.getMessage());
              }
              return answer(refundId);
            },
            this::answer);
  }

  private static Wanted read(Body body) {
    List<Body> items = body.objects("items", 0, 50);
    List<RefundPlan.Quantity> quantities =
        items.stream()
            .map(
                item ->
                    new RefundPlan.Quantity(
                        item.parsed(
                                "order_item_id",
                                36,
                                HttpRequest::uuid,
                                "must be an order item's id.")
                            .orElseGet(() -> missing(item)),
                        (int) item.requiredNumber("quantity", 1, 100)))
            .toList();
    boolean namesItems = body.has("items") && !body.isNull("items");
    if (namesItems && quantities.isEmpty()) {
      body.error("items", "must name at least one item.");
    }
    Optional<Money> amount = body.object("amount").flatMap(IssueRefund::money);
    if (namesItems && body.has("amount") && !body.isNull("amount")) {
      body.error("amount", "can't be given together with items.");
    }
    RefundReason reason =
        body.parsed(
                "reason",
                100,
                RefundReason::of,
                "must be one of: requested_by_customer, duplicate, fraudulent, other.")
            .orElse(RefundReason.REQUESTED_BY_CUSTOMER);
    String note = body.text("note", 2_000).orElse(null);
    body.check();
    RefundPlan.Request request =
        namesItems
            ? new RefundPlan.Items(quantities)
            : amount.<RefundPlan.Request>map(RefundPlan.Amount::new).orElseGet(RefundPlan.All::new);
    return new Wanted(request, reason, note);
  }

  private static UUID missing(Body item) {
    if (!item.has("order_item_id") || item.isNull("order_item_id")) {
      item.error("order_item_id", "is required.");
    }
    return new UUID(0, 0);
  }

  private static Optional<Money> money(Body body) {
    long amount = body.requiredNumber("amount", 1, 999_999_999_999L);
    String currency = body.requiredText("currency", 3);
    if (!currency.isEmpty() && !Money.isCurrency(currency)) {
      body.error("currency", "must be an ISO 4217 code: EUR.");
    }
    return Money.isCurrency(currency) ? Optional.of(new Money(amount, currency)) : Optional.empty();
  }

  private UUID record(
      Refunding refunding, UUID orderId, Wanted wanted, Caller caller, Idempotency.Key key) {
    Refunding.Requested requested =
        refunding.request(
            orderId, wanted.request, wanted.reason, wanted.note, caller.actor(), key::keep);
    return switch (requested) {
      case Refunding.Requested.Recorded(UUID refundId) -> refundId;
      case Refunding.Requested.NoSuchOrder none -> throw Problem.notFound("order");
      case Refunding.Requested.Refused(RefundPlan.Refused why) -> throw problem(why);
    };
  }

  private static Problem problem(RefundPlan.Refused why) {
    return switch (why) {
      case RefundPlan.NotPaid none -> Problem.conflict("order_not_paid", "The order was not paid.");
      case RefundPlan.Disputed none ->
          Problem.conflict(
              "order_disputed", "A disputed payment is not refunded: the bank decides on it.");
      case RefundPlan.NothingLeft none ->
          Problem.conflict("nothing_left", "Nothing is left to be refunded.");
      case RefundPlan.BeyondPaid(Money remaining) ->
          Problem.refused(
              "beyond_paid",
              "/amount",
              "Only "
                  + remaining.toDecimal()
                  + ' '
                  + remaining.currency()
                  + " are left to be refunded.");
      case RefundPlan.UnknownItem(UUID item) ->
          Problem.refused("unknown_item", "/items", "The order has no item " + item + ".");
      case RefundPlan.UnitsNotLeft(UUID item, int left) ->
          Problem.refused(
              "units_not_left",
              "/items",
              "Only " + left + " units of item " + item + " are left to be refunded.");
      case RefundPlan.WrongCurrency(String expected) ->
          Problem.refused(
              "wrong_currency", "/amount/currency", "The order was paid in " + expected + ".");
      case RefundPlan.NotRefundable(Money amount) ->
          Problem.refused(
              "not_refundable",
              "/amount/amount",
              "Amounts in " + amount.currency() + " must end in 0.");
    };
  }

  private HttpResponse answer(UUID refundId) {
    return HttpResponse.json(
        201,
        environment
            .database()
            .transaction(
                transaction -> {
                  UUID orderId = Orders.orderOfRefund(transaction, refundId).orElseThrow();
                  return OrderView.refund(
                      Orders.refunds(transaction, orderId).stream()
                          .filter(refund -> refund.id().equals(refundId))
                          .findFirst()
                          .orElseThrow());
                }));
  }
}
