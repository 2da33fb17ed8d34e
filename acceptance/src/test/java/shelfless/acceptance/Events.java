package shelfless.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The files of events/, and what is expected of a function that gets its own. */
final class Events {
  private static final Path FOLDER = ShopProcess.project().resolve("events");

  private Events() {}

  /** The functions that have one. */
  static Set<String> names() {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      files.forEach(file -> names.add(file.getFileName().toString().replaceFirst("\\.json$", "")));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    return names;
  }

  /** The event as AWS sends it: to a request CloudFront adds what only it and the shop know. */
  static JsonNode read(Shop shop, String function) {
    try {
      JsonNode event = Json.parse(Files.readString(FOLDER.resolve(function + ".json")));
      if (event.has("requestContext") && event.path("headers") instanceof ObjectNode headers) {
        JsonNode secrets = Json.parse(Files.readString(shop.data().resolve("secrets.json")));
        headers.put(
            "x-origin-secret",
            Json.parse(secrets.path("OriginSecret").asText()).path("g1").asText());
      }
      return event;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** What the function answers to its event on the shop. */
  static JsonNode run(Shop shop, String function) {
    return new Call(
            (m, p, a) -> {},
            "POST",
            URI.create(shop.address("base_url")),
            "/_local/functions/" + function + "/invoke")
        .json(read(shop, function))
        .send()
        .expect(200)
        .json();
  }

  /** What is wrong with a function's answer to its event, if anything is. */
  static Optional<String> fault(Template template, String function, JsonNode answer) {
    int status = answer.path("statusCode").asInt();
    boolean http = !template.routes(function).isEmpty();
    return answer.has("errorType")
            || answer.has("errorMessage")
            || status >= 500
            || answer.path("body").asText().contains("not reached by this address")
            || http == (status == 0)
        ? Optional.of(function + ": " + answer)
        : Optional.empty();
  }
}
