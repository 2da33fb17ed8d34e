package shelfless.security;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;
import shelfless.domain.ContentDisposition;
import shelfless.json.Json;

/**
 * Signed addresses of files, as CloudFront verifies them: a canned policy (this one address, until
 * then), signed with ECDSA and SHA-1, CloudFront's hash unless an address names another. The name
 * under which the browser saves the file, and its type, are part of the address and so of what is
 * signed.
 *
 * <p>Made with the JDK alone: AWS's own helper would bring its whole CloudFront client with it.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-canned-policy.html">CloudFront:
 *     signed URLs with a canned policy</a>
 */
public final class DownloadSigner {
  private final String baseUrl;
  private final String keyPairId;
  private final PrivateKey key;

  private DownloadSigner(String baseUrl, String keyPairId, PrivateKey key) {
    this.baseUrl = baseUrl;
    this.keyPairId = keyPairId;
    this.key = key;
  }

  /**
   * Reads {@code {"key_pair_id": "K...", "private_key": PEM}}, a PKCS#8 key for ECDSA on P-256, or
   * for RSA in a shop whose key is older than that ({@code KeyGeneration} makes a new one).
   *
   * @param baseUrl where the files are served, without a slash at its end
   */
  public static DownloadSigner of(String secret, String baseUrl) {
    try {
      JsonNode tree = Json.read(secret);
      String pem =
          tree.path("private_key")
              .asText()
              .replaceAll("-----[A-Z ]+-----", "")
              .replaceAll("\\s", "");
      PrivateKey key = key(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
      return new DownloadSigner(baseUrl, tree.path("key_pair_id").asText(), key);
    } catch (JsonProcessingException
        | GeneralSecurityException
        | IllegalArgumentException unreadable) {
      // Without its cause, whose message could quote the secret.
      throw new IllegalStateException(
          "The secret of the download signing key is not the JSON that it must be.");
    }
  }

  private static PrivateKey key(PKCS8EncodedKeySpec encoded) throws GeneralSecurityException {
    try {
      return KeyFactory.getInstance("EC").generatePrivate(encoded);
    } catch (InvalidKeySpecException older) {
      return KeyFactory.getInstance("RSA").generatePrivate(encoded);
    }
  }

  /**
   * The address that serves one file until then.
   *
   * @param storagePath the object's key in the bucket
   * @param fileName the name to save it under
   * @param expiresAt counts to the second
   */
  public String sign(String storagePath, String fileName, String mimeType, Instant expiresAt) {
    String resource =
        baseUrl
            + '/'
            + Arrays.stream(storagePath.split("/", -1))
                .map(DownloadSigner::encoded)
                .collect(Collectors.joining("/"))
            + "?response-content-disposition="
            + encoded(ContentDisposition.attachment(fileName))
            + "&response-content-type="
            + encoded(mimeType);
    long expires = expiresAt.getEpochSecond();
    String policy =
        "{\"Statement\":[{\"Resource\":\""
            + resource
            + "\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":"
            + expires
            + "}}}]}";
    return resource
        + "&Expires="
        + expires
        + "&Signature="
        + signature(policy)
        + "&Key-Pair-Id="
        + encoded(keyPairId);
  }

  private String signature(String policy) {
    try {
      Signature signature =
          Signature.getInstance(key.getAlgorithm().equals("EC") ? "SHA1withECDSA" : "SHA1withRSA");
      signature.initSign(key, new Derived(key.getEncoded(), policy));
      signature.update(policy.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder()
          .encodeToString(signature.sign())
          .replace('+', '-')
          .replace('=', '_')
          .replace('/', '~');
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("Every JDK has both", impossible);
    }
  }

  /**
   * What ECDSA asks of chance: here an HMAC, under the key, of what is signed, as in RFC 6979. So
   * the same address is signed alike, and two addresses never share the number that would give the
   * key away, not even where copies of one snapshot had the same randomness.
   */
  @SuppressWarnings("serial")
  private static final class Derived extends SecureRandom {
    private final byte[] key;
    private final String text;
    private int blocks;

    private Derived(byte[] key, String text) {
      super(null, null); // No source of chance behind it: what is asked for otherwise fails.
      this.key = key;
      this.text = text;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      for (int filled = 0; filled < bytes.length; ) {
        byte[] block = Tokens.hmac(key, (blocks++ + text).getBytes(StandardCharsets.UTF_8));
        int length = Math.min(block.length, bytes.length - filled);
        System.arraycopy(block, 0, bytes, filled, length);
        filled += length;
      }
    }
  }

  /** Percent-encoded, with nothing left that a browser would encode once more. */
  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A");
  }
}
