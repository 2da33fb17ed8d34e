package shelfless.admin;

import java.util.List;
import java.util.Optional;
import shelfless.data.Products.Product;
import shelfless.data.SellerProducts;
import shelfless.http.Caller;
import shelfless.http.Cursor;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.views.ProductView;
import shelfless.runtime.Environment;

/**
 * {@code GET /v1/admin/products}: the products of every visibility, newest first, a page at a time.
 */
public final class AdminListProducts extends HttpHandler {
  public AdminListProducts() {
    this(Environment.ofProcess());
  }

  public AdminListProducts(Environment environment) {
    super(Operation.ADMIN_LIST_PRODUCTS, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    request.knowsQuery("query", "visibility", "limit", "cursor");
    Optional<String> query = request.query("query", 200);
    Optional<String> visibility =
        request
            .query("visibility")
            .map(seen -> request.queryChoice("visibility", ProductForm.VISIBILITIES, seen));
    int limit = request.queryInteger("limit", 1, 100, 20);
    String list = "admin_products\0" + query.orElse("") + '\0' + visibility.orElse("");
    Optional<List<String>> after = Cursor.read(request, list, Cursor.Key.TIME, Cursor.Key.ID);
    List<Product> page =
        environment
            .database()
            .read(
                transaction ->
                    SellerProducts.list(transaction, query, visibility, limit + 1, after));
    return HttpResponse.jsonText(
        200,
        Cursor.page(
            list,
            page,
            limit,
            ProductView::adminForm,
            product -> List.of(product.createdAt().toString(), product.id().toString())));
  }
}
