package shelfless.admin;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.aws.Files;
import shelfless.data.Assets;
import shelfless.data.Products.Asset;
import shelfless.http.Body;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.http.views.ProductView;
import shelfless.json.Json;
import shelfless.runtime.Environment;

/**
 * {@code POST /v1/admin/assets/{asset_id}/complete}: the bytes are there. A file of one piece is
 * read and verified at once; the parts of a larger one are joined, and VerifyAsset reads it.
 */
public final class CompleteAssetUpload extends HttpHandler {
  public CompleteAssetUpload() {
    this(Environment.ofProcess());
  }

  public CompleteAssetUpload(Environment environment) {
    super(Operation.COMPLETE_ASSET_UPLOAD, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    Body body = request.jsonOrNothing();
    String named = body.text("upload_id", 1024).orElse(null);
    List<Files.Part> parts = parts(body);
    body.check();
    UUID id = request.pathId("asset_id", "asset");
    Assets.Upload upload = find(id);
    return switch (upload.asset().status()) {
      case "ready" -> HttpResponse.json(200, ProductView.asset(upload.asset()));
      case "verifying" -> HttpResponse.json(202, ProductView.asset(upload.asset()));
      case "pending" -> {
        checkForm(upload.uploadId(), named, parts);
        yield upload.uploadId() == null
            ? verify(upload.asset(), caller)
            : join(upload.asset(), upload.uploadId(), parts, caller);
      }
      default ->
          throw Problem.conflict(
              "asset_closed", "The file was " + upload.asset().status() + ": announce it again.");
    };
  }

  private Assets.Upload find(UUID id) {
    return environment
        .database()
        .read(transaction -> Assets.find(transaction, id))
        .orElseThrow(() -> Problem.notFound("asset"));
  }

  private static List<Files.Part> parts(Body body) {
    List<Files.Part> parts = new ArrayList<>();
    Set<Integer> numbers = new HashSet<>();
    int least = body.has("parts") && !body.isNull("parts") ? 1 : 0;
    for (Body part : body.objects("parts", least, 10_000)) {
      int number = (int) part.requiredNumber("part_number", 1, 10_000);
      String etag = part.requiredText("etag", 255).replace("\"", "");
      if (!numbers.add(number)) {
        part.error("part_number", "is there twice.");
      }
      parts.add(new Files.Part(number, '"' + etag + '"'));
    }
    return parts;
  }

  private static void checkForm(
      @Nullable String uploadId, @Nullable String named, List<Files.Part> parts) {
    if (named != null && !named.equals(uploadId)) {
      throw Problem.invalid("/upload_id", "is not the one of this file.");
    }
    if (uploadId == null && !parts.isEmpty()) {
      throw Problem.invalid("/parts", "must be left out: this file comes in one piece.");
    }
    if (uploadId != null && parts.isEmpty()) {
      throw Problem.invalid("/parts", "is required: this file comes in parts.");
    }
  }

  private HttpResponse verify(Asset asset, Caller caller) {
    return switch (new AssetVerification(environment, caller.actor()).verify(asset)) {
      case AssetVerification.Outcome.Ready ready ->
          HttpResponse.json(200, ProductView.asset(find(asset.id()).asset()));
      case AssetVerification.Outcome.Rejected rejected ->
          throw Problem.of(
              422,
              "checksum_mismatch",
              "These are not the bytes that were promised: " + rejected.reason());
      case AssetVerification.Outcome.Absent absent -> throw notUploaded();
    };
  }

  private HttpResponse join(Asset asset, String uploadId, List<Files.Part> parts, Caller caller) {
    List<Integer> expected =
        Files.slices(asset.fileSize()).stream().map(Files.Slice::number).toList();
    List<Integer> sent = parts.stream().map(Files.Part::number).sorted().toList();
    if (!sent.equals(expected)
        || !environment.files().joinParts(asset.storagePath(), uploadId, parts)) {
      throw notUploaded();
    }
    environment
        .database()
        .transaction(
            transaction -> {
              boolean taken = Assets.verifying(transaction, environment.queues(), asset.id());
              if (taken) {
                transaction.audit(
                    caller.actor(),
                    "asset.uploaded",
                    "asset",
                    asset.id(),
                    Json.object()
                        .put("product_id", asset.productId().toString())
                        .put("file_name", asset.fileName()));
              }
              return taken;
            });
    return HttpResponse.json(202, ProductView.asset(find(asset.id()).asset()));
  }

  private static Problem notUploaded() {
    return Problem.conflict(
        "not_uploaded", "The bytes have not arrived, or not all of the parts that were announced.");
  }
}
