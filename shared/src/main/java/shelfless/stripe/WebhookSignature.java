package shelfless.stripe;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The check of the {@code Stripe-Signature} header (<a
 * href="https://docs.stripe.com/webhooks#verify-manually">Stripe's own description</a>):
 * HMAC-SHA-256 over the time stamp, a dot and the raw bytes. Our own, because the library's accepts
 * time stamps from the future and answers some malformed headers with other exceptions than its
 * own.
 */
public final class WebhookSignature {
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  private WebhookSignature() {}

  /**
   * Whether one of the secrets made one of the header's signatures, at about this time. Never
   * throws.
   */
  public static boolean isValid(String header, byte[] body, List<String> secrets, Instant now) {
    String timestamp = null;
    List<byte[]> signatures = new ArrayList<>();
    for (String part : header.split(",")) {
      String[] pair = part.strip().split("=", 2);
      if (pair.length == 2 && pair[0].equals("t")) {
        timestamp = pair[1];
      } else if (pair.length == 2 && pair[0].equals("v1") && pair[1].matches("[0-9a-fA-F]{64}")) {
        signatures.add(HexFormat.of().parseHex(pair[1]));
      }
    }
    if (timestamp == null
        || !timestamp.matches("[0-9]{1,12}")
        || !isRecent(Long.parseLong(timestamp), now)) {
      return false;
    }
    boolean valid = false;
    for (String secret : secrets) {
      byte[] expected = sign(timestamp, body, secret);
      for (byte[] signature : signatures) {
        valid |= MessageDigest.isEqual(expected, signature);
      }
    }
    return valid;
  }

  /** The header that Stripe would send with the body. */
  public static String of(byte[] body, String secret, Instant now) {
    String timestamp = Long.toString(now.getEpochSecond());
    return "t=" + timestamp + ",v1=" + HexFormat.of().formatHex(sign(timestamp, body, secret));
  }

  private static boolean isRecent(long timestamp, Instant now) {
    return Math.abs(now.getEpochSecond() - timestamp) <= TOLERANCE.toSeconds();
  }

  private static byte[] sign(String timestamp, byte[] body, String secret) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      mac.update((timestamp + ".").getBytes(StandardCharsets.UTF_8));
      return mac.doFinal(body);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("Every JDK has HmacSHA256", impossible);
    }
  }
}
