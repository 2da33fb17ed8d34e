package shelfless.harness;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import shelfless.aws.Secrets;
import shelfless.json.Json;

/** The shop's secrets, the same in every run but for the key that signs downloads. */
final class SimulatedSecrets implements Secrets {
  static final String WEBHOOK_SECRET = "whsec_harness";

  private static final String TOKEN_KEYS = tokenKeys();
  private static final String STRIPE =
      "{\"api_key\":\"sk_test\",\"webhook_secrets\":[\"" + WEBHOOK_SECRET + "\"]}";
  private static final String SIGNING = signingKey();

  private static String tokenKeys() {
    ObjectNode secret = Json.object().put("current", "k1");
    secret.putObject("keys").put("k1", Base64.getEncoder().encodeToString(new byte[32]));
    return secret.toString();
  }

  private static String signingKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      String key =
          Base64.getMimeEncoder()
              .encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
      return Json.object()
          .put("key_pair_id", "K2JCJMDEHXQW5F")
          .put("private_key", "-----BEGIN PRIVATE KEY-----\n" + key + "\n-----END PRIVATE KEY-----")
          .toString();
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public String read(String setting) {
    return switch (setting) {
      case "TOKEN_KEYS_SECRET" -> TOKEN_KEYS;
      case "STRIPE_SECRET" -> STRIPE;
      case "DOWNLOAD_SIGNING_SECRET" -> SIGNING;
      default -> throw new IllegalArgumentException("no secret " + setting);
    };
  }

  @Override
  public Optional<String> find(String setting) {
    return Optional.of(read(setting));
  }

  @Override
  public void write(String setting, String value) {
    throw new UnsupportedOperationException("No scenario writes secrets.");
  }
}
