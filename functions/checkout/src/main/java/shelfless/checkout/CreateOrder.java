package shelfless.checkout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.data.Orders;
import shelfless.data.Products;
import shelfless.data.Promotions;
import shelfless.data.SaleNotes;
import shelfless.data.Transaction;
import shelfless.domain.EmailAddress;
import shelfless.domain.Money;
import shelfless.domain.OrderStatus;
import shelfless.domain.PricingResult;
import shelfless.http.Body;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Idempotency;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.http.views.OrderView;
import shelfless.json.Json;
import shelfless.orders.Fulfillment;
import shelfless.orders.PaymentProvider;
import shelfless.runtime.Environment;
import shelfless.runtime.ShopAddress;
import shelfless.security.RateLimiter;
import shelfless.security.Tokens;

/**
 * {@code POST /v1/orders}: stores the order, then makes the page on which it is paid. The order is
 * committed before the provider is asked, so that an answer that is lost leaves an order that the
 * same Idempotency-Key goes on with. One that costs nothing is paid and delivered at once (rule 5).
 */
public final class CreateOrder extends HttpHandler {
  private static final int ORDERS_A_MINUTE_FOR_AN_EMAIL = 60;
  private static final int ORDERS_A_MINUTE_FOR_AN_ADDRESS = 2_000;

  public CreateOrder() {
    this(Environment.ofProcess());
  }

  public CreateOrder(Environment environment) {
    super(Operation.CREATE_ORDER, environment);
  }

  @Override
  protected List<ObjectNode> rehearsal() {
    return List.of(
        Rehearsal.cart(environment, Json.object().put("email", "rehearsal@example.com")));
  }

