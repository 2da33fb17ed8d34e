package shelfless.aws;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/**
 * AWS Signature Version 4, as far as two services and a database need it: a POST without a query,
 * and a GET of {@code /}. The SDK's signer makes the same signatures, and is what the tests hold
 * these against; it costs each cold start some 75 ms more
 * (docs/decisions/what-a-cold-start-pays-for.md).
 *
 * @param service as AWS names it in signatures: {@code secretsmanager}
 * @see <a
 *     href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">AWS
 *     on creating a signed request</a>
 */
record SignatureV4(String region, String service) {
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final String END = "aws4_request";

  /**
   * The headers of a POST.
   *
   * @param address without a query
   * @param headers what is sent beside the host, by names in small letters
   * @return these, and those that carry the signature
   */
  Map<String, String> post(
      AwsCredentials credentials,
      URI address,
      Map<String, String> headers,
      byte[] body,
      Instant now) {
    SortedMap<String, String> signed = new TreeMap<>(headers);
    signed.put("host", address.getRawAuthority());
    signed.put("x-amz-content-sha256", hash(body));
    signed.put("x-amz-date", time(now));
    String token = sessionToken(credentials);
    if (token != null) {
      signed.put("x-amz-security-token", token);
    }
    String names = String.join(";", signed.keySet());
    String path = address.getRawPath().isEmpty() ? "/" : address.getRawPath();
    String signature = signature(credentials, "POST\n" + path + "\n", signed, body, now);
    signed.remove("host");
    signed.put(
        "authorization",
        ALGORITHM
            + " Credential="
            + credentials.accessKeyId()
            + "/"
            + scope(now)
            + ", SignedHeaders="
            + names
            + ", Signature="
            + signature);
    return signed;
  }

  /**
   * The query of a GET that carries its signature.
   *
   * @param host with its port
   */
  String get(
      AwsCredentials credentials,
      String host,
      Map<String, String> parameters,
      Duration valid,
      Instant now) {
    SortedMap<String, String> signed = new TreeMap<>(parameters);
    signed.put("X-Amz-Algorithm", ALGORITHM);
    signed.put("X-Amz-Credential", credentials.accessKeyId() + "/" + scope(now));
    signed.put("X-Amz-Date", time(now));
    signed.put("X-Amz-Expires", Long.toString(valid.toSeconds()));
    signed.put("X-Amz-SignedHeaders", "host");
    String token = sessionToken(credentials);
    if (token != null) {
      signed.put("X-Amz-Security-Token", token);
    }
    String query =
        signed.entrySet().stream()
            .map(parameter -> encoded(parameter.getKey()) + "=" + encoded(parameter.getValue()))
            .collect(Collectors.joining("&"));
    SortedMap<String, String> headers = new TreeMap<>(Map.of("host", host));
    return query
        + "&X-Amz-Signature="
        + signature(credentials, "GET\n/\n" + query, headers, new byte[0], now);
  }

  private String signature(
      AwsCredentials credentials,
      String line,
      SortedMap<String, String> headers,
      byte[] body,
      Instant now) {
    StringBuilder request = new StringBuilder(line).append('\n');
    headers.forEach((name, value) -> request.append(name).append(':').append(value).append('\n'));
    request.append('\n').append(String.join(";", headers.keySet())).append('\n').append(hash(body));
    String toSign =
        ALGORITHM
            + "\n"
            + time(now)
            + "\n"
            + scope(now)
            + "\n"
            + hash(request.toString().getBytes(StandardCharsets.UTF_8));
    byte[] key = ("AWS4" + credentials.secretAccessKey()).getBytes(StandardCharsets.UTF_8);
    for (String part : scope(now).split("/")) {
      key = hmac(key, part);
    }
    return HexFormat.of().formatHex(hmac(key, toSign));
  }

  private String scope(Instant now) {
    return time(now).substring(0, 8) + "/" + region + "/" + service + "/" + END;
  }

  /** {@code 20260302T100000Z}. */
  private static String time(Instant now) {
    return now.truncatedTo(ChronoUnit.SECONDS).toString().replace("-", "").replace(":", "");
  }

  private static @Nullable String sessionToken(AwsCredentials credentials) {
    return credentials instanceof AwsSessionCredentials session ? session.sessionToken() : null;
  }

  /** RFC 3986, where forms have their own idea of blanks. */
  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("Every JDK has SHA-256", impossible);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("Every JDK has HmacSHA256", impossible);
    }
  }
}
