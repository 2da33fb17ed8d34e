package shelfless.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import shelfless.aws.Files;
import shelfless.data.Assets;
import shelfless.data.Products.Asset;
import shelfless.data.SellerProducts;
import shelfless.http.Body;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Idempotency;
import shelfless.http.Operation;
import shelfless.http.Problem;
import shelfless.http.views.ProductView;
import shelfless.json.Json;
import shelfless.runtime.Environment;

/**
 * {@code POST /v1/admin/products/{product_id}/assets}: announces a file, and answers the signed
 * requests that put its bytes into the bucket: one up to 100 MB, parts above.
 */
public final class BeginAssetUpload extends HttpHandler {
  private static final long LARGEST_FILE = 20L * 1024 * 1024 * 1024;
  private static final Pattern MIME_TYPE =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");

  public BeginAssetUpload() {
    this(Environment.ofProcess());
  }

  public BeginAssetUpload(Environment environment) {
    super(Operation.BEGIN_ASSET_UPLOAD, environment);
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    Body body = request.json();
    Assets.Promise promise = promise(body);
    UUID productId = request.pathId("product_id", "product");
    return new Idempotency(environment, caller)
        .once(
            request,
            "BeginAssetUpload " + caller.actor(),
            body.tree(),
            key -> begin(productId, promise, key, caller),
            this::answer);
  }

  private static Assets.Promise promise(Body body) {
    String fileName = body.requiredText("file_name", 255);
    if (fileName.codePoints().anyMatch(BeginAssetUpload::isRefused)) {
      body.error("file_name", "must not hold control characters or line breaks.");
    }
    String mimeType = body.requiredText("mime_type", 255);
    if (!mimeType.isBlank() && !MIME_TYPE.matcher(mimeType).matches()) {
      body.error("mime_type", "must be a type and a subtype: application/pdf.");
    }
    long fileSize = body.requiredNumber("file_size", 1, LARGEST_FILE);
    String checksum = body.requiredText("checksum_sha256", 64);
    if (!checksum.isBlank() && !SHA256.matcher(checksum).matches()) {
      body.error("checksum_sha256", "must be the file's SHA-256 as 64 hexadecimal digits.");
    }
    boolean newBuyersOnly = body.bool("new_buyers_only").orElse(false);
    body.check();
    return new Assets.Promise(
        fileName, mimeType, fileSize, checksum.toLowerCase(Locale.ROOT), newBuyersOnly);
  }

  private static boolean isRefused(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      default -> false;
    };
  }

  private HttpResponse begin(
      UUID productId, Assets.Promise promise, Idempotency.Key key, Caller caller) {
    if (key.resource().isPresent()) {
      return answer(key.resource().get());
    }
    if (environment
        .database()
        .read(transaction -> SellerProducts.find(transaction, productId))
        .isEmpty()) {
      throw Problem.notFound("product");
    }
    UUID id = environment.ids().next();
    String path = "products/" + productId + "/" + id;
    // Before the row, so that the row is whole; the bucket's lifecycle ends what a crash leaves.
    String uploadId = beginParts(path, promise);
    environment
        .database()
        .transaction(
            transaction -> {
              if (SellerProducts.lock(transaction, productId).isEmpty()) {
                throw Problem.notFound("product");
              }
              if (Assets.count(transaction, productId) >= Assets.MOST_OF_A_PRODUCT) {
                throw Problem.conflict(
                    "too_many_files",
                    "A product has at most "
                        + Assets.MOST_OF_A_PRODUCT
                        + " files, each version counted: delete what is not needed, or pack several into one.");
              }
              Assets.add(transaction, id, productId, path, promise, uploadId);
              key.finish(transaction, id, 201);
              transaction.audit(
                  caller.actor(),
                  "asset.announced",
                  "asset",
                  id,
                  Json.object()
                      .put("product_id", productId.toString())
                      .put("file_name", promise.fileName())
                      .put("file_size", promise.fileSize())
                      .put("checksum_sha256", promise.checksum()));
              return id;
            });
    return answer(id);
  }

  private @Nullable String beginParts(String path, Assets.Promise promise) {
    return promise.fileSize() <= Files.LARGEST_PIECE
        ? null
        : environment.files().beginParts(path, promise.mimeType());
  }

  private HttpResponse answer(UUID id) {
    Optional<Assets.Upload> found =
        environment.database().read(transaction -> Assets.find(transaction, id));
    Assets.Upload upload = found.orElseThrow();
    Asset asset = upload.asset();
    ObjectNode answer = Json.object();
    answer.set("asset", ProductView.asset(asset));
    if (upload.uploadId() == null) {
      ObjectNode piece =
          answer
              .putObject("upload")
              .setAll(
                  signed(
                      environment
                          .files()
                          .signUpload(
                              asset.storagePath(),
                              asset.mimeType(),
                              asset.fileSize(),
                              asset.checksum())));
      piece.put("expires_at", Json.time(environment.clock().instant().plus(Files.PIECE_EXPIRY)));
    } else {
      ArrayNode parts = answer.putArray("uploads");
      for (Files.Slice slice : Files.slices(asset.fileSize())) {
        parts
            .addObject()
            .put("part_number", slice.number())
            .<ObjectNode>setAll(
                signed(environment.files().signPart(asset.storagePath(), upload.uploadId(), slice)))
            .put("offset", slice.offset())
            .put("size", slice.size());
      }
      answer.put("upload_id", upload.uploadId());
      answer.put("expires_at", Json.time(environment.clock().instant().plus(Files.PARTS_EXPIRY)));
    }
    return HttpResponse.json(201, answer);
  }

  private static ObjectNode signed(Files.SignedRequest request) {
    ObjectNode json = Json.object().put("method", request.method()).put("url", request.url());
    ObjectNode headers = json.putObject("headers");
    request.headers().forEach(headers::put);
    return json;
  }
}
