package shelfless.http.views;

import com.fasterxml.jackson.databind.node.ObjectNode;
import shelfless.data.Products.Asset;
import shelfless.data.Products.License;
import shelfless.data.Products.Product;
import shelfless.json.Json;

/** A product in JSON: what anyone may see of it, and what the seller sees. */
public final class ProductView {
  private ProductView() {}

  /** Without metadata, and with those files only that a buyer would get. */
  public static ObjectNode publicForm(Product product) {
    return form(product, false);
  }

  /** All of it. */
  public static ObjectNode adminForm(Product product) {
    return form(product, true);
  }

  private static ObjectNode form(Product product, boolean whole) {
    ObjectNode json =
        Json.object()
            .put("id", product.id().toString())
            .put("sku", product.sku())
            .put("slug", product.slug())
            .put("title", product.title())
            .put("description", product.description());
    json.set("price", Json.money(product.price(), product.currency()));
    json.put("kind", product.kind()).put("visibility", product.visibility());
    json.set("tags", Json.texts(product.tags()));
    if (whole) {
      json.set("metadata", product.metadata());
    }
    json.putObject("delivery")
        .put("download_limit", product.downloadLimit())
        .put("access_days", product.accessDays());
    License license = product.license();
    if (license == null) {
      json.putNull("license");
    } else {
      json.putObject("license")
          .put("activation_limit", license.activationLimit())
          .put("valid_days", license.validDays());
    }
    json.set("assets", Json.array(product.assets(), ProductView::asset));
    json.put("created_at", Json.time(product.createdAt()));
    json.put("updated_at", Json.time(product.updatedAt()));
    return json;
  }

  /** A file of a product. */
  public static ObjectNode asset(Asset asset) {
    return Json.object()
        .put("id", asset.id().toString())
        .put("file_name", asset.fileName())
        .put("mime_type", asset.mimeType())
        .put("file_size", asset.fileSize())
        .put("checksum_sha256", asset.checksum())
        .put("version", asset.version())
        .put("new_buyers_only", asset.newBuyersOnly())
        .put("status", asset.status());
  }
}
