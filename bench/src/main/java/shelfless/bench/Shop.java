package shelfless.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import shelfless.local.Json;

/** The shop on one machine, as a process of its own: the services that the functions reach. */
final class Shop implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(90);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** How long a buyer who has paid waits until looking whether the links are there. */
  private static final Duration LOOKS_AGAIN = Duration.ofMillis(50);

  private static final int BUYERS = 8;

  private final Process process;
  private final Path data;
  private final JsonNode addresses;

  /** Each from an address of its own, since one address may not place so many orders (Linux). */
  private final List<HttpClient> clients =
      IntStream.rangeClosed(1, BUYERS)
          .mapToObj(
              i ->
                  HttpClient.newBuilder()
                      .version(HttpClient.Version.HTTP_1_1)
                      .localAddress(InetAddress.ofLiteral("127.0.0." + i))
                      .build())
          .toList();

  private Shop(Process process, Path data, JsonNode addresses) {
    this.process = process;
    this.data = data;
    this.addresses = addresses;
  }

  /** An order with what its buyer holds. */
  record Purchase(String orderId, String token, String session) {}

  /** What a bought unit opens: its link's token, and the id of its first file. */
  record Unit(String downloadToken, String assetId) {}

  /**
   * Starts one with the demo catalogue.
   *
   * @param project the folder of the project
   * @param data a new folder
   */
  static Shop start(Path project, Path data) throws IOException, InterruptedException {
    Files.createDirectories(data);
    Path console = data.resolveSibling(data.getFileName() + ".console");
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-classpath",
                System.getProperty("java.class.path"),
                "shelfless.local.Main",
                "--stop-with-parent"));
    builder
        .environment()
        .putAll(
            Map.of(
                "SHELFLESS_PORT",
                "0",
                "SHELFLESS_DATA",
                data.toString(),
                "SHELFLESS_DEMO",
                "true"));
    builder.directory(project.toFile());
    builder.redirectErrorStream(true);
    builder.redirectOutput(console.toFile());
    Process process = builder.start();
    Path addresses = data.resolve("local.json");
    long deadline = System.nanoTime() + START.toNanos();
    while (!Files.exists(addresses)) {
      if (process.waitFor(50, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
        process.destroyForcibly();
        throw new BenchException("The shop does not start: " + Files.readString(console).strip());
      }
    }
    return new Shop(process, data, Json.parse(Files.readString(addresses)));
  }

  /** The environment variables of each function. */
  JsonNode variables() throws IOException {
    return Json.parse(Files.readString(data.resolve("functions.json")));
  }

  /** A part of a secret's value. */
  JsonNode secret(String id) throws IOException {
    return Json.parse(Json.parse(Files.readString(data.resolve("secrets.json"))).path(id).asText());
  }

  /** Where the shop answers. */
  String url() {
    return addresses.path("base_url").asText();
  }

  String apiKey() {
    return addresses.path("admin_api_key").asText();
  }

  /** The part of the shop that is outside of it, and the shop itself, by HTTP. */
  JsonNode call(String method, String path, @Nullable JsonNode body, @Nullable String bearer)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(addresses.path("base_url").asText() + path))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(Json.write(body)));
    if (bearer != null) {
      request.header("Authorization", "Bearer " + bearer);
    }
    HttpClient client =
        clients.get(Math.floorMod(Thread.currentThread().threadId(), clients.size()));
    HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
    JsonNode answer = response.body().length == 0 ? Json.object() : Json.parse(response.body());
    if (response.statusCode() / 100 != 2) {
      throw new IOException(
          "%s %s answered %d: %s".formatted(method, path, response.statusCode(), answer));
    }
    return answer;
  }

  /** Orders something as somebody who has not been here yet. */
  Purchase order(String product, int quantity) throws IOException, InterruptedException {
    ObjectNode order = Json.object().put("email", "buyer." + UUID.randomUUID() + "@example.com");
    order.putArray("items").addObject().put("product", product).put("quantity", quantity);
    JsonNode placed = call("POST", "/v1/orders", order, null);
    String page = placed.path("checkout_url").asText();
    return new Purchase(
        placed.at("/order/id").asText(),
        placed.path("access_token").asText(),
        page.substring(page.lastIndexOf('/') + 1));
  }

  /** Pays on the payment page. */
  void pay(Purchase order) throws IOException, InterruptedException {
    call(
        "POST",
        "/_local/checkout-sessions/" + order.session + "/outcome",
        Json.object().put("outcome", "paid"),
        null);
  }

  /** Waits until each unit of the order is there. */
  List<Unit> delivered(Purchase order, int units) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      Thread.sleep(LOOKS_AGAIN);
      JsonNode held =
          call("GET", "/v1/orders/" + order.orderId, null, order.token).path("entitlements");
      if (held.size() >= units) {
        return held.valueStream()
            .map(
                unit ->
                    new Unit(
                        unit.path("download_token").asText(),
                        unit.at("/files/0/asset_id").asText()))
            .toList();
      }
    }
    throw new BenchException("Order " + order.orderId + " is not delivered.");
  }

  /** Keeps the provider's notices back, for who hands them over itself. */
  void pauseWebhooks(boolean paused) throws IOException, InterruptedException {
    call("PUT", "/_local/webhooks/faults", Json.object().put("paused", paused), null);
  }

  /** The provider's notice that an order is paid. */
  JsonNode notice(Purchase order) throws IOException, InterruptedException {
    for (JsonNode event : call("GET", "/_local/webhooks/events", null, null).path("data")) {
      if (event.path("type").asText().equals("checkout.session.completed")
          && event.at("/data/object/id").asText().equals(order.session)) {
        return event;
      }
    }
    throw new BenchException("The provider tells nothing of order " + order.orderId);
  }

  @Override
  public void close() {
    clients.forEach(HttpClient::close);
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }
}
