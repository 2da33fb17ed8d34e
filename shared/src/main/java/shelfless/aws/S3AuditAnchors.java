package shelfless.aws;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import shelfless.data.AuditLog;
import shelfless.json.Json;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A bucket with an object lock, in which each anchor is an object named by its time: {@code
 * audit-log/2026-03-02T03:20:00Z.json} with {@code {"at", "seq", "hash"}}. The settings are {@code
 * AUDIT_BUCKET} and, where S3 is not AWS's own, {@code AWS_ENDPOINT_URL_S3}.
 */
public final class S3AuditAnchors implements AuditAnchors {
  private static final String FOLDER = "audit-log/";
  private final AwsSettings aws;
  private final String bucket;
  private @Nullable S3Client client;

  public S3AuditAnchors(AwsSettings aws) {
    this.aws = aws;
    this.bucket = aws.required("AUDIT_BUCKET");
  }

  @Override
  public Optional<Anchor> newest() {
    return S3.reach(
        () ->
            // One a day: four calls after ten years.
            client()
                .listObjectsV2Paginator(request -> request.bucket(bucket).prefix(FOLDER))
                .contents()
                .stream()
                .map(S3Object::key)
                .max(Comparator.naturalOrder())
                .map(this::read));
  }

  private Anchor read(String key) {
    byte[] content =
        client().getObjectAsBytes(request -> request.bucket(bucket).key(key)).asByteArray();
    try {
      JsonNode anchor = Json.read(content);
      return new Anchor(
          Instant.parse(anchor.path("at").asText()),
          new AuditLog.Head(anchor.path("seq").asLong(), anchor.path("hash").asText()));
    } catch (IOException | DateTimeParseException foreign) {
      throw new IllegalStateException(key + " in " + bucket + " is no anchor", foreign);
    }
  }

  @Override
  public void keep(Anchor anchor) {
    byte[] content =
        Json.bytes(
            Json.object()
                .put("at", anchor.at().toString())
                .put("seq", anchor.head().seq())
                .put("hash", anchor.head().hash()));
    String checksum = Base64.getEncoder().encodeToString(S3.sha256().digest(content));
    S3.reach(
        () ->
            client()
                .putObject(
                    request ->
                        request
                            .bucket(bucket)
                            .key(FOLDER + anchor.at() + ".json")
                            .contentType("application/json")
                            // Without one, a bucket with an object lock refuses it.
                            .checksumSHA256(checksum),
                    RequestBody.fromBytes(content)));
  }

  private S3Client client() {
    S3Client ready = client;
    if (ready == null) {
      ready = S3.client(aws);
      client = ready;
    }
    return ready;
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
  }
}
