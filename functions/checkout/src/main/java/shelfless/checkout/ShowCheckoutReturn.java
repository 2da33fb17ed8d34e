package shelfless.checkout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import shelfless.checkout.templates.JtecheckoutReturnGenerated;
import shelfless.data.Entitlements;
import shelfless.data.Orders;
import shelfless.data.Transaction;
import shelfless.domain.EntitlementStatus;
import shelfless.http.Caller;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.PageHandler;
import shelfless.http.Problem;
import shelfless.json.Json;
import shelfless.orders.Reconciliation;
import shelfless.orders.RehearsedSale;
import shelfless.runtime.Environment;
import shelfless.runtime.ShopAddress;
import shelfless.runtime.Unavailable;
import shelfless.security.RateLimiter;
import shelfless.security.Tokens;

/**
 * {@code GET /checkout/return?session_id=}: where the payment page sends the buyer. Asks the
 * provider, and shows the links as soon as they are there; an hour after the payment it points to
 * the mail, since the session's id is no secret to keep for long.
 */
public final class ShowCheckoutReturn extends PageHandler {
  private static final String PROVIDER = "stripe";
  private static final Duration SHOWN = Duration.ofHours(1);
  private static final Duration NEW = Duration.ofMinutes(15);

  public ShowCheckoutReturn() {
    this(Environment.ofProcess());
  }

  public ShowCheckoutReturn(Environment environment) {
    super(Operation.SHOW_CHECKOUT_RETURN, environment);
  }

  /** What the page shows; empty texts are left out. */
  public record Shown(
      String title,
      String lead,
      String number,
      String total,
      List<Bought> bought,
      String payUrl,
      boolean again) {}

  /** One unit that was bought. */
  public record Bought(String title, String license, String url) {}

  @Override
  protected List<ObjectNode> rehearsal() {
    ObjectNode event = Json.object();
    event
        .putObject("queryStringParameters")
        .put("session_id", RehearsedSale.placed(environment).session());
    return List.of(event);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    String session = request.query("session_id").orElse("");
    if (session.isEmpty()) {
      return show(
          new Shown(
              "Nothing was charged",
              "The payment was not made. You can go back to the shop and order again whenever you like.",
              "",
              "",
              List.of(),
              "",
              false));
    }
    UUID orderId =
        environment
            .database()
            .read(transaction -> Orders.orderOfSession(transaction, PROVIDER, session))
            .orElseThrow(() -> Problem.notFound("payment"));
    askProvider(orderId);
    Tokens tokens = environment.tokens();
    return show(environment.database().read(transaction -> look(transaction, orderId, tokens)));
  }

  /**
   * The page shows what is known when the provider can't be asked: the webhook or the next look
   * brings the rest.
   */
  private void askProvider(UUID orderId) {
    Orders.Order order =
        environment.database().read(transaction -> Orders.find(transaction, orderId)).orElseThrow();
    if (order.fulfilledAt() == null) {
      try {
        environment
            .rateLimiter()
            .take(
                new RateLimiter.Limit(
                    "reconcile", orderId.toString(), ReconcileOrder.LOOKS_A_MINUTE, 60));
        new Reconciliation(environment, environment.provider()).reconcile(orderId);
      } catch (Unavailable | Problem notNow) {
        // Shown as it is known.
      }
    }
  }

  private HttpResponse show(Shown shown) {
    HttpResponse response =
        page(200, shown.title, output -> JtecheckoutReturnGenerated.render(output, null, shown));
    return shown.again ? response.header("Refresh", "2") : response;
  }

  private Shown look(Transaction transaction, UUID orderId, Tokens tokens) throws SQLException {
    Orders.Order order = Orders.find(transaction, orderId).orElseThrow();
    boolean isNew = order.createdAt().isAfter(environment.clock().instant().minus(NEW));
    return switch (order.status()) {
      case PENDING -> {
        if (order.awaitingPayment()) {
          yield shown(
              order,
              "Your payment is on its way",
              "As soon as it arrives, we mail you the links to your downloads.");
        }
        String payUrl =
            Orders.session(transaction, orderId).map(Orders.CheckoutSession::url).orElse("");
        yield new Shown(
            "Not paid yet",
            "We have not heard of a payment. If you have just paid, this page shows your downloads in a moment.",
            order.number(),
            total(order),
            List.of(),
            payUrl,
            isNew);
      }
      case FAILED -> shown(order, "The payment failed", "Nothing was charged. Please order again.");
      case CANCELLED ->
          shown(order, "The order was cancelled", "Nothing was charged. You can order again.");
      case REFUNDED ->
          shown(order, "This order was refunded", "The downloads and licences are closed.");
      case DISPUTED ->
          shown(order, "This payment is disputed", "Access is paused until the bank has decided.");
      case PAID, PARTIALLY_REFUNDED -> paid(transaction, order, tokens);
    };
  }

  private Shown paid(Transaction transaction, Orders.Order order, Tokens tokens)
      throws SQLException {
    if (order.fulfilledAt() == null) {
      return new Shown(
          "Thank you",
          "Your payment arrived. Your downloads are being made ready.",
          order.number(),
          total(order),
          List.of(),
          "",
          true);
    }
    boolean fresh =
        Optional.ofNullable(order.paidAt())
            .filter(paid -> environment.clock().instant().isBefore(paid.plus(SHOWN)))
            .isPresent();
    if (!fresh) {
      return shown(
          order, "Thank you", "The links to your downloads are in the mail that we sent you.");
    }
    String base = ShopAddress.shop(environment);
    List<Bought> bought = new ArrayList<>();
    for (Entitlements.Entitlement held : Entitlements.listForOrder(transaction, order.id())) {
      if (held.access().status() == EntitlementStatus.ACTIVE) {
        Tokens.Token token = tokens.download(held.id(), held.tokenGeneration(), held.tokenKeyId());
        bought.add(
            new Bought(
                held.title(),
                held.license() == null ? "" : held.license().key(),
                base + "/downloads/" + token.value()));
      }
    }
    return new Shown(
        "Thank you",
        "Your payment arrived, and everything is ready.",
        order.number(),
        total(order),
        bought,
        "",
        false);
  }

  private static Shown shown(Orders.Order order, String title, String lead) {
    return new Shown(title, lead, order.number(), total(order), List.of(), "", false);
  }

  private static String total(Orders.Order order) {
    return order.total().format(Locale.ENGLISH);
  }
}
