package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Files: how they get on sale, who gets which, and what comes down. */
@ExtendWith(SharedShop.class)
final class FileTest {
  private final Shop shop;

  FileTest(Shop shop) {
    this.shop = shop;
  }

  @Test
  void aLargeFileGoesUpInPartsIsVerifiedAndComesDownByRanges() throws Exception {
    byte[] file = new byte[100_000_001];
    new Random(7).nextBytes(file);
    Product product = shop.newProductWithoutFile("Large", Json.of());
    Purchase early = shop.buy(product);
    assertEquals(0, early.entitlement().path("files").size());

    JsonNode begun = begin(product, "large.bin", file.length, Shop.sha256(file)).expect(201).json();
    List<Object> parts = new ArrayList<>();
    long offset = 0;
    for (JsonNode upload : begun.path("uploads")) {
      assertEquals(offset, upload.path("offset").asLong());
      int size = upload.path("size").asInt();
      Answer put =
          shop.put(upload, Arrays.copyOfRange(file, (int) offset, (int) offset + size)).expect(200);
      parts.addFirst(
          Json.of("part_number", upload.path("part_number").asInt(), "etag", put.header("ETag")));
      offset += size;
    }
    assertEquals(file.length, offset);
    String asset = begun.path("asset").path("id").asText();
    Answer missing =
        shop.seller("POST", "/v1/admin/assets/" + asset + "/complete")
            .json("parts", parts.subList(0, 1))
            .send();
    missing.problem(409, "not_uploaded");
    JsonNode verifying =
        shop.seller("POST", "/v1/admin/assets/" + asset + "/complete")
            .json("parts", parts, "upload_id", begun.path("upload_id").asText())
            .send()
            .expect(202)
            .json();
    assertEquals("verifying", verifying.path("status").asText());
    shop.await("the file to be verified", () -> statusOf(product, asset), "ready"::equals);

    JsonNode held = early.entitlement();
    assertEquals(file.length, held.path("files").path(0).path("file_size").asLong());
    String url = early.download().expect(201).json().path("url").asText();
    assertArrayEquals(
        Arrays.copyOfRange(file, 99_999_990, file.length),
        shop.fetch(url, "Range", "bytes=99999990-").expect(206).bytes());
    assertArrayEquals(
        Arrays.copyOfRange(file, 50_000_000, 50_000_100),
        shop.fetch(url, "Range", "bytes=50000000-50000099").expect(206).bytes());
    assertEquals(Shop.sha256(file), sha256Of(url));
  }

