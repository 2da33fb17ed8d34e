package shelfless.admin;

import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import shelfless.data.ConstraintViolation;
import shelfless.data.Products.Product;
import shelfless.data.SellerProducts;
import shelfless.data.Transaction;
import shelfless.domain.Sku;
import shelfless.domain.Slug;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.json.Json;
import shelfless.runtime.Environment;

/** {@code POST /v1/admin/products}: adds a product. */
public final class CreateProduct extends HttpHandler {
  /** How often another call may take the very name that this one was about to take. */
  private static final int ATTEMPTS = 5;

  private static final int NAMES = 50;

  public CreateProduct() {
    this(Environment.ofProcess());
  }

  public CreateProduct(Environment environment) {
    super(Operation.CREATE_PRODUCT, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    ProductForm form = ProductForm.ofNew(request.json());
    for (int attempt = 1; ; attempt++) {
      try {
        Product product =
            environment.database().transaction(transaction -> add(transaction, form, caller));
        return ProductAnswer.of(201, product)
            .header("Location", "/v1/admin/products/" + product.id());
      } catch (ConstraintViolation refused) {
        if (attempt == ATTEMPTS || !isOwnChoice(form, refused.constraint())) {
          throw ProductAnswer.taken(refused);
        }
      }
    }
  }

  /** Whether the name that was taken is one that was made here. */
  private static boolean isOwnChoice(ProductForm form, String constraint) {
    return (constraint.equals(SellerProducts.SLUG_TAKEN) && form.slug().isEmpty())
        || (constraint.equals(SellerProducts.SKU_TAKEN) && form.sku().isEmpty());
  }

  private static Product add(Transaction transaction, ProductForm form, Caller caller)
      throws SQLException {
    UUID id = transaction.newId();
    String slug =
        form.slug().isPresent()
            ? form.slug().get()
            : free(
                transaction,
                nth -> Slug.of(form.title(), nth),
                names -> SellerProducts.takenSlugs(transaction, names));
    String sku =
        form.sku().isPresent()
            ? form.sku().get()
            : free(
                transaction,
                nth -> Sku.of(slug, nth),
                names -> SellerProducts.takenSkus(transaction, names));
    SellerProducts.add(transaction, id, form.details(sku, slug));
    transaction.audit(
        caller.actor(),
        "product.created",
        "product",
        id,
        Json.object()
            .put("slug", slug)
            .put("sku", sku)
            .put("title", form.title())
            .put("amount", form.price().amount())
            .put("currency", form.price().currency())
            .put("visibility", form.visibility()));
    return SellerProducts.find(transaction, id).orElseThrow();
  }

  @FunctionalInterface
  private interface Taken {
    Set<String> among(Collection<String> names) throws SQLException;
  }

  private static String free(Transaction transaction, IntFunction<String> nth, Taken taken)
      throws SQLException {
    List<String> names = IntStream.rangeClosed(1, NAMES).mapToObj(nth).toList();
    Set<String> used = taken.among(names);
    return names.stream()
        .filter(name -> !used.contains(name))
        .findFirst()
        // So many of one title: any number will do.
        .orElseGet(
            () -> nth.apply(NAMES + Math.floorMod(transaction.newId().hashCode(), 100_000_000)));
  }
}
