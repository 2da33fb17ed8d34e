package shelfless.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.opentest4j.AssertionFailedError;
import shelfless.testing.DatabaseProxy;

/** A shop that runs, as those around it see it: the buyer, the seller, the provider, the mail. */
final class Shop implements AutoCloseable {
  /** How long something may take that the shop does by itself. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final HttpClient FILES =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final Contract CONTRACT = Contract.read();
  private static final Set<String> SECRET_FIELDS = Set.of("access_token", "download_token", "key");

  /** Tokens, API keys and licence keys. */
  private static final Pattern SECRET =
      Pattern.compile("(sk|ot)_.{20,}|[0-9a-f-]{36}|([0-9A-Z]{4,6}-){3,}[0-9A-Z]{4,6}");

  private final ShopProcess process;
  private final URI base;
  private final Set<String> secrets = ConcurrentHashMap.newKeySet();

  private Shop(ShopProcess process) {
    this.process = process;
    this.base = URI.create(process.addresses().path("base_url").asText());
    secrets.add(apiKey());
    secrets.add(address("admin_password"));
  }

  /** Starts a shop on a new data folder, without a demo catalogue. */
  static Shop start(String name) {
    return new Shop(ShopProcess.start(ShopProcess.newFolder(name), false, 0));
  }

  /** The same, with further settings of the local runtime. */
  static Shop start(String name, Map<String, String> settings) {
    return new Shop(ShopProcess.start(ShopProcess.newFolder(name), false, 0, settings));
  }

  /** The same, with a demo catalogue. */
  static Shop startDemo(String name) {
    return new Shop(ShopProcess.start(ShopProcess.newFolder(name), true, 0));
  }

  /** Starts it again after it ended, where it was. */
  Shop startAgain() {
    return new Shop(ShopProcess.start(data(), false, base.getPort()));
  }

  /** Ends it as {@code kill -9} does. */
  void kill() {
    process.kill();
  }

  @Override
  public void close() {
    process.close();
  }

  Path data() {
    return process.data();
  }

  /** What the functions' way to the database leads through. */
  DatabaseProxy databaseProxy() {
    return process.databaseProxy();
  }

  static Contract contract() {
    return CONTRACT;
  }

  // ---- calls

  /** A field of local.json. */
  String address(String name) {
    return process.addresses().path(name).asText();
  }

  String apiKey() {
    return address("admin_api_key");
  }

  Call call(String method, String path) {
    return new Call(this::hold, method, base, path);
  }

  Call get(String path) {
    return call("GET", path);
  }

  Call post(String path) {
    return call("POST", path);
  }

  /** A call by the seller, whose key may do all. */
  Call seller(String method, String path) {
    return call(method, path).bearer(apiKey());
  }

  /** A call under {@code /_local}, which plays the outside world. */
  JsonNode outside(String method, String path, Object... body) {
    Call call = new Call((m, p, answer) -> {}, method, base, "/_local" + path);
    return (body.length == 0 ? call : call.json(body)).send().expect(200).json();
  }

  private void hold(String method, String path, Answer answer) {
    remember(answer);
    List<String> faults = CONTRACT.faults(method, path, answer);
    if (!faults.isEmpty()) {
      throw new AssertionFailedError(
          answer + "\nand does not keep to openapi.yaml: " + String.join("; ", faults));
    }
  }

  /** Notes what no log may hold. */
  private void remember(Answer answer) {
    if (answer.mediaType().equals("application/json")) {
      JsonNode json = answer.json();
      SECRET_FIELDS.stream()
          // The rows of a report have keys that are no secrets.
          .filter(name -> !json.has("group_by"))
          .flatMap(name -> json.findValues(name).stream())
          .map(JsonNode::asText)
          .filter(secret -> SECRET.matcher(secret).matches())
          .forEach(secrets::add);
    }
  }

  /** What was given out so far that no log may hold. */
  Set<String> secrets() {
    return secrets;
  }

  // ---- the seller

  /** A public product with a small file of its own: two calls and the upload. */
  Product newProduct(String title, long price) {
    return newProduct(title, Json.of("price", Json.money(price, "EUR")));
  }

  /** The same, with further or other fields. */
  Product newProduct(String title, ObjectNode fields) {
    return newProduct(title, fields, fileOf(title));
  }

  Product newProduct(String title, ObjectNode fields, byte[] file) {
    Product product = newProductWithoutFile(title, fields);
    Product.Upload upload = upload(product.id(), product.slug() + ".txt", file);
    return new Product(
        product.id(),
        product.slug(),
        product.sku(),
        product.title(),
        product.price(),
        List.of(upload));
  }

