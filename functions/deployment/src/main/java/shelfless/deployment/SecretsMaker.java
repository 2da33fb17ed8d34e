package shelfless.deployment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.function.Consumer;
import shelfless.json.Json;
import shelfless.runtime.Environment;

/**
 * Gives those secrets a value that are the shop's own and have none yet: nobody makes keys by hand.
 * What is there already is kept, whatever it is; Stripe's keys are the owner's to enter.
 */
final class SecretsMaker {
  private static final String TOKEN_KEYS = "TOKEN_KEYS_SECRET";
  private static final String DOWNLOAD_SIGNING = "DOWNLOAD_SIGNING_SECRET";
  private static final String OWNER = "OWNER_SECRET";

  private final Environment environment;

  SecretsMaker(Environment environment) {
    this.environment = environment;
  }

  /**
   * The keys that the tokens in links are derived with: {@code {"current": "k1", "keys": {"k1":
   * BASE64}}}.
   */
  void makeTokenKeys() {
    complete(
        TOKEN_KEYS,
        secret -> {
          if (!secret.has("keys")) {
            secret.put("current", "k1").putObject("keys").put("k1", base64(32));
          }
        });
  }

  /**
   * The key that downloads are signed with, an RSA key of 2048 bits, as CloudFront wants it. The id
   * of its public half is known once CloudFront has been given that.
   */
  void makeDownloadSigningKey() {
    complete(
        DOWNLOAD_SIGNING,
        secret -> {
          if (!secret.has("private_key")) {
            secret.put("private_key", rsaKey());
          }
        });
  }

  /** The first owner's e-mail address, password and API key. */
  JsonNode makeOwner() {
    return complete(
        OWNER,
        secret -> {
          if (!secret.has("email")) {
            secret.put("email", environment.settings().required("OWNER_EMAIL"));
          }
          if (!secret.has("password")) {
            secret.put("password", base64Url(18));
          }
          if (!secret.has("api_key")) {
            secret.put("api_key", "sk_" + base64Url(32));
          }
        });
  }

  private ObjectNode complete(String setting, Consumer<ObjectNode> filling) {
    ObjectNode secret = read(setting);
    ObjectNode before = secret.deepCopy();
    filling.accept(secret);
    if (!secret.equals(before)) {
      environment.secrets().write(setting, secret.toString());
    }
    return secret;
  }

  private ObjectNode read(String setting) {
    String text = environment.secrets().find(setting).orElse("");
    if (text.isBlank()) {
      return Json.object();
    }
    try {
      if (Json.MAPPER.readTree(text) instanceof ObjectNode secret) {
        return secret;
      }
    } catch (JsonProcessingException unreadable) {
      // Refused below. The parser's message would quote the secret.
    }
    throw new IllegalStateException(
        "The secret of " + setting + " holds something that is no JSON object: mend or empty it.");
  }

  private String base64(int bytes) {
    return Base64.getEncoder().encodeToString(environment.ids().randomBytes(bytes));
  }

  private String base64Url(int bytes) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(environment.ids().randomBytes(bytes));
  }

  private static String rsaKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      byte[] pkcs8 = generator.generateKeyPair().getPrivate().getEncoded();
      return "-----BEGIN PRIVATE KEY-----\n"
          + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(pkcs8)
          + "\n-----END PRIVATE KEY-----\n";
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("Every JDK has RSA", impossible);
    }
  }
}
