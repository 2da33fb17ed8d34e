package shelfless.deployment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.security.Tokens;

/**
 * Gives those secrets a value that are the shop's own and have none yet, and makes the keys of a
 * new generation: nobody makes keys by hand. What is there already is kept; Stripe's keys are the
 * owner's to enter.
 *
 * <p>With each generation one key more is valid before any is used and one less after, so that
 * whoever still has the secret of a few minutes ago is understood.
 */
final class SecretsMaker {
  private static final String TOKEN_KEYS = "TOKEN_KEYS_SECRET";
  private static final String DOWNLOAD_SIGNING = "DOWNLOAD_SIGNING_SECRET";
  private static final String ORIGIN = "ORIGIN_SECRET";
  private static final String OWNER = "OWNER_SECRET";

  private final Environment environment;
  private final int generation;

  /**
   * @param generation of the keys, from 1
   */
  SecretsMaker(Environment environment, int generation) {
    this.environment = environment;
    this.generation = generation;
  }

  /**
   * The keys that the tokens in links are derived with: {@code {"current": "k1", "keys": {"k1":
   * BASE64, "k2": BASE64}}}. All are kept, since a row names the one that its token was made with;
   * the next one is there already, so that every environment knows it by the time it is used.
   */
  void makeTokenKeys() {
    complete(
        TOKEN_KEYS,
        secret -> {
          ObjectNode keys = secret.withObjectProperty("keys");
          for (int number = 1; number <= generation + 1; number++) {
            if (!keys.has("k" + number)) {
              keys.put("k" + number, base64(32));
            }
          }
          secret.put("current", "k" + generation);
        });
  }

  /**
   * The keys that downloads are signed with, for ECDSA on P-256, one of the two that CloudFront
   * takes: {@code {"0": {"generation": 3, "private_key": PEM, "public_key": PEM}, "1": ..., "2":
   * ...}}, each generation in the third that it leaves when divided by three. This one and the one
   * before it are valid; the one before these is kept for a deployment that is rolled back. None
   * signs before CloudFront knows it ({@link #useDownloadKey}).
   *
   * @param answer gets the public halves of the valid ones, and their generations
   */
  void makeDownloadKeys(ObjectNode answer) {
    ObjectNode secret =
        complete(
            DOWNLOAD_SIGNING,
            before -> {
              for (int number = generation - 1; number <= generation; number++) {
                ObjectNode slot = before.withObjectProperty(slot(number));
                if (slot.path("generation").asInt(-1) != number) {
                  makeKeyPair(slot.put("generation", number));
                } else if (!slot.has("public_key")) {
                  slot.put("public_key", rsaPublicKey(slot.path("private_key").asText()));
                }
              }
            });
    for (int number = generation - 1; number <= generation; number++) {
      answer.put("Generation" + slot(number), Integer.toString(number));
      answer.put("PublicKey" + slot(number), secret.path(slot(number)).path("public_key").asText());
    }
  }

  /**
   * From now on the key of this generation signs; the other one's addresses work until they end.
   *
   * @param keyPairIds what CloudFront calls the key in each slot
   */
  void useDownloadKey(UnaryOperator<String> keyPairIds) {
    complete(
        DOWNLOAD_SIGNING,
        secret -> {
          String slot = slot(generation);
          secret.put("key_pair_id", keyPairIds.apply(slot));
          secret.set("private_key", secret.path(slot).path("private_key"));
        });
  }

  private static String slot(int number) {
    return Integer.toString(number % 3);
  }

  /**
   * What CloudFront shows to the API: {@code {"g1": TEXT, "g0": TEXT}}, this generation's and the
   * one before it.
   *
   * @param answer gets the name of this generation's, and the hashes of both
   */
  void makeOriginKeys(ObjectNode answer) {
    List<String> valid = List.of("g" + generation, "g" + (generation - 1));
    ObjectNode secret =
        complete(
            ORIGIN,
            before -> {
              before
                  .properties()
                  .removeIf(
                      each -> each.getKey().matches("g\\d+") && !valid.contains(each.getKey()));
              for (String name : valid) {
                if (!before.has(name)) {
                  before.put(name, base64Url(32));
                }
              }
            });
    answer.put("OriginKey", valid.getFirst());
    answer.put(
        "OriginHashes",
        valid.stream()
            .map(name -> HexFormat.of().formatHex(Tokens.hash(secret.path(name).asText())))
            .collect(Collectors.joining(" ")));
  }

  /** Writes down where the shop is. */
  void publish(String url) {
    complete(ORIGIN, secret -> secret.put("base_url", url));
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
      environment.secrets().write(setting, Json.text(secret));
    }
    return secret;
  }

  /** The secret's JSON object; an empty one when it has no value. */
  ObjectNode read(String setting) {
    String text = environment.secrets().find(setting).orElse("");
    if (text.isBlank()) {
      return Json.object();
    }
    try {
      if (Json.read(text) instanceof ObjectNode secret) {
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

  /** Of a key of before: those were for RSA, and kept without their public half. */
  private static String rsaPublicKey(String privatePem) {
    try {
      byte[] pkcs8 = Base64.getMimeDecoder().decode(privatePem.replaceAll("-----[A-Z ]+-----", ""));
      KeyFactory factory = KeyFactory.getInstance("RSA");
      RSAPrivateCrtKey key =
          (RSAPrivateCrtKey) factory.generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      return pem(
          "PUBLIC KEY",
          factory
              .generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent()))
              .getEncoded());
    } catch (GeneralSecurityException | IllegalArgumentException unreadable) {
      // Without its cause, whose message could quote the secret.
      throw new IllegalStateException(
          "The secret of " + DOWNLOAD_SIGNING + " holds something that is no RSA key.");
    }
  }

  private static String pem(String what, byte[] encoded) {
    return "-----BEGIN "
        + what
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded)
        + "\n-----END "
        + what
        + "-----\n";
  }

  /** Puts in the public half as CloudFront takes it: PEM of the key with its algorithm (X.509). */
  private static void makeKeyPair(ObjectNode slot) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair keys = generator.generateKeyPair();
      slot.put("private_key", pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
      slot.put("public_key", pem("PUBLIC KEY", keys.getPublic().getEncoded()));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("Every JDK has P-256", impossible);
    }
  }
}
