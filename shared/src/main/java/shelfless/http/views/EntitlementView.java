package shelfless.http.views;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import shelfless.data.Entitlements.Entitlement;
import shelfless.data.Entitlements.File;
import shelfless.data.Entitlements.License;
import shelfless.json.Json;
import shelfless.security.Tokens;

/** What a buyer holds, in JSON. */
public final class EntitlementView {
  private EntitlementView() {}

  /** For its buyer: with the token that opens it. */
  public static ObjectNode forBuyer(Entitlement entitlement, Tokens tokens) {
    return form(
        entitlement,
        tokens
            .download(entitlement.id(), entitlement.tokenGeneration(), entitlement.tokenKeyId())
            .value());
  }

  /** For all others: {@code download_token} is null. */
  public static ObjectNode withoutToken(Entitlement entitlement) {
    return form(entitlement, null);
  }

  private static ObjectNode form(Entitlement entitlement, @Nullable String token) {
    ObjectNode json =
        Json.object()
            .put("id", entitlement.id().toString())
            .put("order_item_id", entitlement.orderItemId().toString())
            .put("unit", entitlement.unit());
    json.putObject("product")
        .put("id", entitlement.productId().toString())
        .put("slug", entitlement.slug())
        .put("title", entitlement.title());
    json.put("status", entitlement.status().wireName())
        .put("downloads_left", entitlement.downloadsLeft())
        .put("expires_at", Json.time(entitlement.expiresAt()));
    json.set("files", Json.array(entitlement.files(), EntitlementView::file));
    License license = entitlement.license();
    if (license == null) {
      json.putNull("license");
    } else {
      json.putObject("license")
          .put("key", license.key())
          .put("status", license.status().wireName())
          .put("activation_limit", license.activationLimit())
          .put("activation_usage", license.activationUsage())
          .put("expires_at", Json.time(license.expiresAt()));
    }
    return json.put("download_token", token);
  }

  private static ObjectNode file(File file) {
    return Json.object()
        .put("asset_id", file.id().toString())
        .put("file_name", file.fileName())
        .put("file_size", file.fileSize())
        .put("mime_type", file.mimeType())
        .put("checksum_sha256", file.checksum());
  }
}
