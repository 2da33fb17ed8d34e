package shelfless.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.opentest4j.AssertionFailedError;
import shelfless.local.template.Template;

/**
 * A call of AWS that a function made, as the shop noted it.
 *
 * @param isSignedOnly whether the function only signed it, for somebody else to send: S3 then asks
 *     what the function's role allows, as if the function had sent it
 * @param status 404 when there was no such thing; otherwise 0
 * @param on the parameters that say what it was done to
 */
record AwsCall(
    String function,
    String service,
    String operation,
    boolean isSignedOnly,
    int status,
    JsonNode on) {
  /**
   * What a role has to allow for it.
   *
   * @param context the condition keys of the request
   */
  record Need(String function, String action, String resource, Map<String, String> context) {}

  static AwsCall parse(String line) {
    JsonNode call = Json.parse(line);
    return new AwsCall(
        call.path("function").asText(),
        call.path("service").asText(),
        call.path("operation").asText(),
        call.path("signed_only").asBoolean(),
        call.path("status").asInt(),
        call.path("on"));
  }

  /** As AWS's service authorization reference says. */
  List<Need> needs() {
    return switch (service) {
      case "s3" -> s3();
      case "sqs" ->
          needs(
              "sqs:" + operation.replaceFirst("Batch$", ""),
              Template.arn("sqs", withoutPrefix(on("QueueUrl").replaceFirst("^.*/", ""))));
      case "secretsmanager" ->
          // An ARN of a secret ends in six characters of its own.
          needs(
              "secretsmanager:" + operation,
              secretArn(
                  withoutPrefix(on("SecretId").replaceFirst("^arn:.*:secret:(.*)-.{6}$", "$1"))));
      case "sesv2" -> mail();
      case "rds-db" ->
          // Who owns the schema signs in with a password.
          on("User").equals("migrator")
              ? List.of()
              : needs(
                  "rds-db:connect", Template.arn("rds-db", "dbuser:the-database/" + on("User")));
      default -> throw unknown();
    };
  }

  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
  private List<Need> s3() {
    String bucket = bucketArn(withoutPrefix(on("Bucket")));
    return switch (operation) {
      case "PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload" ->
          needs("s3:PutObject", bucket + "/" + on("Key"));
      case "DeleteObject", "AbortMultipartUpload" ->
          needs("s3:" + operation, bucket + "/" + on("Key"));
      case "GetObject", "HeadObject" -> {
        Need read = need("s3:GetObject", bucket + "/" + on("Key"), Map.of());
        // To one who may not list, S3 says 403 of what is not there.
        yield status == 404
            ? List.of(read, need("s3:ListBucket", bucket, Map.of()))
            : List.of(read);
      }
      case "ListObjectsV2", "HeadBucket" -> needs("s3:ListBucket", bucket);
      case "CopyObject" ->
          List.of(
              need("s3:GetObject", bucketArn(withoutPrefix(on("CopySource"))), Map.of()),
              need("s3:PutObject", bucket + "/" + on("Key"), Map.of()));
      default -> throw unknown();
    };
  }

  private List<Need> mail() {
    if (!operation.equals("SendEmail")) {
      throw unknown();
    }
    String address = on("FromEmailAddress").replaceFirst("^.*<(.*)>$", "$1");
    return List.of(
        need(
            "ses:SendEmail",
            Template.arn("ses", "identity/" + address),
            Map.of("ses:FromAddress", address)));
  }

  private List<Need> needs(String action, String resource) {
    return List.of(need(action, resource, Map.of()));
  }

  private Need need(String action, String resource, Map<String, String> context) {
    return new Need(function, action, resource, context);
  }

  private String on(String parameter) {
    if (!on.has(parameter)) {
      throw new AssertionFailedError(this + " does not say " + parameter);
    }
    return on.path(parameter).asText();
  }

  private AssertionFailedError unknown() {
    return new AssertionFailedError("AwsCall has no rule that says what IAM asks for " + this);
  }

  /** Shops that share a service with others have names of their own there. */
  private static String withoutPrefix(String name) {
    return name.replaceFirst("^shelfless-([0-9a-f]{8}-)?", "");
  }

  /** How a secret's ARN is written here, without the characters at its end that only AWS knows. */
  static String secretArn(String id) {
    return Template.arn("secretsmanager", "secret:" + id);
  }

  static String bucketArn(String name) {
    return "arn:aws:s3:::" + name;
  }
}
