package shelfless.stripe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import shelfless.aws.Secrets;
import shelfless.json.Json;

/**
 * Stripe's secrets.
 *
 * @param apiKey the secret or restricted key of the account
 * @param webhookSecrets those of the webhook endpoint; two while one is rotated
 */
public record StripeKeys(String apiKey, List<String> webhookSecrets) {
  /** Reads {@code {"api_key": "sk_...", "webhook_secrets": ["whsec_..."]}} from the secret. */
  public static StripeKeys of(Secrets secrets) {
    try {
      JsonNode tree = Json.read(secrets.read("STRIPE_SECRET"));
      return new StripeKeys(
          tree.path("api_key").asText(),
          tree.path("webhook_secrets").valueStream().map(JsonNode::asText).toList());
    } catch (JsonProcessingException unreadable) {
      throw new IllegalStateException(
          "The secret of Stripe's keys is not the JSON that it must be.");
    }
  }
}
