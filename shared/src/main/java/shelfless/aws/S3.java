package shelfless.aws;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.function.Supplier;
import shelfless.runtime.CallTime;
import shelfless.runtime.Unavailable;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What the buckets have in common. */
final class S3 {
  /** As whoever called is told of it. */
  static final String NAME = "The file store";

  private S3() {}

  /** A client; the setting is {@code AWS_ENDPOINT_URL_S3} where S3 is not AWS's own. */
  static S3Client client(AwsSettings aws) {
    S3ClientBuilder builder =
        S3Client.builder()
            .forcePathStyle(hasOwnEndpoint(aws))
            // Not every store of this protocol knows the SDK's own checksums.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
    return AwsClients.configure(builder, aws, "S3", CallTime.FOR_ANOTHER_SERVICE).build();
  }

  /** Whether S3 is at an address of its own, where buckets are no host names. */
  static boolean hasOwnEndpoint(AwsSettings aws) {
    return aws.endpoint("S3").isPresent();
  }

  /** The digest that S3 compares an upload with. */
  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("Every JDK has SHA-256", impossible);
    }
  }

  /** Makes a call; {@link Unavailable} when S3 is out of reach. */
  static <T> T reach(Supplier<T> call) {
    try {
      return call.get();
    } catch (S3Exception refused) {
      if (refused.statusCode() >= 500) {
        throw new Unavailable(NAME, refused);
      }
      throw refused;
    } catch (SdkException unreachable) {
      throw new Unavailable(NAME, unreachable);
    }
  }
}
