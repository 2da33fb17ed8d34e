package shelfless.local.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import shelfless.local.Json;

/** The caller's own keys on an object. */
final class Metadata {
  private Metadata() {}

  /** Stripe's rule: what is given is added, an empty value removes its key, "" removes them all. */
  static ObjectNode merge(JsonNode existing, JsonNode given) {
    ObjectNode merged = Json.object();
    if (given.isTextual()) {
      return merged;
    }
    merged.setAll((ObjectNode) existing);
    given
        .properties()
        .forEach(
            entry -> {
              if (entry.getValue().asText().isEmpty()) {
                merged.remove(entry.getKey());
              } else {
                merged.set(entry.getKey(), entry.getValue());
              }
            });
    return merged;
  }
}