  private static String sha256Of(String url) throws Exception {
    HttpResponse<InputStream> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(url)).build(),
                HttpResponse.BodyHandlers.ofInputStream());
    assertEquals(200, response.statusCode());
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (InputStream in = response.body()) {
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private Answer begin(Product product, String name, long size, String sha256) {
    return shop.seller("POST", "/v1/admin/products/" + product.id() + "/assets")
        .json(
            "file_name",
            name,
            "mime_type",
            "application/octet-stream",
            "file_size",
            size,
            "checksum_sha256",
            sha256)
        .send();
  }

  private String statusOf(Product product, String asset) {
    return Json.stream(shop.adminProduct(product.id()).path("assets"))
        .filter(each -> each.path("id").asText().equals(asset))
        .findFirst()
        .orElseThrow()
        .path("status")
        .asText();
  }

  @Test
  void bytesThatAreNotThosePromised_areRefusedAndNeverSold() {
    Product product = shop.newProductWithoutFile("Wrong Bytes", Json.of());
    byte[] promised = Shop.fileOf("promised");
    byte[] others = promised.clone();
    others[3]++;
    JsonNode begun =
        begin(product, "a.txt", promised.length, Shop.sha256(promised)).expect(201).json();
    String asset = begun.path("asset").path("id").asText();
    shop.seller("POST", "/v1/admin/assets/" + asset + "/complete")
        .send()
        .problem(409, "not_uploaded");
    Answer put = shop.put(begun.path("upload"), others);
    if (put.status() == 200) {
      shop.seller("POST", "/v1/admin/assets/" + asset + "/complete")
          .send()
          .problem(422, "checksum_mismatch");
      assertEquals("rejected", statusOf(product, asset));
      shop.seller("POST", "/v1/admin/assets/" + asset + "/complete")
          .send()
          .problem(409, "asset_closed");
    } else {
      // The store itself refuses what was not signed.
      assertEquals(400, put.status(), put::toString);
    }
    // A file of another size is refused by what was signed.
    assertTrue(shop.put(begun.path("upload"), new byte[promised.length + 1]).status() >= 400);
    assertEquals(
        0,
        shop.get("/v1/products/" + product.slug()).send().expect(200).json().path("assets").size());
    shop.upload(product.id(), "a.txt", promised);
    assertEquals(
        1,
        shop.get("/v1/products/" + product.slug()).send().expect(200).json().path("assets").size());
  }

  @Test
  void aNewVersionReachesThoseWhoBoughtBefore_unlessItIsForNewBuyersOnly_rule10() {
    Product product = shop.newProduct("Versions", 900);
    Purchase early = shop.buy(product);
    byte[] second = Shop.fileOf("second version");
    Product.Upload next = shop.upload(product.id(), product.file().fileName(), second);
    JsonNode files = early.entitlement().path("files");
    assertEquals(1, files.size());
    assertEquals(next.assetId(), files.path(0).path("asset_id").asText());
    String url = early.download().expect(201).json().path("url").asText();
    assertArrayEquals(second, shop.fetch(url).expect(200).bytes());
    early.download(early.entitlement(), product.file().assetId()).problem(404);

    byte[] third = Shop.fileOf("third version");
    Product.Upload exclusive = shop.upload(product.id(), product.file().fileName(), third, true);
    assertEquals(
        next.assetId(), early.entitlement().path("files").path(0).path("asset_id").asText());
    Purchase late = shop.buy(product);
    assertEquals(
        exclusive.assetId(), late.entitlement().path("files").path(0).path("asset_id").asText());

    shop.seller("DELETE", "/v1/admin/assets/" + next.assetId()).send().expect(204);
    shop.seller("DELETE", "/v1/admin/assets/" + next.assetId()).send().problem(404);
    assertEquals(
        product.file().assetId(),
        early.entitlement().path("files").path(0).path("asset_id").asText(),
        "an earlier version that is ready takes its place");
  }

  @Test
  void aDeletedProductLeavesTheCatalogueAndStaysWithItsBuyers_rule10() {
    Product product = shop.newProduct("Deleted Later", 900);
    Purchase purchase = shop.buy(product);
    shop.seller("DELETE", "/v1/admin/products/" + product.id()).send().expect(204);
    shop.seller("DELETE", "/v1/admin/products/" + product.id()).send().problem(404);
    shop.get("/v1/products/" + product.slug()).send().problem(404);
    shop.post("/v1/orders")
        .json("email", shop.newEmail("late"), "items", List.of(Json.of("product", product.id())))
        .send()
        .problem(422, "product_not_available");
    assertEquals(
        "Deleted Later",
        purchase.read().path("items").path(0).path("product").path("title").asText());
    String url = purchase.download().expect(201).json().path("url").asText();
    assertArrayEquals(product.file().bytes(), shop.fetch(url).expect(200).bytes());
    shop.get("/downloads/" + purchase.downloadToken()).send().expect(200);
    // Its names are free again.
    shop.newProductWithoutFile("Again", Json.of("slug", product.slug(), "sku", product.sku()));
  }

  @Test
  void anyFileNameDoesNoHarm() throws IOException {
    Product product = shop.newProductWithoutFile("Odd Names", Json.of());
    List<String> names =
        List.of(
            "a\"b;c.txt",
            "Übergröße – 書.txt",
            "../../etc/passwd",
            "x".repeat(251) + ".txt",
            "a\u202Etxt.exe");
    for (String name : names) {
      shop.upload(product.id(), name, Shop.fileOf(name));
    }
    Purchase purchase = shop.buy(product);
    JsonNode held = purchase.entitlement();
    assertEquals(names.size(), held.path("files").size());
    for (JsonNode file : held.path("files")) {
      assertTrue(names.contains(file.path("file_name").asText()));
      String url =
          purchase
              .download(held, file.path("asset_id").asText())
              .expect(201)
              .json()
              .path("url")
              .asText();
      String disposition = shop.fetch(url).expect(200).header("Content-Disposition");
      assertTrue(disposition.startsWith("attachment; filename=\""), disposition);
      assertTrue(disposition.chars().allMatch(c -> c >= 32 && c < 127), disposition);
    }
    for (String bad : List.of("a\nb.txt", "a\u0000b", "", "x".repeat(256))) {
      shop.seller("POST", "/v1/admin/products/" + product.id() + "/assets")
          .json(
              "file_name",
              bad,
              "mime_type",
              "text/plain",
              "file_size",
              3,
              "checksum_sha256",
              "0".repeat(64))
          .send()
          .problem(422);
    }
  }

  @Test
  void theDownloadPageSendsTheBrowserOnAndCountsAsTheApiDoes() {
    Product product = shop.newProduct("By the Page", 900);
    Purchase purchase = shop.buy(product);
    String token = purchase.downloadToken();
    String page = shop.get("/downloads/" + token).send().expect(200).text();
    assertTrue(page.contains(product.title()));
    assertTrue(page.contains(product.file().fileName()));
    assertTrue(page.contains("method=\"post\""));
    Answer sent =
        shop.post("/downloads/" + token)
            .form(Map.of("asset_id", product.file().assetId()))
            .send()
            .expect(303);
    assertArrayEquals(
        product.file().bytes(), shop.fetch(sent.header("Location")).expect(200).bytes());
    assertEquals(4, purchase.entitlement().path("downloads_left").asInt());
    shop.post("/downloads/" + token).form(Map.of("asset_id", "x")).send().expect(422);
    shop.post("/downloads/" + token).json("asset_id", product.file().assetId()).send().expect(415);
    shop.get("/downloads/3f6a1c52-8d0e-8b47-a1c9-5e2f7d904b13").send().expect(404);
    shop.call("HEAD", "/downloads/3f6a1c52-8d0e-8b47-a1c9-5e2f7d904b13").send().expect(404);
  }

  @Test
  void thePageSaysWhyItDoesNotOpen() {
    Product product = shop.newProduct("Closed Page", 900);
    Purchase purchase = shop.buy(product);
    String path = "/downloads/" + purchase.downloadToken();
    Map<String, String> form = Map.of("asset_id", product.file().assetId());
    shop.post(path).header("Sec-Fetch-Site", "cross-site").form(form).send().expect(403);
    shop.post(path).header("Sec-Fetch-Site", "same-origin").form(form).send().expect(303);
    String dispute =
        shop.outside("POST", "/charges/" + purchase.paymentIntent() + "/disputes")
            .path("id")
            .asText();
    purchase.becomes("disputed");
    shop.get(path).send().expect(200);
    shop.post(path).form(form).send().expect(409);
    shop.outside("POST", "/disputes/" + dispute + "/close", "outcome", "lost");
    shop.await("the page to close", () -> shop.get(path).send().status(), status -> status == 410);
    shop.call("HEAD", path).send().expect(410);
    shop.post(path).form(form).send().expect(410);
  }

  @Test
  void theLimitHoldsForManyAtOnce_rule6() {
    Product product = shop.newProductWithoutFile("Eight Files", Json.of());
    for (int i = 0; i < 8; i++) {
      shop.upload(product.id(), "file-" + i + ".txt", Shop.fileOf("file " + i));
    }
    Purchase purchase = shop.order(shop.newEmail("race"), Shop.line(product, 2)).pay().delivered();
    JsonNode first = purchase.entitlements().getFirst();
    List<Answer> answers =
        Json.stream(first.path("files"))
            .map(file -> file.path("asset_id").asText())
            .map(asset -> CompletableFuture.supplyAsync(() -> purchase.download(first, asset)))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .toList();
    assertEquals(5, answers.stream().filter(answer -> answer.status() == 201).count());
    answers.stream()
        .filter(answer -> answer.status() != 201)
        .forEach(answer -> answer.problem(410, "used_up"));

    JsonNode second = purchase.entitlements().getLast();
    String asset = second.path("files").path(0).path("asset_id").asText();
    IntStream.range(0, 12)
        .mapToObj(i -> CompletableFuture.supplyAsync(() -> purchase.download(second, asset)))
        .toList()
        .forEach(answer -> answer.join().expect(201));
    assertEquals(
        4,
        purchase.entitlements().getLast().path("downloads_left").asInt(),
        "the same file at once counts once");
  }

  @Test
  void oneIdempotencyKeyAnswersOneAddress() {
    Product product = shop.newProduct("Keyed Download", 900);
    Purchase purchase = shop.buy(product);
    String path = "/v1/entitlements/" + purchase.downloadToken() + "/downloads";
    String key = "download-" + purchase.id();
    JsonNode first =
        shop.post(path)
            .idempotencyKey(key)
            .json("asset_id", product.file().assetId())
            .send()
            .expect(201)
            .json();
    shop.advance(Duration.ofMinutes(2));
    JsonNode again =
        shop.post(path)
            .idempotencyKey(key)
            .json("asset_id", product.file().assetId())
            .send()
            .expect(201)
            .json();
    assertEquals(first.path("url_expires_at"), again.path("url_expires_at"));
    assertEquals(first.path("url"), again.path("url"));
    assertEquals(
        new String(product.file().bytes(), StandardCharsets.UTF_8),
        shop.fetch(again.path("url").asText()).text());
  }

  @Test
  void nothingInTheBucketIsPublic_rule7() {
    Product product = shop.newProduct("Private", 900);
    Purchase purchase = shop.buy(product);
    String url = purchase.download().expect(201).json().path("url").asText();
    String path = URI.create(url).getPath();
    for (String bucket : List.of("", "/assets", "/shelfless-assets", "/assetbucket")) {
      int status = shop.fetch(shop.address("s3_endpoint") + bucket + path).status();
      assertTrue(status >= 400, "the bucket answers " + status);
    }
    shop.fetch(URI.create(url).getScheme() + "://" + URI.create(url).getAuthority() + path)
        .expect(403);
  }
}
