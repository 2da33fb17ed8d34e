package shelfless.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import shelfless.data.Products;
import shelfless.http.Caller;
import shelfless.http.ETag;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.http.views.ProductView;
import shelfless.json.Json;
import shelfless.orders.RehearsedSale;
import shelfless.runtime.Environment;

/** {@code GET /v1/products/{slug}}: one product that is public or unlisted. */
public final class GetProduct extends HttpHandler {
  public GetProduct() {
    this(Environment.ofProcess());
  }

  public GetProduct(Environment environment) {
    super(Operation.GET_PRODUCT, environment);
  }

  @Override
  protected List<ObjectNode> rehearsal() {
    ObjectNode event = Json.object();
    event.putObject("pathParameters").put("slug", RehearsedSale.product(environment));
    return List.of(event);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    String slug = request.pathParameter("slug");
    Products.Product product =
        environment
            .database()
            .read(transaction -> Products.findOnSale(transaction, slug))
            .orElseThrow(() -> Problem.notFound("product"));
    return ETag.answer(request, Json.text(ProductView.publicForm(product)), "public, max-age=30");
  }
}
