package shelfless.admin;

import java.util.Optional;
import shelfless.aws.Files;
import shelfless.data.Assets;
import shelfless.data.Products.Asset;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.Unavailable;

/**
 * Reads a file that was uploaded, and puts it on sale when its bytes are those that were promised;
 * rejects it when they are not.
 */
final class AssetVerification {
  private final Environment environment;
  private final String actor;

  AssetVerification(Environment environment, String actor) {
    this.environment = environment;
    this.actor = actor;
  }

  /** What came of it. */
  sealed interface Outcome {
    /** The file is on sale. */
    record Ready() implements Outcome {}

    /** It never will be: the bytes are others. */
    record Rejected(String reason) implements Outcome {}

    /** There are no bytes. */
    record Absent() implements Outcome {}
  }

  Outcome verify(Asset asset) {
    Optional<Files.Content> content = environment.files().read(asset.storagePath());
    if (content.isEmpty()) {
      return new Outcome.Absent();
    }
    Files.Content found = content.get();
    if (found.size() != asset.fileSize()) {
      return reject(
          asset, found.size() + " bytes arrived, and " + asset.fileSize() + " were promised.");
    }
    if (!found.sha256().equals(asset.checksum())) {
      return reject(asset, "The SHA-256 of what arrived is " + found.sha256() + ".");
    }
    environment
        .database()
        .transaction(
            transaction -> {
              boolean taken = Assets.ready(transaction, asset.id());
              if (taken) {
                transaction.audit(
                    actor,
                    "asset.ready",
                    "asset",
                    asset.id(),
                    Json.object()
                        .put("product_id", asset.productId().toString())
                        .put("file_name", asset.fileName())
                        .put("version", asset.version())
                        .put("checksum_sha256", asset.checksum()));
              }
              return taken;
            });
    return new Outcome.Ready();
  }

  Outcome reject(Asset asset, String reason) {
    boolean taken =
        environment
            .database()
            .transaction(
                transaction -> {
                  boolean rejected = Assets.rejected(transaction, asset.id());
                  if (rejected) {
                    transaction.audit(
                        actor,
                        "asset.rejected",
                        "asset",
                        asset.id(),
                        Json.object()
                            .put("product_id", asset.productId().toString())
                            .put("file_name", asset.fileName())
                            .put("reason", reason));
                  }
                  return rejected;
                });
    if (taken) {
      try {
        environment.files().delete(asset.storagePath());
      } catch (Unavailable later) {
        // Nobody can reach it; it only takes room.
      }
    }
    return new Outcome.Rejected(reason);
  }
}
