package shelfless.security;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import shelfless.json.Json;

/**
 * The tokens in links, derived and never stored (rule 14): HMAC-SHA-256, under a key that only the
 * functions can read, of what the token is for, the id of the thing and its generation. So a link
 * can be shown and mailed again, raising the generation makes another, and a copy of the database,
 * which holds hashes, opens no door.
 *
 * <p>Several keys are valid at once while they rotate; a row names the one that its token was made
 * with.
 */
public final class Tokens {
  private final String current;
  private final Map<String, byte[]> keys;

  private Tokens(String current, Map<String, byte[]> keys) {
    this.current = current;
    this.keys = keys;
  }

  /**
   * A token.
   *
   * @param value what the holder shows
   * @param hash SHA-256 of the value, which is what the database keeps
   * @param keyId the key that it was made with
   * @param generation how often it was made anew
   */
  public record Token(String value, byte[] hash, String keyId, int generation) {}

  /** Reads {@code {"current": "k1", "keys": {"k1": BASE64}}}. */
  public static Tokens of(String secret) {
    try {
      JsonNode tree = Json.read(secret);
      Map<String, byte[]> keys = new HashMap<>();
      tree.path("keys")
          .properties()
          .forEach(
              key -> keys.put(key.getKey(), Base64.getDecoder().decode(key.getValue().asText())));
      String current = tree.path("current").asText();
      if (!keys.containsKey(current)) {
        throw new IllegalStateException(
            "The secret of the token keys names a current key that it does not hold.");
      }
      return new Tokens(current, keys);
    } catch (JsonProcessingException unreadable) {
      throw new IllegalStateException(
          "The secret of the token keys is not the JSON that it must be.");
    }
  }

  /** The access token of an order, made with the current key. */
  public Token order(UUID orderId, int generation) {
    return order(orderId, generation, current);
  }

  /** The access token of an order, made with the key that its row names. */
  public Token order(UUID orderId, int generation, String keyId) {
    String value =
        "ot_"
            + Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(derive("order", orderId, generation, keyId));
    return new Token(value, hash(value), keyId, generation);
  }

  /** The download token of an entitlement, made with the current key. */
  public Token download(UUID entitlementId, int generation) {
    return download(entitlementId, generation, current);
  }

  /**
   * The download token of an entitlement: the first bits as a UUID of version 8 (RFC 9562), 122 of
   * them unguessable.
   */
  public Token download(UUID entitlementId, int generation, String keyId) {
    ByteBuffer bits = ByteBuffer.wrap(derive("download", entitlementId, generation, keyId));
    long high = (bits.getLong() & 0xFFFF_FFFF_FFFF_0FFFL) | 0x8000L;
    long low = (bits.getLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    String value = new UUID(high, low).toString();
    return new Token(value, hash(value), keyId, generation);
  }

  /** The secret of an API key. */
  public Token apiKey(UUID id) {
    String value =
        "sk_"
            + Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(derive("api_key", id, 0, current));
    return new Token(value, hash(value), current, 0);
  }

  /**
   * A keyed hash, for what is compared but must not be readable: addresses, identities of rate
   * limits.
   */
  public byte[] keyed(String purpose, String text) {
    // Under the oldest key by name, so that a rotation does not forget who was counted.
    String keyId = keys.keySet().stream().sorted().findFirst().orElseThrow();
    return hmac(keyId, (purpose + '\0' + text).getBytes(StandardCharsets.UTF_8));
  }

  /** SHA-256 of a token: what its row keeps. */
  public static byte[] hash(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("Every JDK has SHA-256", impossible);
    }
  }

  private byte[] derive(String purpose, UUID id, int generation, String keyId) {
    return hmac(keyId, (purpose + '\0' + id + '\0' + generation).getBytes(StandardCharsets.UTF_8));
  }

  private byte[] hmac(String keyId, byte[] message) {
    byte[] key = keys.get(keyId);
    if (key == null) {
      throw new IllegalStateException(
          "The token key "
              + keyId
              + " is no longer in its secret: put it back until no row names it.");
    }
    return hmac(key, message);
  }

  /** HMAC-SHA-256. */
  static byte[] hmac(byte[] key, byte[] message) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(message);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("Every JDK has HmacSHA256", impossible);
    }
  }
}
