package shelfless.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.password4j.Argon2Function;
import com.password4j.Password;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;
import shelfless.security.DownloadSigner;
import shelfless.security.Tokens;
import shelfless.testing.TestContext;
import shelfless.testing.TestDatabase;

class MigrateDatabaseTest {
  private final Map<String, String> secrets = new ConcurrentHashMap<>();
  private final List<String> toCloudFormation = new ArrayList<>();
  private TestDatabase database;
  private HttpServer aws;

  @BeforeEach
  void start() throws IOException {
    database = TestDatabase.empty();
    aws = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    aws.createContext(
        "/",
        exchange -> {
          byte[] request = exchange.getRequestBody().readAllBytes();
          if (exchange.getRequestURI().getPath().equals("/cloudformation")) {
            toCloudFormation.add(new String(request, StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(200, -1);
          } else {
            JsonNode call = Json.read(request);
            String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
            ObjectNode answer = secretsManager(target, call);
            byte[] bytes = answer.toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
            exchange.sendResponseHeaders(answer.has("__type") ? 400 : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
          exchange.close();
        });
    aws.start();
  }

  /** Secrets Manager as far as it is asked here: a secret without a value is not found. */
  private ObjectNode secretsManager(String target, JsonNode call) {
    String id = call.path("SecretId").asText();
    if (target.equals("secretsmanager.PutSecretValue")) {
      secrets.put(id, call.path("SecretString").asText());
      return Json.object();
    }
    String value = secrets.get(id);
    return value == null
        ? Json.object().put("__type", "ResourceNotFoundException").put("Message", "no value")
        : Json.object().put("Name", id).put("SecretString", value);
  }

  @AfterEach
  void stop() {
    aws.stop(0);
    database.close();
  }

  private ObjectNode run(String event) throws IOException {
    return run(MigrateDatabase::new, event);
  }

  private ObjectNode run(Function<Environment, DeploymentStep> step, String event)
      throws IOException {
    Map<String, String> settings = new HashMap<>(database.settings());
    settings.putAll(
        Map.of(
            "MIGRATION_USER", "migrator",
            "OWNER_EMAIL", "owner@example.com",
            "OWNER_SECRET", "owner",
            "TOKEN_KEYS_SECRET", "tokens",
            "DOWNLOAD_SIGNING_SECRET", "signing",
            "ORIGIN_SECRET", "origin",
            "AWS_REGION", "eu-central-1",
            "AWS_ACCESS_KEY_ID", "id",
            "AWS_SECRET_ACCESS_KEY", "secret",
            "AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:" + aws.getAddress().getPort()));
    Clock clock = Clock.systemUTC();
    try (Environment environment = new Environment(settings, clock, IdGenerator.secure(clock))) {
      ByteArrayOutputStream output = new ByteArrayOutputStream();
      step.apply(environment)
          .handleRequest(
              new ByteArrayInputStream(event.getBytes(StandardCharsets.UTF_8)),
              output,
              new TestContext());
      return (ObjectNode) Json.read(output.toByteArray());
    }
  }

  private String secret(String name) {
    return secrets.getOrDefault(name, "");
  }

  private long count(String query) throws SQLException {
    try (Connection connection = database.connectAsSuperuser();
        Statement statement = connection.createStatement();
        ResultSet results = statement.executeQuery(query)) {
      results.next();
      return results.getLong(1);
    }
  }

  @Test
  void theFirstDeploymentMakesSecretsSchemaAndOwner() throws Exception {
    ObjectNode answer = run("{}");

    assertTrue(answer.path("migrations_applied").asInt() >= 6, answer.toString());
    assertEquals("created", answer.path("owner").asText());
    assertEquals(32, Tokens.of(secret("tokens")).keyed("test", "x").length);
    String pem = Json.read(secret("signing")).at("/1/private_key").asText();
    byte[] pkcs8 = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    ECPrivateKey key =
        (ECPrivateKey) KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    assertTrue(key.getParams().toString().contains("secp256r1"), key.getParams().toString());

    JsonNode owner = Json.read(secret("owner"));
    try (Connection connection = database.connectAsSuperuser();
        Statement statement = connection.createStatement()) {
      ResultSet user = statement.executeQuery("select email, password_hash, role from app_user");
      assertTrue(user.next());
      assertEquals("owner@example.com", user.getString("email"));
      assertEquals("admin", user.getString("role"));
      String hash = user.getString("password_hash");
      assertTrue(hash.startsWith("$argon2id$v=19$m=19456,t=2,p=1$"), hash);
      assertTrue(
          Password.check(owner.path("password").asText(), hash)
              .with(Argon2Function.getInstanceFromHash(hash)));
      assertFalse(user.next());
      ResultSet keys = statement.executeQuery("select key_hash, scopes::text from api_key");
      assertTrue(keys.next());
      assertEquals(
          Base64.getEncoder().encodeToString(Tokens.hash(owner.path("api_key").asText())),
          Base64.getEncoder().encodeToString(keys.getBytes("key_hash")));
      assertEquals("{*}", keys.getString("scopes"));
    }
    assertEquals(
        2,
        count(
            "select count(*) from audit_log where action in ('user.created', 'api_key.created')"));
    assertEquals(0, count("select count(*) from audit_log_break"));
  }

  @Test
  void anotherDeploymentChangesNothing() throws Exception {
    run("{}");
    Map<String, String> before = Map.copyOf(secrets);
    long rows = count("select count(*) from audit_log");

    ObjectNode answer = run("{}");

    assertEquals(0, answer.path("migrations_applied").asInt());
    assertEquals("present", answer.path("owner").asText());
    assertEquals(before, secrets);
    assertEquals(rows, count("select count(*) from audit_log"));
  }

  @Test
  void whatASecretHoldsAlreadyIsKept() throws Exception {
    secrets.put("owner", "{\"email\": \"ada@example.com\", \"api_key\": \"sk_mine\"}");
    secrets.put("tokens", "{}");

    run("{}");

    JsonNode owner = Json.read(secret("owner"));
    assertEquals("ada@example.com", owner.path("email").asText());
    assertEquals("sk_mine", owner.path("api_key").asText());
    assertTrue(owner.path("password").asText().length() >= 20);
    assertEquals("k1", Json.read(secret("tokens")).path("current").asText());
  }

  @Test
  void aSecretThatHoldsSomethingElseIsNotOverwritten() {
    secrets.put("tokens", "not JSON");

    assertThrows(IllegalStateException.class, () -> run("{}"));
    assertEquals("not JSON", secrets.get("tokens"));
  }

  @Test
  void anOwnerWhoseLastKeyWasRevokedGetsInWithANewOne() throws Exception {
    run("{}");
    try (Connection connection = database.connectAsSuperuser();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("update api_key set revoked_at = now()");
    }
    assertEquals("present", run("{}").path("owner").asText());
    ObjectNode owner = (ObjectNode) Json.read(secret("owner"));
    secrets.put("owner", owner.put("api_key", "sk_another").toString());

    assertEquals("created", run("{}").path("owner").asText());
    assertEquals(1, count("select count(*) from api_key where revoked_at is null"));
  }

  @Test
  void cloudFormationIsAnswered() throws Exception {
    ObjectNode event =
        Json.object()
            .put("RequestType", "Create")
            .put(
                "ResponseURL", "http://127.0.0.1:" + aws.getAddress().getPort() + "/cloudformation")
            .put("StackId", "stack")
            .put("RequestId", "request")
            .put("LogicalResourceId", "Migration");
    run(event.toString());
    run(
        event
            .put("RequestType", "Delete")
            .put("PhysicalResourceId", "shelfless-Migration")
            .toString());
    secrets.put("tokens", "not JSON");
    run(event.put("RequestType", "Update").toString());

    List<JsonNode> answers = new ArrayList<>();
    for (String sent : toCloudFormation) {
      answers.add(Json.read(sent));
    }
    assertEquals(
        List.of("SUCCESS", "SUCCESS", "FAILED"),
        answers.stream().map(sent -> sent.path("Status").asText()).toList());
    assertEquals("created", answers.getFirst().path("Data").path("owner").asText());
    for (JsonNode sent : answers) {
      assertEquals("shelfless-Migration", sent.path("PhysicalResourceId").asText());
      assertEquals("stack", sent.path("StackId").asText());
      assertEquals("request", sent.path("RequestId").asText());
      assertEquals("Migration", sent.path("LogicalResourceId").asText());
    }
    assertTrue(answers.getLast().path("Reason").asText().contains("TOKEN_KEYS_SECRET"));
  }

  private ObjectNode asked(Object... namesAndValues) {
    ObjectNode event =
        Json.object()
            .put("RequestType", "Update")
            .put(
                "ResponseURL", "http://127.0.0.1:" + aws.getAddress().getPort() + "/cloudformation")
            .put("LogicalResourceId", "Schema");
    ObjectNode properties = event.putObject("ResourceProperties");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      properties.put(namesAndValues[i].toString(), namesAndValues[i + 1].toString());
    }
    return event;
  }

  private ObjectNode deployed(int generation) throws IOException {
    ObjectNode made = run(asked("KeyGeneration", generation).toString());
    ObjectNode finish = asked("KeyGeneration", generation, "Url", "https://d111.cloudfront.net");
    for (int slot = 0; slot < 3; slot++) {
      String known = made.path("Generation" + slot).asText();
      ((ObjectNode) finish.path("ResourceProperties"))
          .put("KeyPairId" + slot, known.isEmpty() ? "" : "K" + known);
    }
    run(FinishDeployment::new, finish.toString());
    return made;
  }

  @Test
  void whatADeploymentEndsWithIsAnAddressAndAKeyThatCloudFrontKnows() throws Exception {
    ObjectNode made = deployed(1);

    assertEquals("0", made.path("Generation0").asText());
    assertEquals("1", made.path("Generation1").asText());
    assertFalse(made.has("PublicKey2"), "the third is for the next one");
    JsonNode signing = Json.read(secret("signing"));
    assertEquals("K1", signing.path("key_pair_id").asText());
    assertEquals(signing.at("/1/private_key"), signing.path("private_key"));
    JsonNode origin = Json.read(secret("origin"));
    assertEquals("https://d111.cloudfront.net", origin.path("base_url").asText());
    assertEquals("g1", made.path("OriginKey").asText());
    assertEquals(
        HexFormat.of().formatHex(Tokens.hash(origin.path("g1").asText()))
            + " "
            + HexFormat.of().formatHex(Tokens.hash(origin.path("g0").asText())),
        made.path("OriginHashes").asText());

    String url =
        DownloadSigner.of(secret("signing"), "https://d111.cloudfront.net")
            .sign("products/a", "a.txt", "text/plain", Instant.parse("2026-03-02T09:00:00Z"));
    assertTrue(verifies(url, made.path("PublicKey1").asText()), url);
    assertFalse(verifies(url, made.path("PublicKey0").asText()), url);
  }

  /** As CloudFront does: with the public key that it was given. */
  private static boolean verifies(String url, String publicPem) throws Exception {
    Map<String, String> query = new HashMap<>();
    for (String pair : url.substring(url.indexOf('?') + 1).split("&", -1)) {
      query.put(pair.split("=", 2)[0], pair.split("=", 2)[1]);
    }
    Signature signature = Signature.getInstance("SHA1withECDSA");
    signature.initVerify(
        KeyFactory.getInstance("EC")
            .generatePublic(
                new X509EncodedKeySpec(
                    Base64.getMimeDecoder()
                        .decode(publicPem.replaceAll("-----[A-Z ]+-----", "")))));
    signature.update(
        ("{\"Statement\":[{\"Resource\":\""
                + url.replaceFirst("&Expires=.*", "")
                + "\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":"
                + query.get("Expires")
                + "}}}]}")
            .getBytes(StandardCharsets.UTF_8));
    return signature.verify(
        Base64.getDecoder()
            .decode(
                query
                    .getOrDefault("Signature", "")
                    .replace('-', '+')
                    .replace('_', '=')
                    .replace('~', '/')));
  }

  @Test
  void anotherGenerationMakesNewKeys_andLetsThoseOfBeforeBeValidOnceMore() throws Exception {
    ObjectNode first = deployed(1);
    JsonNode originBefore = Json.read(secret("origin"));
    JsonNode tokensBefore = Json.read(secret("tokens"));

    ObjectNode second = deployed(2);

    assertEquals(first.path("PublicKey1"), second.path("PublicKey1"));
    assertTrue(second.has("PublicKey2"), "in the third that was empty");
    assertFalse(second.has("PublicKey0"), "the one before is no longer valid");
    JsonNode signing = Json.read(secret("signing"));
    assertEquals("K2", signing.path("key_pair_id").asText());
    JsonNode origin = Json.read(secret("origin"));
    assertEquals(originBefore.path("g1"), origin.path("g1"));
    assertTrue(origin.has("g2") && !origin.has("g0"), "which generations are valid");
    assertEquals(
        first.path("OriginHashes").asText().split(" ", -1)[0],
        second.path("OriginHashes").asText().split(" ", -1)[1]);
    JsonNode tokens = Json.read(secret("tokens"));
    assertEquals("k2", tokens.path("current").asText());
    // Whoever has the secret of before knows the key already.
    assertEquals(tokensBefore.at("/keys/k2"), tokens.at("/keys/k2"));
    assertEquals(tokensBefore.at("/keys/k1"), tokens.at("/keys/k1"));

    Map<String, String> before = Map.copyOf(secrets);
    deployed(2);
    assertEquals(before, secrets);
  }

  @Test
  void aShopWithKeysForRsaKeepsThem_untilAnotherGeneration() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    ObjectNode signing = Json.object();
    List<String> publicKeys = new ArrayList<>();
    for (int generation = 0; generation <= 1; generation++) {
      KeyPair keys = generator.generateKeyPair();
      signing
          .putObject(Integer.toString(generation))
          .put("generation", generation)
          .put("private_key", pem("PRIVATE KEY", keys.getPrivate()));
      publicKeys.add(pem("PUBLIC KEY", keys.getPublic()));
    }
    secrets.put("signing", signing.toString());

    ObjectNode made = deployed(1);

    assertEquals(publicKeys.get(0), made.path("PublicKey0").asText());
    assertEquals(publicKeys.get(1), made.path("PublicKey1").asText());
    assertEquals(signing.at("/1/private_key"), Json.read(secret("signing")).path("private_key"));

    ObjectNode next = deployed(2);
    assertEquals(publicKeys.get(1), next.path("PublicKey1").asText());
    String url =
        DownloadSigner.of(secret("signing"), "https://d111.cloudfront.net")
            .sign("products/a", "a.txt", "text/plain", Instant.parse("2026-03-02T09:00:00Z"));
    assertTrue(verifies(url, next.path("PublicKey2").asText()), url);
  }

  private static String pem(String what, Key key) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(
            what,
            Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded()),
            what);
  }

  /** CloudFront cannot be given another key under the name of one that it has. */
  @Test
  void aDeploymentThatIsRolledBackFindsTheKeysThatItHad() throws Exception {
    deployed(1);
    ObjectNode first = deployed(2);
    deployed(3);
    ObjectNode again = deployed(2);
    for (int generation = 1; generation <= 2; generation++) {
      assertEquals(first.path("PublicKey" + generation), again.path("PublicKey" + generation));
    }
    assertEquals("K2", Json.read(secret("signing")).path("key_pair_id").asText());
  }

  @Test
  void otherSettingsHaveAnotherDigest() throws Exception {
    ObjectNode asked = asked("KeyGeneration", 1);
    ArrayNode settings = asked.withObject("/ResourceProperties").putArray("Settings");
    settings.add("Shelfless").add("shop@example.com");
    String one = run(asked.toString()).path("Settings").asText();
    assertEquals(one, run(asked.toString()).path("Settings").asText());
    settings.set(0, "Another");
    assertNotEquals(one, run(asked.toString()).path("Settings").asText());
  }
}
