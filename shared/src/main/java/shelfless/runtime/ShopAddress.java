package shelfless.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.Optional;
import shelfless.json.Json;

/**
 * Where the shop and its files are, without a slash at the end: by the settings, where the owner
 * has names of their own; else by what the deployment wrote into a secret once CloudFront had given
 * the shop a name.
 */
public final class ShopAddress {
  private ShopAddress() {}

  /** Where buyers reach the shop; links in mails begin with it. */
  public static String shop(Environment environment) {
    return environment.settings().optional("BASE_URL").orElseGet(() -> published(environment));
  }

  /** What the signed addresses of files begin with. */
  public static String files(Environment environment) {
    return environment.settings().optional("DOWNLOADS_URL").orElseGet(() -> shop(environment));
  }

  private static String published(Environment environment) {
    try {
      return Optional.of(
              Json.read(environment.secrets().read("ORIGIN_SECRET")).path("base_url").asText())
          .filter(url -> !url.isEmpty())
          .orElseThrow(
              () ->
                  new IllegalStateException(
                      "The deployment is not finished: FinishDeployment has yet to write the shop's address."));
    } catch (JsonProcessingException unreadable) {
      // Without its cause, whose message would quote the secret.
      throw new IllegalStateException(
          "The secret of ORIGIN_SECRET is not the JSON that it must be.");
    }
  }
}
