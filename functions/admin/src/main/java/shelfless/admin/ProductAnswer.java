package shelfless.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import shelfless.data.ConstraintViolation;
import shelfless.data.Products.Product;
import shelfless.data.SellerProducts;
import shelfless.http.ETag;
import shelfless.http.HttpResponse;
import shelfless.http.Problem;
import shelfless.http.views.ProductView;

/** The answers that the operations on one product have in common. */
final class ProductAnswer {
  private ProductAnswer() {}

  /** The product in the seller's form, with the tag that a change has to name. */
  static HttpResponse of(int status, Product product) {
    ObjectNode form = ProductView.adminForm(product);
    return HttpResponse.json(status, form).header("ETag", ETag.of(form));
  }

  /** 409 when another product has the slug or the SKU; any other violation is a defect. */
  static RuntimeException taken(ConstraintViolation refused) {
    return switch (refused.constraint()) {
      case SellerProducts.SLUG_TAKEN ->
          Problem.conflict("slug_taken", "Another product has this slug.");
      case SellerProducts.SKU_TAKEN ->
          Problem.conflict("sku_taken", "Another product has this sku.");
      default -> refused;
    };
  }
}
