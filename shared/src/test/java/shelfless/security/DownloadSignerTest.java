package shelfless.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import shelfless.json.Json;

class DownloadSignerTest {
  private static final Instant EXPIRES_AT = Instant.parse("2026-03-02T09:47:01Z");

  private static KeyPair keys;
  private static DownloadSigner signer;

  @BeforeAll
  static void makeKeys() throws Exception {
    keys = keys("EC", 256);
    signer = DownloadSigner.of(secret(keys), "https://files.example.com");
  }

  private static KeyPair keys(String algorithm, int bits) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(bits);
    return generator.generateKeyPair();
  }

  private static String secret(KeyPair keys) {
    return Json.object()
        .put("key_pair_id", "K2JCJMDEHXQW5F")
        .put(
            "private_key",
            "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(keys.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n")
        .toString();
  }

  /**
   * The canned policy is CloudFront's documented text, without white space. (The whole address was
   * also compared with what CloudFrontUtilities of the AWS SDK makes: the same, character by
   * character.)
   */
  @Test
  void cloudFrontsCannedPolicyOfTheWholeAddressIsWhatIsSigned() throws Exception {
    for (String name :
        new String[] {"handbook.pdf", "a b+c&d=e.pdf", "größe \"1\".zip", "世界~(1)*.txt"}) {
      assertSigned(
          keys,
          "SHA1withECDSA",
          signer.sign("assets/01996a2e", name, "application/pdf", EXPIRES_AT));
    }
  }

  @Test
  void aShopWhoseKeyIsOlderSignsByRsa() throws Exception {
    KeyPair older = keys("RSA", 2048);

    assertSigned(
        older,
        "SHA1withRSA",
        DownloadSigner.of(secret(older), "https://files.example.com")
            .sign("assets/01996a2e", "handbook.pdf", "application/pdf", EXPIRES_AT));
  }

  private static void assertSigned(KeyPair keys, String algorithm, String url) throws Exception {
    Matcher parts =
        Pattern.compile(
                "(.+)&Expires=1772444821&Signature=([A-Za-z0-9_~-]+)&Key-Pair-Id=K2JCJMDEHXQW5F")
            .matcher(url);
    assertTrue(parts.matches(), url);
    Signature verified = Signature.getInstance(algorithm);
    verified.initVerify(keys.getPublic());
    verified.update(
        """
        {"Statement":[{"Resource":"%s","Condition":{"DateLessThan":{"AWS:EpochTime":1772444821}}}]}"""
            .formatted(parts.group(1))
            .getBytes(StandardCharsets.UTF_8));
    String base64 = parts.group(2).replace('-', '+').replace('_', '=').replace('~', '/');
    assertTrue(verified.verify(Base64.getDecoder().decode(base64)), url);
  }

  @Test
  void anAddressIsSignedAlikeEachTime_andEachWithANumberOfItsOwn() {
    Set<String> numbers = new HashSet<>();
    for (int second = 0; second < 100; second++) {
      Instant expiresAt = EXPIRES_AT.plusSeconds(second);
      String url = signer.sign("assets/01996a2e", "a.pdf", "application/pdf", expiresAt);
      assertEquals(url, signer.sign("assets/01996a2e", "a.pdf", "application/pdf", expiresAt));
      byte[] signature =
          Base64.getDecoder()
              .decode(
                  url.replaceAll(".*&Signature=|&Key-Pair-Id=.*", "")
                      .replace('-', '+')
                      .replace('_', '=')
                      .replace('~', '/'));
      // DER of two integers (RFC 3279), of which the first is the number's alone.
      numbers.add(HexFormat.of().formatHex(signature, 4, 4 + signature[3]));
    }
    assertEquals(100, numbers.size(), numbers.toString());
  }

  @Test
  void whateverTheFileIsCalledTheAddressIsOneAndHoldsNothingElse() {
    String url =
        signer.sign(
            "assets/a b/ü?x=1#y",
            "\r\nX: 1\"; &Expires=9999999999#\u202Efdp.exe" + "x".repeat(300),
            "text/plain; charset=utf-8",
            EXPIRES_AT);

    assertEquals(url, URI.create(url).toASCIIString());
    assertTrue(
        url.startsWith("https://files.example.com/assets/a%20b/%C3%BC%3Fx%3D1%23y?response-"), url);
    assertEquals(1, url.split("[?&]Expires=", -1).length - 1, url);
    assertFalse(url.contains("%0D") || url.contains("%0A") || url.contains("+"), url);
  }

  @Test
  void aSecretThatIsNoKeyIsNamedAndNotShown() {
    IllegalStateException failure =
        assertThrows(
            IllegalStateException.class,
            () ->
                DownloadSigner.of(
                    "{\"key_pair_id\": \"K1\", \"private_key\": \"hush\"}", "https://f"));

    String message = String.valueOf(failure.getMessage());
    assertTrue(message.contains("download signing key"), message);
    assertFalse(message.contains("hush"), message);
  }
}
