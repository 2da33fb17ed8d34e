package shelfless.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import shelfless.runtime.Settings;

class FilesTest {
  private static final String SHA256 =
      "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

  private static Files files(Map<String, String> more) {
    Map<String, String> settings =
        new HashMap<>(
            Map.of(
                "AWS_REGION", "eu-central-1",
                "AWS_ACCESS_KEY_ID", "id",
                "AWS_SECRET_ACCESS_KEY", "secret",
                "ASSET_BUCKET", "assets"));
    settings.putAll(more);
    return new S3Files(new AwsSettings(new Settings(settings), true));
  }

  @Test
  void theUploadOfOnePieceFixesSizeTypeAndChecksum() {
    try (Files files = files(Map.of())) {
      Files.SignedRequest upload = files.signUpload("assets/1", "application/pdf", 4, SHA256);
      assertEquals("PUT", upload.method());
      assertEquals(
          Map.of(
              "content-length", "4",
              "content-type", "application/pdf",
              "x-amz-checksum-sha256", "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="),
          upload.headers());
      assertTrue(
          upload
              .url()
              .startsWith("https://assets.s3.eu-central-1.amazonaws.com/assets/1?X-Amz-Algorithm="),
          upload.url());
      assertTrue(
          upload
              .url()
              .contains(
                  "X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost%3Bx-amz-checksum-sha256"),
          upload.url());
      assertTrue(upload.url().contains("X-Amz-Expires=3600"), upload.url());
    }
  }

  @Test
  void theUploadOfAPartFixesItsSizeAndNothingThatTheUploaderDoesNotKnow() {
    try (Files files = files(Map.of("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9000"))) {
      Files.SignedRequest part = files.signPart("assets/1", "u1", new Files.Slice(2, 16, 8));
      assertEquals(Map.of("content-length", "8"), part.headers());
      assertTrue(part.url().startsWith("http://127.0.0.1:9000/assets/assets/1?"), part.url());
      assertTrue(part.url().contains("partNumber=2"), part.url());
      assertTrue(part.url().contains("X-Amz-SignedHeaders=content-length%3Bhost"), part.url());
    }
  }

  @Test
  void theSlicesCoverTheFileWithoutGapAndFitIntoOneAnswer() {
    for (long size : List.of(100_000_001L, 134_217_728L, 5_000_000_000L, 21_474_836_480L)) {
      List<Files.Slice> slices = Files.slices(size);
      assertTrue(slices.size() >= 2 && slices.size() <= 500, "parts of " + size);
      long end = 0;
      for (Files.Slice slice : slices) {
        assertEquals(end, slice.offset());
        end += slice.size();
        if (slice.number() < slices.size()) {
          assertEquals(slices.getFirst().size(), slice.size());
          // What S3 asks for of every part but the last.
          assertTrue(slice.size() >= 5 * 1024 * 1024);
        }
      }
      assertEquals(size, end);
    }
  }
}
