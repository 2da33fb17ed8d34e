package shelfless.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.data.ConstraintViolation;
import shelfless.data.Products.Product;
import shelfless.data.SellerProducts;
import shelfless.data.Transaction;
import shelfless.http.Body;
import shelfless.http.Caller;
import shelfless.http.ETag;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.http.views.ProductView;
import shelfless.json.Json;
import shelfless.runtime.Environment;

/**
 * {@code PATCH /v1/admin/products/{product_id}}: changes what a JSON Merge Patch names. Orders keep
 * what they say, and what was bought keeps its limits.
 */
public final class UpdateProduct extends HttpHandler {
  public UpdateProduct() {
    this(Environment.ofProcess());
  }

  public UpdateProduct(Environment environment) {
    super(Operation.UPDATE_PRODUCT, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    Body patch = request.json("application/merge-patch+json", "application/json");
    ProductForm.checkPatch(patch);
    UUID id = request.pathId("product_id", "product");
    Optional<String> seen = request.header("if-match");
    try {
      return ProductAnswer.of(
          200,
          environment
              .database()
              .transaction(
                  transaction -> change(transaction, id, seen.orElse(null), patch, caller)));
    } catch (ConstraintViolation refused) {
      throw ProductAnswer.taken(refused);
    }
  }

  private static Product change(
      Transaction transaction, UUID id, @Nullable String seen, Body patch, Caller caller)
      throws SQLException {
    Product product =
        SellerProducts.lock(transaction, id).orElseThrow(() -> Problem.notFound("product"));
    ObjectNode before = ProductView.adminForm(product);
    if (seen == null) {
      throw Problem.of(
          428, null, "Send If-Match with the ETag of the product as you read it, or with *.");
    }
    if (!ETag.matchesStrongly(seen, ETag.of(before))) {
      throw Problem.of(
          412,
          null,
          "The product has changed since you read it: read it again before you change it.");
    }
    ProductForm form = ProductForm.ofPatch(patch, product);
    SellerProducts.change(
        transaction, id, form.details(form.sku().orElseThrow(), form.slug().orElseThrow()));
    Product changed = SellerProducts.find(transaction, id).orElseThrow();
    ObjectNode details = differences(before, ProductView.adminForm(changed));
    transaction.audit(caller.actor(), "product.updated", "product", id, details);
    return changed;
  }

  /** The fields that differ, as they were and as they are. */
  private static ObjectNode differences(ObjectNode before, ObjectNode after) {
    ObjectNode details = Json.object();
    ObjectNode old = details.putObject("before");
    ObjectNode now = details.putObject("after");
    for (var field : after.properties()) {
      JsonNode earlier = before.path(field.getKey());
      if (!field.getKey().equals("updated_at") && !field.getValue().equals(earlier)) {
        old.set(field.getKey(), earlier);
        now.set(field.getKey(), field.getValue());
      }
    }
    return details;
  }
}
