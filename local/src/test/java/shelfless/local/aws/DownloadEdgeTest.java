package shelfless.local.aws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shelfless.local.Door;
import shelfless.local.ShopClock;
import shelfless.local.WebServer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

class DownloadEdgeTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String BUCKET = "files";
  private static final byte[] BYTES = new byte[300_000];

  @TempDir static Path folder;
  private static ShopClock clock;
  private static LocalSecrets secrets;
  private static ObjectStorage storage;
  private static S3Client s3;
  private static WebServer edge;

  @BeforeAll
  static void start() throws IOException {
    new Random(1).nextBytes(BYTES);
    clock = ShopClock.open(folder.resolve("clock.json"));
    secrets = LocalSecrets.open(folder.resolve("secrets.json"), List.of("DownloadSigningKey"));
    storage = ObjectStorage.start(folder.resolve("s3"), "AKID", "secret");
    s3 =
        S3Client.builder()
            .endpointOverride(storage.url())
            .region(Region.of("eu-central-1"))
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("AKID", "secret")))
            .build();
    s3.createBucket(request -> request.bucket(BUCKET));
    s3.putObject(
        request -> request.bucket(BUCKET).key("assets/a b.bin").contentType("application/pdf"),
        RequestBody.fromBytes(BYTES));
    Door door = new Door();
    edge = WebServer.start(0, door);
    door.open(new DownloadEdge(s3, BUCKET, secrets, clock, edge.url()));
  }

  @AfterAll
  static void stop() {
    edge.close();
    s3.close();
    storage.close();
  }

  private static String canned(String pathAndQuery, Duration life) throws GeneralSecurityException {
    long expires = clock.instant().plus(life).getEpochSecond();
    String url = edge.url() + pathAndQuery;
    String policy =
        "{\"Statement\":[{\"Resource\":\"%s\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":%d}}}]}"
            .formatted(url, expires);
    return url
        + (url.contains("?") ? "&" : "?")
        + "Expires="
        + expires
        + "&Signature="
        + sign(policy)
        + "&Key-Pair-Id="
        + secrets.field("DownloadSigningKey", "key_pair_id");
  }

  private static String sign(String policy) throws GeneralSecurityException {
    String pem = secrets.field("DownloadSigningKey", "private_key");
    byte[] key = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    Signature signer = Signature.getInstance("SHA1withECDSA");
    signer.initSign(KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)));
    signer.update(policy.getBytes(StandardCharsets.UTF_8));
    return encode(signer.sign());
  }

  private static String encode(byte[] bytes) {
    return Base64.getEncoder()
        .encodeToString(bytes)
        .replace('+', '-')
        .replace('=', '_')
        .replace('/', '~');
  }

  private static HttpResponse<byte[]> fetch(String method, String url, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url)).method(method, BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  @Test
  void aSignedUrlOpensItsFile_withTheNameThatWasSigned() throws Exception {
    String url =
        canned(
            "/assets/a%20b.bin?response-content-disposition=attachment%3B%20filename%3D%22x.pdf%22",
            Duration.ofMinutes(5));
    HttpResponse<byte[]> answer = fetch("GET", url);
    assertEquals(200, answer.statusCode());
    assertArrayEquals(BYTES, answer.body());
    assertEquals("attachment; filename=\"x.pdf\"", header(answer, "content-disposition"));
    assertEquals("application/pdf", header(answer, "content-type"));
    assertEquals("bytes", header(answer, "accept-ranges"));
    HttpResponse<byte[]> head = fetch("HEAD", url);
    assertEquals(200, head.statusCode());
    assertEquals("300000", header(head, "content-length"));
    assertEquals(header(answer, "etag"), header(head, "etag"));
    assertEquals(304, fetch("GET", url, "If-None-Match", header(answer, "etag")).statusCode());
  }

  @Test
  void aRangeOfItComesAsARange() throws Exception {
    String url = canned("/assets/a%20b.bin", Duration.ofMinutes(5));
    HttpResponse<byte[]> middle = fetch("GET", url, "Range", "bytes=1000-1999");
    assertEquals(206, middle.statusCode());
    assertArrayEquals(Arrays.copyOfRange(BYTES, 1000, 2000), middle.body());
    assertEquals("bytes 1000-1999/300000", header(middle, "content-range"));
    HttpResponse<byte[]> rest = fetch("GET", url, "Range", "bytes=299990-");
    assertArrayEquals(Arrays.copyOfRange(BYTES, 299_990, 300_000), rest.body());
    HttpResponse<byte[]> end = fetch("GET", url, "Range", "bytes=-5");
    assertArrayEquals(Arrays.copyOfRange(BYTES, 299_995, 300_000), end.body());
    HttpResponse<byte[]> beyond = fetch("GET", url, "Range", "bytes=300000-");
    assertEquals(416, beyond.statusCode());
    assertEquals("bytes */300000", header(beyond, "content-range"));
    HttpResponse<byte[]> changed =
        fetch("GET", url, "Range", "bytes=0-9", "If-Range", "\"another\"");
    assertEquals(200, changed.statusCode());
    assertEquals(BYTES.length, changed.body().length);
  }

  @Test
  void withoutItsSignatureNothingOpens() throws Exception {
    String url = canned("/assets/a%20b.bin?response-content-type=a", Duration.ofMinutes(5));
    assertEquals(403, fetch("GET", edge.url() + "/assets/a%20b.bin").statusCode());
    assertEquals(403, fetch("GET", url.replace("content-type=a", "content-type=b")).statusCode());
    assertEquals(403, fetch("GET", url.replace("a%20b.bin", "other.bin")).statusCode());
    assertEquals(
        403, fetch("GET", url.replaceAll("Expires=\\d+", "Expires=9999999999")).statusCode());
    assertEquals(
        403, fetch("GET", url.replaceAll("Key-Pair-Id=.*", "Key-Pair-Id=K1")).statusCode());
    assertEquals(403, fetch("GET", url + "&more=1").statusCode());
    HttpResponse<byte[]> denied =
        fetch("GET", url.replaceAll("Signature=[^&]{4}", "Signature=AAAA"));
    assertEquals(403, denied.statusCode());
    assertTrue(
        new String(denied.body(), StandardCharsets.UTF_8).contains("<Code>AccessDenied</Code>"));
    assertEquals(403, fetch("POST", url).statusCode());
  }

  @Test
  void afterItsMinutesByTheShopsClockItIsClosed() throws Exception {
    String url = canned("/assets/a%20b.bin", Duration.ofMinutes(5));
    assertEquals(200, fetch("HEAD", url).statusCode());
    clock.advance(Duration.ofMinutes(6));
    assertEquals(403, fetch("HEAD", url).statusCode());
  }

  @Test
  void aPolicyOfItsOwnMayMeanSeveralFiles() throws Exception {
    String policy =
        "{\"Statement\":[{\"Resource\":\"%s/assets/*\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":%d},\"IpAddress\":{\"AWS:SourceIp\":\"127.0.0.1/32\"}}}]}"
            .formatted(edge.url(), clock.instant().plusSeconds(60).getEpochSecond());
    String signature =
        "?Policy="
            + encode(policy.getBytes(StandardCharsets.UTF_8))
            + "&Signature="
            + sign(policy)
            + "&Key-Pair-Id="
            + secrets.field("DownloadSigningKey", "key_pair_id");
    assertEquals(200, fetch("GET", edge.url() + "/assets/a%20b.bin" + signature).statusCode());
    assertEquals(403, fetch("GET", edge.url() + "/other/a%20b.bin" + signature).statusCode());
  }

  @Test
  void aFileThatIsNotThereIsForbiddenAsInS3() throws Exception {
    assertEquals(
        403, fetch("GET", canned("/assets/missing.bin", Duration.ofMinutes(5))).statusCode());
  }
}
