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
import shelfless.json.Json;
import shelfless.runtime.Environment;

/**
 * {@code DELETE /v1/admin/products/{product_id}}: takes a product out of the shop. It stays in the
 * orders and downloads of those who bought it (rule 10).
 */
public final class DeleteProduct extends HttpHandler {
  public DeleteProduct() {
    this(Environment.ofProcess());
  }

  public DeleteProduct(Environment environment) {
    super(Operation.DELETE_PRODUCT, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    UUID id = request.pathId("product_id", "product");
    environment
        .database()
        .transaction(
            transaction -> {
              Product product =
                  SellerProducts.lock(transaction, id)
                      .orElseThrow(() -> Problem.notFound("product"));
              SellerProducts.delete(transaction, id);
              transaction.audit(
                  caller.actor(),
                  "product.deleted",
                  "product",
                  id,
                  Json.object().put("slug", product.slug()).put("sku", product.sku()));
              return product;
            });
    return HttpResponse.empty(204);
  }
}
