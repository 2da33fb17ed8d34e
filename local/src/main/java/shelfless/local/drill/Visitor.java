package shelfless.local.drill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.local.Json;

/** A buyer of the shop, and who looks after it, through its HTTP interface. */
final class Visitor implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient client = HttpClient.newHttpClient();
  private final String shop;

  Visitor(String shop) {
    this.shop = shop;
  }

  /** An order as it was placed, and what its buyer holds of it. */
  record Placed(String id, String number, String token, String session) {}

  private HttpResponse<byte[]> send(
      String method, String url, @Nullable String body, @Nullable String bearer)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", UUID.randomUUID().toString())
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (bearer != null) {
      request.header("Authorization", "Bearer " + bearer);
    }
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private JsonNode call(String method, String path, @Nullable String body, @Nullable String bearer)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> response = send(method, shop + path, body, bearer);
    if (response.statusCode() / 100 != 2) {
      throw new IOException(
          "%s %s answered %d: %s"
              .formatted(
                  method,
                  path,
                  response.statusCode(),
                  new String(response.body(), StandardCharsets.UTF_8)));
    }
    return Json.parse(response.body());
  }

  Placed order(String product, int quantity) throws IOException, InterruptedException {
    JsonNode placed =
        call(
            "POST",
            "/v1/orders",
            """
            {"email": "ada@example.com", "items": [{"product": "%s", "quantity": %d}]}
            """
                .formatted(product, quantity),
            null);
    String page = placed.path("checkout_url").asText();
    return new Placed(
        placed.at("/order/id").asText(),
        placed.at("/order/number").asText(),
        placed.path("access_token").asText(),
        page.substring(page.lastIndexOf('/') + 1));
  }

  /** Pays on the payment page. */
  void pay(Placed order) throws IOException, InterruptedException {
    call(
        "POST",
        "/_local/checkout-sessions/" + order.session + "/outcome",
        "{\"outcome\": \"paid\"}",
        null);
  }

  /** Waits until the order is delivered. */
  JsonNode delivered(Placed order) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      JsonNode seen = look(order);
      if (!seen.path("entitlements").isEmpty()) {
        return seen;
      }
      Thread.sleep(Duration.ofMillis(50));
    }
    throw new IOException("Order " + order.number + " is not delivered.");
  }

  /** The order as its buyer sees it; missing when the shop does not know it. */
  JsonNode look(Placed order) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = send("GET", shop + "/v1/orders/" + order.id, null, order.token);
    return response.statusCode() == 200 ? Json.parse(response.body()) : MissingNode.getInstance();
  }

  /** The first link of each receipt that came for the order, the newest first. */
  List<String> mailedLinks(Placed order) throws IOException, InterruptedException {
    List<String> found = new ArrayList<>();
    for (JsonNode mail : call("GET", "/_local/mails?to=ada@example.com", null, null).path("data")) {
      if (mail.path("text").asText().contains(order.number)) {
        mail.path("links")
            .valueStream()
            .map(JsonNode::asText)
            .filter(link -> link.contains("/downloads/"))
            .findFirst()
            .ifPresent(found::add);
      }
    }
    return found;
  }

  /** Waits until so many receipts came for the order; the newest one's link. */
  String newestOf(int receipts, Placed order) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      List<String> links = mailedLinks(order);
      if (links.size() >= receipts) {
        return links.getFirst();
      }
      Thread.sleep(Duration.ofMillis(50));
    }
    throw new IOException("No new mail tells of order " + order.number + ".");
  }

  /** What opening the link answers. */
  int open(String link) throws IOException, InterruptedException {
    // The shop may listen on another port by now.
    return send("GET", shop + URI.create(link).getPath(), null, null).statusCode();
  }

  /** Downloads by the link; how many bytes came. */
  int download(String link) throws IOException, InterruptedException {
    JsonNode granted =
        call(
            "POST",
            "/v1/entitlements/" + link.substring(link.lastIndexOf('/') + 1) + "/downloads",
            "{}",
            null);
    HttpResponse<byte[]> file = send("GET", granted.path("url").asText(), null, null);
    if (file.statusCode() != 200) {
      throw new IOException("The file answered " + file.statusCode());
    }
    return file.body().length;
  }

  /** Gives so many cents back. */
  void refund(Placed order, int cents, String apiKey) throws IOException, InterruptedException {
    call(
        "POST",
        "/v1/admin/orders/" + order.id + "/refunds",
        "{\"amount\": {\"amount\": %d, \"currency\": \"EUR\"}}".formatted(cents),
        apiKey);
  }

  void runSchedule(String name) throws IOException, InterruptedException {
    call("POST", "/_local/schedules/" + name + "/run", null, null);
  }

  /** How many things must hold, and how many rows break them. */
  record Checked(int queries, long rows) {}

  Checked invariants() throws IOException, InterruptedException {
    JsonNode found = call("GET", "/_local/invariants", null, null).path("data");
    long rows = 0;
    for (JsonNode each : found) {
      rows += each.path("rows").asLong();
    }
    return new Checked(found.size(), rows);
  }

  @Override
  public void close() {
    client.close();
  }
}
