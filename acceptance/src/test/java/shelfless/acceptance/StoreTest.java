package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** A store that holds something else than what was promised, or nothing. */
@ExtendWith(SharedShop.class)
final class StoreTest {
  private static final long IN_PARTS = 100_000_001;

  private final Shop shop;

  StoreTest(Shop shop) {
    this.shop = shop;
  }

  /** Where the bytes of a file belong that was announced. */
  private record Place(String asset, String bucket, String key, JsonNode begun) {}

  private Place announce(Product product, long size) {
    JsonNode begun =
        shop.seller("POST", "/v1/admin/products/" + product.id() + "/assets")
            .json(
                "file_name",
                "a.bin",
                "mime_type",
                "application/octet-stream",
                "file_size",
                size,
                "checksum_sha256",
                Shop.sha256("promised".getBytes(StandardCharsets.UTF_8)))
            .send()
            .expect(201)
            .json();
    JsonNode upload = size < IN_PARTS ? begun.path("upload") : begun.path("uploads").path(0);
    String[] path = URI.create(upload.path("url").asText()).getPath().split("/", 3);
    return new Place(begun.path("asset").path("id").asText(), path[1], path[2], begun);
  }

  private Call complete(Place place) {
    return shop.seller("POST", "/v1/admin/assets/" + place.asset + "/complete");
  }

  /** Completes a file in parts, of which the store no longer knows the upload. */
  private Answer joinAgain(Place place) {
    List<Object> parts = new ArrayList<>();
    place
        .begun
        .path("uploads")
        .forEach(
            upload ->
                parts.add(
                    Json.of("part_number", upload.path("part_number").asInt(), "etag", "lost")));
    return complete(place).json("parts", parts).send();
  }

  private String statusOf(Product product, Place place) {
    return Json.stream(shop.adminProduct(product.id()).path("assets"))
        .filter(each -> each.path("id").asText().equals(place.asset))
        .findFirst()
        .orElseThrow()
        .path("status")
        .asText();
  }

  private void put(S3Client s3, Place place) {
    s3.putObject(
        put -> put.bucket(place.bucket).key(place.key), RequestBody.fromString("other bytes"));
  }

  private void giveUp(S3Client s3, Place place) {
    s3.abortMultipartUpload(
        abort ->
            abort
                .bucket(place.bucket)
                .key(place.key)
                .uploadId(place.begun.path("upload_id").asText()));
  }

  private void assertGone(S3Client s3, Place place) {
    S3Exception absent =
        assertThrows(
            S3Exception.class,
            () -> s3.headObject(head -> head.bucket(place.bucket).key(place.key)));
    assertEquals(404, absent.statusCode());
  }

  @Test
  void otherBytesThanThePromisedOnes_areRejectedAndDeleted() {
    Product product = shop.newProductWithoutFile("Other Bytes", Json.of());
    try (S3Client s3 = s3()) {
      Place place = announce(product, 8);
      complete(place).send().problem(409, "not_uploaded");
      put(s3, place);
      complete(place).send().problem(422, "checksum_mismatch");
      assertEquals("rejected", statusOf(product, place));
      assertGone(s3, place);
    }
  }

  @Test
  void aFileInPartsThatIsNotThePromisedOne_isRejectedAndDeletedOnceItWasRead() {
    Product product = shop.newProductWithoutFile("Other Parts", Json.of());
    try (S3Client s3 = s3()) {
      Place place = announce(product, IN_PARTS);
      giveUp(s3, place);
      joinAgain(place).problem(409, "not_uploaded");
      put(s3, place);
      joinAgain(place).expect(202);
      shop.await("the file to be read", () -> statusOf(product, place), "rejected"::equals);
      shop.await("its end", () -> isThere(s3, place), there -> !there);
    }
  }

  private static boolean isThere(S3Client s3, Place place) {
    try {
      s3.headObject(head -> head.bucket(place.bucket).key(place.key));
      return true;
    } catch (S3Exception absent) {
      return false;
    }
  }

  @Test
  void aFileInPartsThatVanishesBeforeItIsRead_isRejected() {
    Product product = shop.newProductWithoutFile("Vanished Parts", Json.of());
    try (S3Client s3 = s3()) {
      Place place = announce(product, IN_PARTS);
      giveUp(s3, place);
      put(s3, place);
      try (Shop.Faults down = shop.faults("sqs", "fail", 1)) {
        joinAgain(place).expect(202);
      }
      s3.deleteObject(delete -> delete.bucket(place.bucket).key(place.key));
      shop.advance(Duration.ofMinutes(30));
      shop.await("the file to be missed", () -> statusOf(product, place), "rejected"::equals);
    }
  }

  @Test
  void anUploadInPartsThatIsWithdrawn_isGivenUpInTheStore() {
    Product product = shop.newProductWithoutFile("Withdrawn Parts", Json.of());
    try (S3Client s3 = s3()) {
      Place place = announce(product, IN_PARTS);
      shop.seller("DELETE", "/v1/admin/assets/" + place.asset).send().expect(204);
      assertEquals(
          List.of(),
          s3.listMultipartUploads(list -> list.bucket(place.bucket)).uploads().stream()
              .filter(upload -> upload.key().equals(place.key))
              .toList());
    }
  }

  private S3Client s3() {
    return S3Client.builder()
        .endpointOverride(URI.create(shop.address("s3_endpoint")))
        .forcePathStyle(true)
        .region(Region.of(shop.address("aws_region")))
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(
                    shop.address("aws_access_key_id"), shop.address("aws_secret_access_key"))))
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .build();
  }
}