  private record Wanted(
      EmailAddress email,
      @Nullable String name,
      Cart cart,
      @Nullable String vatId,
      Map<String, String> consents) {}

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    Body body = request.json();
    Wanted wanted = read(body);
    environment
        .rateLimiter()
        .take(
            new RateLimiter.Limit(
                "orders:email", wanted.email.key(), ORDERS_A_MINUTE_FOR_AN_EMAIL, 60),
            new RateLimiter.Limit(
                "orders:address", request.clientAddress(), ORDERS_A_MINUTE_FOR_AN_ADDRESS, 60));
    if (wanted.cart.promotionCode() != null) {
      wanted.cart.countTry(environment, request);
    }
    return new Idempotency(environment, caller)
        .once(
            request,
            "create_order",
            body.tree(),
            key -> {
              UUID orderId = key.resource().orElseGet(() -> place(wanted, key));
              pay(orderId, key);
              return answer(orderId);
            },
            this::answer);
  }

  private static Wanted read(Body body) {
    EmailAddress email =
        body.parsed("email", 1_000, EmailAddress::parse, "must be an e-mail address.").orElse(null);
    if (!body.has("email") || body.isNull("email")) {
      body.error("email", "is required.");
    }
    String name = body.text("name", 200).orElse(null);
    Cart cart = Cart.read(body);
    String vatId = body.text("vat_id", 32).orElse(null);
    Map<String, String> consents = new LinkedHashMap<>();
    for (Body consent : body.objects("consents", 0, 1)) {
      String kind = consent.choice("kind", List.of("immediate_delivery")).orElse("");
      if (!consent.has("kind") || consent.isNull("kind")) {
        consent.error("kind", "is required.");
      }
      consents.put(kind, consent.requiredText("text_version", 100));
    }
    body.check();
    return new Wanted(Objects.requireNonNull(email), name, cart, vatId, consents);
  }

  private UUID place(Wanted wanted, Idempotency.Key key) {
    Tokens tokens = environment.tokens();
    return environment
        .database()
        .transaction(
            transaction -> {
              Cart.Quote quote = wanted.cart.price(transaction);
              UUID id = transaction.newId();
              Orders.insert(
                  transaction, order(wanted, quote, id, tokens.order(id, 0), transaction));
              if (quote.promotion().isPresent()) {
                byte[] customer = tokens.keyed("promotion_customer", wanted.email.key());
                if (!Promotions.reserve(transaction, quote.promotion().get().id(), id, customer)) {
                  throw Cart.notApplicable("This promotion code was used as often as it can be.");
                }
              }
              key.keep(transaction, id);
              transaction.audit(
                  "order:" + id,
                  "order.created",
                  "order",
                  id,
                  Json.object()
                      .put("items", quote.priced().lines().size())
                      .set("total", OrderView.money(quote.priced().total())));
              if (!quote.priced().total().isPositive()) {
                Orders.setPaid(transaction, id);
                Promotions.redeem(transaction, id);
                transaction.audit(
                    "system", "order.paid", "order", id, Json.object().put("before", "pending"));
              }
              return id;
            });
  }

  private static Orders.NewOrder order(
      Wanted wanted, Cart.Quote quote, UUID id, Tokens.Token token, Transaction transaction) {
    List<Orders.NewItem> items = new ArrayList<>();
    for (PricingResult.PricedLine line : quote.priced().lines()) {
      Products.Product product = quote.product(line);
      items.add(
          new Orders.NewItem(
              transaction.newId(),
              product.id(),
              product.sku(),
              product.title(),
              line.unitPrice(),
              line.quantity(),
              line.lineTotal(),
              line.discount(),
              line.taxRate(),
              line.tax()));
    }
    ObjectNode evidence = Json.object();
    if (wanted.cart.country() != null) {
      evidence.put("stated_country", wanted.cart.country());
    }
    return new Orders.NewOrder(
        id,
        wanted.email.value(),
        wanted.name,
        items,
        quote.priced().subtotal(),
        quote.priced().discount(),
        quote.priced().tax(),
        quote.priced().total(),
        wanted.cart.country(),
        wanted.vatId,
        evidence,
        quote.promotion().map(Promotions.Usable::id).orElse(null),
        wanted.consents,
        token);
  }

  private record Payable(
      Orders.Order order, boolean hasSession, List<Orders.Item> items, String note) {}

  /** Makes the payment page, or delivers where there is nothing to pay. */
  private void pay(UUID orderId, Idempotency.Key key) {
    Payable payable = environment.database().read(transaction -> payable(transaction, orderId));
    Orders.Order order = payable.order;
    if (order.paidAt() != null) {
      if (order.owesDelivery()) {
        new Fulfillment(environment).fulfillOrQueue(orderId);
      }
      return;
    }
    if (payable.hasSession || order.status() != OrderStatus.PENDING) {
      return;
    }
    PaymentProvider provider = environment.provider();
    String base = ShopAddress.shop(environment);
    PaymentProvider.Session session;
    try {
      session =
          provider.createSession(
              new PaymentProvider.NewSession(
                  orderId,
                  order.number(),
                  Objects.requireNonNullElse(order.email(), ""),
                  payable.note,
                  lines(payable.items),
                  base + "/checkout/return?session_id={CHECKOUT_SESSION_ID}",
                  base + "/checkout/return?cancelled=1"));
    } catch (PaymentProvider.Refused refused) {
      giveUp(orderId, key);
      throw Problem.refused(
          "payment_refused",
          "/items",
          "The payment provider does not take such an order: " + refused.getMessage());
    }
    boolean offered =
        environment
            .database()
            .transaction(
                transaction -> {
                  // The order may have been cancelled while the provider was asked.
                  OrderStatus status = Orders.lock(transaction, orderId).orElseThrow().status();
                  if (status == OrderStatus.PENDING) {
                    Orders.insertSession(
                        transaction,
                        orderId,
                        provider.name(),
                        session.id(),
                        session.url(),
                        session.expiresAt());
                    key.finish(transaction, orderId, 201);
                  }
                  return status == OrderStatus.PENDING;
                });
    if (!offered) {
      provider.expireSession(session.id());
      throw Problem.conflict("order_not_pending", "The order was cancelled meanwhile.");
    }
  }

  private void giveUp(UUID orderId, Idempotency.Key key) {
    environment
        .database()
        .transaction(
            transaction -> {
              key.forget(transaction);
              if (Orders.lock(transaction, orderId).orElseThrow().status() != OrderStatus.PENDING) {
                return false;
              }
              Orders.setOver(transaction, orderId, OrderStatus.FAILED);
              Promotions.release(transaction, orderId);
              transaction.audit(
                  "system",
                  "order.failed",
                  "order",
                  orderId,
                  Json.object().put("before", "pending"));
              return true;
            });
  }

  private static Payable payable(Transaction transaction, UUID orderId) throws SQLException {
    Orders.Order order = Orders.find(transaction, orderId).orElseThrow();
    return new Payable(
        order,
        Orders.session(transaction, orderId).isPresent(),
        Orders.items(transaction, order),
        SaleNotes.of(transaction, orderId));
  }

  /**
   * The lines of the payment page: price and quantity where nothing is taken off or put on, else
   * the line as one.
   */
  private static List<PaymentProvider.Line> lines(List<Orders.Item> items) {
    List<PaymentProvider.Line> lines = new ArrayList<>();
    for (Orders.Item item : items) {
      Money paid = item.paid();
      if (paid.equals(item.lineTotal())) {
        lines.add(new PaymentProvider.Line(item.title(), item.unitPrice(), item.quantity()));
      } else {
        String title = item.quantity() == 1 ? item.title() : item.title() + " × " + item.quantity();
        lines.add(new PaymentProvider.Line(title, paid, 1));
      }
    }
    return lines;
  }

  private HttpResponse answer(UUID orderId) {
    Tokens tokens = environment.tokens();
    ObjectNode json =
        environment
            .database()
            .read(
                transaction -> {
                  Orders.Order order = Orders.find(transaction, orderId).orElseThrow();
                  ObjectNode answer = Json.object();
                  answer.set("order", OrderView.form(transaction, order, tokens));
                  answer.put("access_token", order.accessToken(tokens).value());
                  answer.put(
                      "checkout_url",
                      // Only while it can be paid: not when the same key asks again later.
                      Orders.session(transaction, orderId)
                          .filter(session -> order.status() == OrderStatus.PENDING)
                          .map(Orders.CheckoutSession::url)
                          .orElse(null));
                  return answer;
                });
    return HttpResponse.json(201, json).header("Location", "/v1/orders/" + orderId);
  }
}
