package shelfless.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import shelfless.data.Products;
import shelfless.http.Caller;
import shelfless.http.Cursor;
import shelfless.http.ETag;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.views.ProductView;
import shelfless.json.Json;
import shelfless.orders.RehearsedSale;
import shelfless.runtime.Environment;

/**
 * {@code GET /v1/products}: the public products, searched, filtered by tag, sorted, a page at a
 * time.
 */
public final class ListProducts extends HttpHandler {
  public ListProducts() {
    this(Environment.ofProcess());
  }

  public ListProducts(Environment environment) {
    super(Operation.LIST_PRODUCTS, environment);
  }

  @Override
  protected List<ObjectNode> rehearsal() {
    RehearsedSale.product(environment);
    ObjectNode search = Json.object();
    search.putObject("queryStringParameters").put("query", "rehearsal");
    return List.of(Json.object(), search);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    request.knowsQuery("query", "tag", "sort", "limit", "cursor");
    Optional<String> query = request.query("query", 200);
    Optional<String> tag = request.query("tag", 50);
    Products.Sort sort =
        Products.Sort.of(
            request.queryChoice(
                "sort", Products.Sort.NAMES, query.isPresent() ? "relevance" : "newest"));
    int limit = request.queryInteger("limit", 1, 100, 20);
    String list = "products\0" + query.orElse("") + '\0' + tag.orElse("") + '\0' + sort;
    Optional<List<String>> after = Cursor.read(request, list, sort.key(), Cursor.Key.ID);
    var page =
        environment
            .database()
            .read(
                transaction ->
                    Products.listPublic(transaction, query, tag, sort, limit + 1, after));
    return ETag.answer(
        request,
        Cursor.page(
            list,
            page,
            limit,
            found -> ProductView.publicForm(found.product()),
            found -> found.keys(sort)),
        "public, max-age=30");
  }
}
