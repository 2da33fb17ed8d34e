package shelfless.admin;

import java.util.UUID;
import shelfless.data.Assets;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.Unavailable;

/**
 * {@code DELETE /v1/admin/assets/{asset_id}}: withdraws a file from everybody. Where an earlier
 * version of it is ready, that one is given out again. The bytes stay in the bucket: addresses that
 * were signed work until they end.
 */
public final class DeleteAsset extends HttpHandler {
  public DeleteAsset() {
    this(Environment.ofProcess());
  }

  public DeleteAsset(Environment environment) {
    super(Operation.DELETE_ASSET, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    UUID id = request.pathId("asset_id", "asset");
    Assets.Upload upload =
        environment
            .database()
            .transaction(
                transaction -> {
                  Assets.Upload found =
                      Assets.find(transaction, id).orElseThrow(() -> Problem.notFound("asset"));
                  if (!Assets.withdrawn(transaction, id)) {
                    throw Problem.notFound("asset");
                  }
                  transaction.audit(
                      caller.actor(),
                      "asset.withdrawn",
                      "asset",
                      id,
                      Json.object()
                          .put("product_id", found.asset().productId().toString())
                          .put("file_name", found.asset().fileName())
                          .put("version", found.asset().version())
                          .put("status", found.asset().status()));
                  return found;
                });
    abandonUpload(upload);
    return HttpResponse.empty(204);
  }

  private void abandonUpload(Assets.Upload upload) {
    if (upload.uploadId() != null && upload.asset().status().equals("pending")) {
      try {
        environment.files().abandonParts(upload.asset().storagePath(), upload.uploadId());
      } catch (Unavailable later) {
        // The bucket's lifecycle ends it.
      }
    }
  }
}