  Product newProductWithoutFile(String title, ObjectNode fields) {
    ObjectNode body =
        Json.of("title", title, "price", Json.money(1900, "EUR"), "visibility", "public");
    body.setAll(fields);
    JsonNode made = seller("POST", "/v1/admin/products").json(body).send().expect(201).json();
    return new Product(
        made.path("id").asText(),
        made.path("slug").asText(),
        made.path("sku").asText(),
        made.path("title").asText(),
        made.path("price").path("amount").asLong(),
        List.of());
  }

  /** Some bytes that no other file has. */
  static byte[] fileOf(String text) {
    return (text + "\n" + UUID.randomUUID() + "\n").repeat(20).getBytes(StandardCharsets.UTF_8);
  }

  Product.Upload upload(String productId, String fileName, byte[] bytes) {
    return upload(productId, fileName, bytes, false);
  }

  /** Announces a file, puts its bytes where they are wanted, and completes it. */
  Product.Upload upload(String productId, String fileName, byte[] bytes, boolean newBuyersOnly) {
    JsonNode begun =
        seller("POST", "/v1/admin/products/" + productId + "/assets")
            .json(
                "file_name",
                fileName,
                "mime_type",
                "text/plain",
                "file_size",
                bytes.length,
                "checksum_sha256",
                sha256(bytes),
                "new_buyers_only",
                newBuyersOnly)
            .send()
            .expect(201)
            .json();
    put(begun.path("upload"), bytes).expect(200);
    String assetId = begun.path("asset").path("id").asText();
    seller("POST", "/v1/admin/assets/" + assetId + "/complete").send().expect(200);
    return new Product.Upload(assetId, fileName, bytes);
  }

