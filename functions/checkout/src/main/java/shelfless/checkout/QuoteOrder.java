package shelfless.checkout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import shelfless.data.Products;
import shelfless.domain.PricingResult;
import shelfless.http.Body;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.views.OrderView;
import shelfless.json.Json;
import shelfless.runtime.Environment;

/** {@code POST /v1/quotes}: what a cart would cost; nothing is stored. */
public final class QuoteOrder extends HttpHandler {
  public QuoteOrder() {
    this(Environment.ofProcess());
  }

  public QuoteOrder(Environment environment) {
    super(Operation.QUOTE_ORDER, environment);
  }

  @Override
  protected List<ObjectNode> rehearsal() {
    return List.of(Rehearsal.cart(environment, Json.object()));
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    Body body = request.json();
    Cart cart = Cart.read(body);
    body.check();
    if (cart.promotionCode() != null) {
      cart.countTry(environment, request);
    }
    Cart.Quote quote = environment.database().read(cart::price);
    return HttpResponse.json(200, form(quote));
  }

  private static ObjectNode form(Cart.Quote quote) {
    PricingResult.Priced priced = quote.priced();
    ObjectNode json = Json.object();
    json.set("items", Json.array(priced.lines(), line -> line(line, quote.product(line))));
    json.set("subtotal", OrderView.money(priced.subtotal()));
    json.set("discount", OrderView.money(priced.discount()));
    json.set("tax", OrderView.money(priced.tax()));
    json.set("total", OrderView.money(priced.total()));
    return json.put("currency", priced.total().currency());
  }

  private static ObjectNode line(PricingResult.PricedLine line, Products.Product product) {
    ObjectNode json = Json.object();
    json.putObject("product")
        .put("id", product.id().toString())
        .put("slug", product.slug())
        .put("sku", product.sku())
        .put("title", product.title());
    json.set("unit_price", OrderView.money(line.unitPrice()));
    json.put("quantity", line.quantity());
    json.set("line_total", OrderView.money(line.lineTotal()));
    json.set("discount", OrderView.money(line.discount()));
    json.put("tax_rate", line.taxRate());
    json.set("tax", OrderView.money(line.tax()));
    return json;
  }
}
