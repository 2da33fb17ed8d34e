package shelfless.local.aws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import shelfless.local.DataFolder;
import shelfless.local.Json;

/**
 * The secrets of one machine, as they are made at a deployment to AWS: once, at the first start,
 * then kept in a file that only its owner may read.
 */
public final class LocalSecrets {
  /** The first owner's address. */
  public static final String OWNER_EMAIL = "owner@shelfless.example";

  private final Path file;
  private final ObjectNode values;
  private final SecureRandom random = new SecureRandom();

  private LocalSecrets(Path file, ObjectNode values) {
    this.file = file;
    this.values = values;
  }

  /**
   * Opens the file, and makes those secrets that it lacks.
   *
   * @param ids the secrets of the template, by their logical ids
   */
  public static LocalSecrets open(Path file, List<String> ids) throws IOException {
    ObjectNode values =
        Files.exists(file) && Json.parse(Files.readAllBytes(file)) instanceof ObjectNode kept
            ? kept
            : Json.object();
    LocalSecrets secrets = new LocalSecrets(file, values);
    for (String id : ids) {
      // A signing key without a public half is an older folder's, for RSA.
      if (!values.has(id)
          || id.equals("DownloadSigningKey") && secrets.field(id, "public_key").isEmpty()) {
        values.put(id, Json.write(secrets.make(id)));
      }
    }
    if (!values.has("aws")) {
      ObjectNode credentials = Json.object();
      credentials.put("access_key", "AKIA" + secrets.token(8).toUpperCase(Locale.ROOT));
      credentials.put("secret_key", secrets.token(20));
      values.set("aws", credentials);
    }
    secrets.save();
    return secrets;
  }

  private ObjectNode make(String id) {
    ObjectNode value = Json.object();
    switch (id) {
      case "TokenKeys" -> {
        value.put("current", "k1");
        value.putObject("keys").put("k1", Base64.getEncoder().encodeToString(bytes(32)));
      }
      case "StripeKeys" -> {
        value.put("api_key", "sk_test_" + token(24));
        value.putArray("webhook_secrets").add("whsec_" + token(24));
      }
      case "DownloadSigningKey" -> {
        value.put("key_pair_id", "K" + token(7).toUpperCase(Locale.ROOT));
        KeyPair keys = keyPair();
        value.put("private_key", pem("PRIVATE KEY", keys.getPrivate()));
        value.put("public_key", pem("PUBLIC KEY", keys.getPublic()));
      }
      case "OriginSecret" -> value.put("g1", token(32)).put("g0", token(32));
      case "OwnerSecret" -> {
        value.put("email", OWNER_EMAIL);
        value.put("password", token(12));
        value.put("api_key", "sk_" + token(32));
      }
      default -> value.put("value", token(32));
    }
    return value;
  }

  private KeyPair keyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String pem(String what, Key key) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(
            what,
            Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded()),
            what);
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Letters and digits only, so that it can be copied by a double click: two a byte. */
  private String token(int bytes) {
    return HexFormat.of().formatHex(bytes(bytes));
  }

  /** The value of the secret with this logical id. */
  public synchronized String value(String id) {
    JsonNode value = values.get(id);
    if (value == null || !value.isTextual()) {
      throw new IllegalArgumentException("There is no secret " + id);
    }
    return value.asText();
  }

  /** A field of the secret's JSON object. */
  public String field(String id, String name) {
    return Json.parse(value(id)).path(name).asText();
  }

  /** Whether there is a secret with this logical id. */
  public synchronized boolean has(String id) {
    return values.path(id).isTextual();
  }

  /** Puts a value in the secret's place. */
  public synchronized void put(String id, String value) throws IOException {
    values.put(id, value);
    save();
  }

  /** The key that signs requests to the embedded services. */
  public String accessKey() {
    return values.path("aws").path("access_key").asText();
  }

  /** The secret of {@link #accessKey()}. */
  public String secretKey() {
    return values.path("aws").path("secret_key").asText();
  }

  private void save() throws IOException {
    DataFolder.replace(file, Json.pretty(values));
  }
}
