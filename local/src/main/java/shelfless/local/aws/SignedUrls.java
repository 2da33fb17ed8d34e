package shelfless.local.aws;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import shelfless.local.Json;
import shelfless.local.WebExchange;

/**
 * Checks CloudFront's signed URLs, with a canned policy ({@code Expires}) or one of its own ({@code
 * Policy}).
 *
 * <p>See "Create a signed URL using a canned policy" in the CloudFront developer guide.
 */
final class SignedUrls {
  private static final List<String> SIGNATURE_PARAMETERS =
      List.of("Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm");

  private final LocalSecrets secrets;
  private final Clock clock;
  private final URI base;

  /**
   * @param secrets holds the public half of the signing key
   * @param base the distribution's address, which the signed URLs begin with
   */
  SignedUrls(LocalSecrets secrets, Clock clock, URI base) {
    this.secrets = secrets;
    this.clock = clock;
    this.base = base;
  }

  /** Why the URL opens nothing, as CloudFront says it; nothing when it opens. */
  record Refusal(String code, String message) {}

  Optional<Refusal> check(String rawPath, String rawQuery, String viewerIp) {
    Map<String, String> query;
    try {
      query = WebExchange.form(rawQuery);
    } catch (IllegalArgumentException malformed) {
      return denied();
    }
    String keyPair = query.get("Key-Pair-Id");
    String signature = query.get("Signature");
    if (keyPair == null) {
      return Optional.of(
          new Refusal("MissingKey", "Missing Key-Pair-Id query parameter or cookie value"));
    }
    if (signature == null || (query.get("Expires") == null && query.get("Policy") == null)) {
      return denied();
    }
    if (!keyPair.equals(secrets.field("DownloadSigningKey", "key_pair_id"))) {
      return Optional.of(new Refusal("InvalidKey", "Unknown Key"));
    }
    String resource = base + rawPath + unsigned(rawQuery);
    try {
      byte[] policy =
          query.containsKey("Policy")
              ? decode(query.getOrDefault("Policy", ""))
              : canned(resource, Long.parseLong(query.getOrDefault("Expires", "")));
      Signature verifier = Signature.getInstance("SHA1withECDSA");
      verifier.initVerify(publicKey());
      verifier.update(policy);
      if (!verifier.verify(decode(signature)) || !allows(Json.parse(policy), resource, viewerIp)) {
        return denied();
      }
      return Optional.empty();
    } catch (IllegalArgumentException | GeneralSecurityException malformed) {
      return denied();
    }
  }

  private static Optional<Refusal> denied() {
    return Optional.of(new Refusal("AccessDenied", "Access denied"));
  }

  private static byte[] canned(String resource, long expires) {
    return ("{\"Statement\":[{\"Resource\":\""
            + resource
            + "\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":"
            + expires
            + "}}}]}")
        .getBytes(StandardCharsets.UTF_8);
  }

  private boolean allows(JsonNode policy, String resource, String viewerIp) {
    JsonNode statement = policy.path("Statement").path(0);
    JsonNode condition = statement.path("Condition");
    long now = clock.instant().getEpochSecond();
    JsonNode before = condition.path("DateLessThan").path("AWS:EpochTime");
    JsonNode after = condition.path("DateGreaterThan").path("AWS:EpochTime");
    JsonNode address = condition.path("IpAddress").path("AWS:SourceIp");
    return before.isIntegralNumber()
        && now < before.asLong()
        && (after.isMissingNode() || now > after.asLong())
        && (address.isMissingNode()
            || address.asText().equals("0.0.0.0/0")
            || address.asText().replaceFirst("/32$", "").equals(viewerIp))
        && matches(statement.path("Resource").asText(), resource);
  }

  /** Whether a policy's resource, with its {@code *} and {@code ?}, means this URL. */
  private static boolean matches(String pattern, String url) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      regex.append(
          switch (c) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Pattern.quote(String.valueOf(c));
          });
    }
    return url.matches(regex.toString());
  }

  /** The query without what belongs to the signature, as it was signed. */
  static String unsigned(String rawQuery) {
    List<String> kept = new ArrayList<>();
    for (String pair : rawQuery.split("&", -1)) {
      if (!pair.isEmpty() && !SIGNATURE_PARAMETERS.contains(pair.replaceFirst("=.*", ""))) {
        kept.add(pair);
      }
    }
    return kept.isEmpty() ? "" : "?" + String.join("&", kept);
  }

  /** CloudFront's base64, which has {@code -_~} for {@code +=/}. */
  private static byte[] decode(String text) {
    return Base64.getDecoder().decode(text.replace('-', '+').replace('_', '=').replace('~', '/'));
  }

  private PublicKey publicKey() throws GeneralSecurityException {
    String pem = secrets.field("DownloadSigningKey", "public_key");
    byte[] encoded = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(encoded));
  }
}
