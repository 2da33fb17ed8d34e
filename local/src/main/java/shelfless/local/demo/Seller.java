package shelfless.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import shelfless.local.Json;

/** Puts products and their files on sale as any seller would, through the shop's HTTP API. */
final class Seller implements AutoCloseable {
  private static final Duration VERIFICATION = Duration.ofSeconds(60);
  private static final Set<String> SET_BY_CLIENT = Set.of("host", "content-length");

  private final URI shop;
  private final String apiKey;
  private final HttpClient client = HttpClient.newHttpClient();

  Seller(URI shop, String apiKey) {
    this.shop = shop;
    this.apiKey = apiKey;
  }

  /** The seller's products, by their slugs. */
  JsonNode products() throws IOException, InterruptedException {
    ObjectNode bySlug = Json.object();
    for (JsonNode product : call("GET", "/v1/admin/products?limit=100", null).path("data")) {
      bySlug.set(product.path("slug").asText(), product);
    }
    return bySlug;
  }

  JsonNode createProduct(JsonNode product) throws IOException, InterruptedException {
    return call("POST", "/v1/admin/products", product);
  }

  /** Uploads a file, in parts where the shop wants it so, and waits until it is on sale. */
  void upload(String productId, String fileName, String mimeType, Path file)
      throws IOException, InterruptedException {
    ObjectNode promise = Json.object();
    promise.put("file_name", fileName);
    promise.put("mime_type", mimeType);
    promise.put("file_size", Files.size(file));
    promise.put("checksum_sha256", sha256(file));
    JsonNode begun = call("POST", "/v1/admin/products/" + productId + "/assets", promise);
    ObjectNode completion = Json.object();
    try (SeekableByteChannel bytes = Files.newByteChannel(file)) {
      if (begun.hasNonNull("upload")) {
        put(begun.path("upload"), bytes, Files.size(file));
      } else {
        completion.set("upload_id", begun.path("upload_id"));
        ArrayNode parts = completion.putArray("parts");
        for (JsonNode part : begun.path("uploads")) {
          String etag =
              put(part, bytes.position(part.path("offset").asLong()), part.path("size").asLong());
          parts.addObject().put("etag", etag).set("part_number", part.path("part_number"));
        }
      }
    }
    String asset = begun.path("asset").path("id").asText();
    call("POST", "/v1/admin/assets/" + asset + "/complete", completion);
    awaitReady(productId, asset);
  }

  private void awaitReady(String productId, String asset) throws IOException, InterruptedException {
    long end = System.nanoTime() + VERIFICATION.toNanos();
    while (System.nanoTime() < end) {
      for (JsonNode candidate :
          call("GET", "/v1/admin/products/" + productId, null).path("assets")) {
        if (candidate.path("id").asText().equals(asset)
            && candidate.path("status").asText().equals("ready")) {
          return;
        }
      }
      Thread.sleep(Duration.ofMillis(100));
    }
    throw new IOException("The file " + asset + " was not verified in time");
  }

  /** Sends the next bytes by a signed request; answers the entity tag. */
  private String put(JsonNode request, SeekableByteChannel bytes, long size)
      throws IOException, InterruptedException {
    InputStream rest = Channels.newInputStream(bytes);
    HttpRequest.Builder upload =
        HttpRequest.newBuilder(URI.create(request.path("url").asText()))
            .method(
                request.path("method").asText(),
                BodyPublishers.ofByteArray(rest.readNBytes(Math.toIntExact(size))));
    for (Map.Entry<String, JsonNode> header : request.path("headers").properties()) {
      if (!SET_BY_CLIENT.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        upload.header(header.getKey(), header.getValue().asText());
      }
    }
    HttpResponse<String> answer = client.send(upload.build(), BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException(
          "The upload was answered " + answer.statusCode() + ": " + answer.body());
    }
    return answer.headers().firstValue("ETag").orElse("");
  }

  private JsonNode call(String method, String path, @Nullable JsonNode body)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> answer =
        client.send(
            HttpRequest.newBuilder(URI.create(shop + path))
                .method(
                    method,
                    body == null
                        ? BodyPublishers.noBody()
                        : BodyPublishers.ofByteArray(Json.bytes(body)))
                .header("Authorization", "Bearer " + apiKey)
                .header("Content-Type", "application/json")
                .build(),
            BodyHandlers.ofByteArray());
    if (!List.of(200, 201, 202).contains(answer.statusCode())) {
      throw new IOException(
          method
              + " "
              + path
              + " was answered "
              + answer.statusCode()
              + ": "
              + new String(answer.body(), StandardCharsets.UTF_8));
    }
    return Json.parse(answer.body());
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
