package shelfless.admin;

import java.util.UUID;
import shelfless.data.Products.Product;
import shelfless.data.SellerProducts;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.runtime.Environment;

/**
 * {@code GET /v1/admin/products/{product_id}}: a product of any visibility, with all its metadata
 * and every file.
 */
public final class AdminGetProduct extends HttpHandler {
  public AdminGetProduct() {
    this(Environment.ofProcess());
  }

  public AdminGetProduct(Environment environment) {
    super(Operation.ADMIN_GET_PRODUCT, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    UUID id = request.pathId("product_id", "product");
    Product product =
        environment
            .database()
            .read(transaction -> SellerProducts.find(transaction, id))
            .orElseThrow(() -> Problem.notFound("product"));
    return ProductAnswer.of(200, product);
  }
}