  /** Sends bytes as a signed upload asks for them. */
  Answer put(JsonNode upload, byte[] bytes) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(upload.path("url").asText()))
            .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes));
    upload
        .path("headers")
        .properties()
        .forEach(
            header -> {
              // The client sets these by itself.
              if (!Set.of("host", "content-length")
                  .contains(header.getKey().toLowerCase(Locale.ROOT))) {
                request.header(header.getKey(), header.getValue().asText());
              }
            });
    return file(request.build());
  }

  JsonNode adminProduct(String id) {
    return seller("GET", "/v1/admin/products/" + id).send().expect(200).json();
  }

  /** A refund by the seller, with the fields that say what of. */
  JsonNode refund(Purchase purchase, Object... fields) {
    return seller("POST", "/v1/admin/orders/" + purchase.id() + "/refunds")
        .json(fields)
        .send()
        .expect(201)
        .json();
  }

  /** The audit rows about something, oldest first. */
  List<JsonNode> audit(String subjectType, String subjectId) {
    return Json.stream(
            seller("GET", "/v1/admin/audit-log")
                .query("subject_type", subjectType)
                .query("subject_id", subjectId)
                .query("limit", 100)
                .send()
                .expect(200)
                .json()
                .path("data"))
        .toList()
        .reversed();
  }

  // ---- the buyer

  /** An e-mail address that nobody else has. */
  String newEmail(String name) {
    String email = name + "." + UUID.randomUUID().toString().substring(0, 13) + "@example.com";
    secrets.add(email);
    return email;
  }

  static ObjectNode line(Product product, int quantity) {
    return Json.of("product", product.slug(), "quantity", quantity);
  }

  Purchase order(String email, JsonNode... lines) {
    return order(Json.of("email", email, "items", List.of(lines)));
  }

  Purchase order(Product product) {
    return order(newEmail("buyer"), line(product, 1));
  }

  Purchase order(ObjectNode body) {
    return new Purchase(this, post("/v1/orders").json(body).send().expect(201).json());
  }

  /** Ordered, paid and delivered. */
  Purchase buy(Product product) {
    return order(product).pay().delivered();
  }

  Purchase buy(String email, JsonNode... lines) {
    return order(email, lines).pay().delivered();
  }

  /** The mails to an address, newest first. */
  List<JsonNode> mails(String to) {
    Call call = new Call((m, p, answer) -> {}, "GET", base, "/_local/mails").query("to", to);
    return Json.stream(call.send().expect(200).json().path("data")).toList();
  }

  /** The mails to an address, once there are so many. */
  List<JsonNode> mails(String to, int count) {
    return await(count + " mails to " + to, () -> mails(to), mails -> mails.size() >= count);
  }

  /** A file by its signed URL, with further headers in turn. */
  Answer fetch(String url, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return file(request.build());
  }

  private static Answer file(HttpRequest request) {
    try {
      HttpResponse<byte[]> response = FILES.send(request, HttpResponse.BodyHandlers.ofByteArray());
      return new Answer(
          request.method() + " " + request.uri(),
          response.statusCode(),
          response.headers(),
          response.body());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stop);
    }
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  // ---- the world around

  /** Moves the one clock on; what came due has run when this returns. */
  void advance(Duration by) {
    outside("PUT", "/clock", "advance", by.toString());
  }

  Instant now() {
    return Instant.parse(outside("GET", "/clock").path("now").asText());
  }

  /** Sets the knobs of a service; closing it makes them neutral again. */
  Faults faults(String service, Object... knobs) {
    outside("PUT", "/" + service + "/faults", knobs);
    return () -> outside("PUT", "/" + service + "/faults", "fail", 0);
  }

  /** Sets the knobs of the webhooks' delivery; closing it makes them neutral again. */
  Faults webhooks(Object... knobs) {
    outside("PUT", "/webhooks/faults", knobs);
    return () -> outside("PUT", "/webhooks/faults", "drop", 0);
  }

  /** Knobs that are set for a while. */
  interface Faults extends AutoCloseable {
    @Override
    void close();
  }

  /** The provider's events about something, oldest first. */
  List<JsonNode> events(Predicate<JsonNode> about) {
    return Json.stream(outside("GET", "/webhooks/events").path("data"))
        .filter(about)
        .toList()
        .reversed();
  }

  /** The provider's events of a type whose object has that value somewhere. */
  List<JsonNode> events(String type, String value) {
    return events(
        event ->
            event.path("type").asText().equals(type)
                && event.path("data").path("object").toString().contains('"' + value + '"'));
  }

  /** Sends an event again; the status that the shop answered. */
  int redeliver(JsonNode event) {
    return outside("POST", "/webhooks/redeliver", "event_id", event.path("id").asText())
        .path("status")
        .asInt();
  }

  /** Runs it now; what it says of its work. */
  JsonNode runSchedule(String id) {
    return outside("POST", "/schedules/" + id + "/run").path("result");
  }

  /** Changes rows as nobody but a test does; for what has no operation yet. */
  int sql(String statement, Object... parameters) {
    try (Connection connection = database(URI.create(address("database_url")).getPath());
        PreparedStatement prepared = connection.prepareStatement(statement)) {
      for (int i = 0; i < parameters.length; i++) {
        prepared.setObject(i + 1, parameters[i]);
      }
      return prepared.executeUpdate();
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** The first column of what a query finds, as text. */
  List<String> query(String query) {
    try (Connection connection = database(URI.create(address("database_url")).getPath());
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      List<String> found = new ArrayList<>();
      while (result.next()) {
        found.add(result.getString(1));
      }
      return found;
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private Connection database(String path) throws SQLException {
    URI url = URI.create(address("database_url"));
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d%s".formatted(url.getHost(), url.getPort(), path),
        url.getUserInfo(),
        "");
  }

  /** Takes the shop's database away, connections that are open included, until it is closed. */
  Faults databaseAway() {
    String name = URI.create(address("database_url")).getPath().substring(1);
    elsewhere("alter database %s allow_connections false".formatted(name));
    elsewhere(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name + "'");
    return () -> {
      elsewhere("alter database %s allow_connections true".formatted(name));
      process.databaseIsBack();
    };
  }

  private void elsewhere(String statement) {
    try (Connection connection = database("/postgres");
        Statement executing = connection.createStatement()) {
      executing.execute(statement);
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** What must always hold and does not: names with the number of rows. */
  List<String> brokenInvariants() {
    List<String> broken = new ArrayList<>();
    for (JsonNode each : outside("GET", "/invariants").path("data")) {
      if (each.path("rows").asLong() != 0) {
        broken.add(each.path("name").asText() + ": " + each.path("rows"));
      }
    }
    return broken;
  }

  /** What becomes of something that takes a moment; fails when it does not become so. */
  <T> T await(String what, Supplier<T> look, Predicate<T> enough) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    T found = look.get();
    while (!enough.test(found)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionFailedError("Waited in vain for " + what + "; there is: " + found);
      }
      pause(Duration.ofMillis(20));
      found = look.get();
    }
    return found;
  }

  static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stop);
    }
  }
}
