package shelfless.aws;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import shelfless.runtime.Unavailable;
import software.amazon.awssdk.awscore.presigner.PresignedRequest;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * The bucket in S3. The settings are {@code ASSET_BUCKET} and, where S3 is not AWS's own, {@code
 * AWS_ENDPOINT_URL_S3}.
 */
public final class S3Files implements Files {
  private final AwsSettings aws;
  private final String bucket;
  private @Nullable S3Client client;
  private @Nullable S3Presigner presigner;

  public S3Files(AwsSettings aws) {
    this.aws = aws;
    this.bucket = aws.required("ASSET_BUCKET");
  }

  @Override
  public SignedRequest signUpload(String key, String contentType, long size, String sha256) {
    return signed(
        presigner()
            .presignPutObject(
                presign ->
                    presign
                        .signatureDuration(PIECE_EXPIRY)
                        .putObjectRequest(
                            put ->
                                put.bucket(bucket)
                                    .key(key)
                                    .contentType(contentType)
                                    .contentLength(size)
                                    .checksumSHA256(
                                        Base64.getEncoder()
                                            .encodeToString(HexFormat.of().parseHex(sha256))))));
  }

  @Override
  public String beginParts(String key, String contentType) {
    return S3.reach(
        () ->
            client()
                .createMultipartUpload(
                    request -> request.bucket(bucket).key(key).contentType(contentType))
                .uploadId());
  }

  @Override
  public SignedRequest signPart(String key, String uploadId, Slice slice) {
    return signed(
        presigner()
            .presignUploadPart(
                presign ->
                    presign
                        .signatureDuration(PARTS_EXPIRY)
                        .uploadPartRequest(
                            part ->
                                part.bucket(bucket)
                                    .key(key)
                                    .uploadId(uploadId)
                                    .partNumber(slice.number())
                                    .contentLength(slice.size()))));
  }

  private static SignedRequest signed(PresignedRequest request) {
    Map<String, String> headers = new TreeMap<>();
    request
        .signedHeaders()
        .forEach(
            (name, values) -> {
              if (!name.equalsIgnoreCase("host")) {
                headers.put(name, String.join(",", values));
              }
            });
    return new SignedRequest(
        request.httpRequest().method().name(), request.url().toString(), headers);
  }

  @Override
  public boolean joinParts(String key, String uploadId, List<Part> parts) {
    List<CompletedPart> completed =
        parts.stream()
            .sorted(Comparator.comparingInt(Part::number))
            .map(
                part -> CompletedPart.builder().partNumber(part.number()).eTag(part.etag()).build())
            .toList();
    int status =
        statusOf(
            () ->
                client()
                    .completeMultipartUpload(
                        request ->
                            request
                                .bucket(bucket)
                                .key(key)
                                .uploadId(uploadId)
                                .multipartUpload(upload -> upload.parts(completed))));
    // 404: the upload is over, joined by an earlier call or given up.
    return status == 200 || (status == 404 && isStored(key));
  }

  @Override
  public void abandonParts(String key, String uploadId) {
    statusOf(
        () ->
            client()
                .abortMultipartUpload(
                    request -> request.bucket(bucket).key(key).uploadId(uploadId)));
  }

  private boolean isStored(String key) {
    return statusOf(() -> client().headObject(request -> request.bucket(bucket).key(key))) == 200;
  }

  @Override
  public Optional<Content> read(String key) {
    return S3.reach(
        () -> {
          try (InputStream stream =
              client().getObject(request -> request.bucket(bucket).key(key))) {
            return Optional.of(content(stream));
          } catch (NoSuchKeyException absent) {
            return Optional.empty();
          } catch (IOException interrupted) {
            throw new Unavailable(S3.NAME, interrupted);
          }
        });
  }

  private static Content content(InputStream stream) throws IOException {
    MessageDigest digest = S3.sha256();
    byte[] buffer = new byte[256 * 1024];
    long size = 0;
    for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
      digest.update(buffer, 0, count);
      size += count;
    }
    return new Content(size, HexFormat.of().formatHex(digest.digest()));
  }

  @Override
  public void delete(String key) {
    S3.reach(() -> client().deleteObject(request -> request.bucket(bucket).key(key)));
  }

  /** 200 when the call was done, or 400 or 404 when the store refused it so. */
  private static int statusOf(Runnable call) {
    return S3.reach(
        () -> {
          try {
            call.run();
            return 200;
          } catch (S3Exception refused) {
            if (refused.statusCode() == 400 || refused.statusCode() == 404) {
              return refused.statusCode();
            }
            throw refused;
          }
        });
  }

  private S3Client client() {
    S3Client ready = client;
    if (ready == null) {
      ready = S3.client(aws);
      client = ready;
    }
    return ready;
  }

  private S3Presigner presigner() {
    S3Presigner ready = presigner;
    if (ready == null) {
      S3Presigner.Builder builder =
          S3Presigner.builder()
              .region(Region.of(aws.region()))
              .credentialsProvider(aws.credentials())
              .serviceConfiguration(
                  S3Configuration.builder().pathStyleAccessEnabled(S3.hasOwnEndpoint(aws)).build());
      aws.endpoint("S3").ifPresent(builder::endpointOverride);
      ready = builder.build();
      presigner = ready;
    }
    return ready;
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
    if (presigner != null) {
      presigner.close();
    }
  }
}
