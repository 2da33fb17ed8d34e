package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** What a deployment does before the shop opens. */
final class DeploymentTest {
  /** The settings that name the secrets that nobody enters, with what each must hold. */
  private static final Map<String, String> MADE =
      Map.of(
          "TOKEN_KEYS_SECRET",
          "keys",
          "DOWNLOAD_SIGNING_SECRET",
          "1",
          "OWNER_SECRET",
          "api_key",
          "ORIGIN_SECRET",
          "g1");

  @Test
  void aDeploymentMakesTheSecretsThatAreEmpty_andTheNextOneKeepsThem() throws IOException {
    try (Shop shop = Shop.start("deployment");
        SecretsManagerClient secrets = secretsOf(shop)) {
      JsonNode settings = settings(shop).path("MigrateDatabase");
      for (String name : MADE.keySet()) {
        secrets.putSecretValue(
            put -> put.secretId(settings.path(name).asText()).secretString("{}"));
      }
      JsonNode first = shop.outside("POST", "/functions/MigrateDatabase/invoke");
      assertTrue(first.path("schema_version").isTextual(), first::toString);
      for (String name : MADE.keySet()) {
        String id = settings.path(name).asText();
        JsonNode made = value(secrets, id);
        assertTrue(made.has(MADE.get(name)), name);
        shop.outside("POST", "/functions/MigrateDatabase/invoke");
        assertEquals(made, value(secrets, id), name);
      }
    }
  }

  /** As the first deployment is, since CloudFront makes the name after the functions are there. */
  @Test
  void aShopWithoutANameOfItsOwn_goesByTheOneThatTheDeploymentWroteDown() {
    try (Shop shop =
        Shop.start("unnamed", Map.of("SHELFLESS_PARAMETERS", "BaseUrl= DownloadsUrl="))) {
      String url = shop.address("base_url");
      shop.outside(
          "POST",
          "/functions/FinishDeployment/invoke",
          "ResourceProperties",
          Json.of("Url", url, "KeyPairId1", "K1"));
      Product product = shop.newProduct("By Name", 900);
      Purchase purchase = shop.buy(product);
      String page =
          shop.get("/checkout/return")
              .query("session_id", purchase.session())
              .send()
              .expect(200)
              .text();
      assertTrue(page.contains(url + "/downloads/"), page);
      assertTrue(
          shop.mails(purchase.email(), 1).getFirst().path("text").asText().contains(url), "mail");
      assertTrue(
          purchase.download().expect(201).json().path("url").asText().startsWith(url), "address");
      String token = purchase.downloadToken();
      shop.get("/downloads/" + token).send().expect(200);
      Answer sent =
          shop.post("/downloads/" + token)
              .form(Map.of("asset_id", product.file().assetId()))
              .send()
              .expect(303);
      assertTrue(sent.header("Location").startsWith(url), sent::toString);
    }
  }

  private static JsonNode settings(Shop shop) throws IOException {
    return Json.parse(Files.readString(shop.data().resolve("functions.json")));
  }

  private static JsonNode value(SecretsManagerClient secrets, String id) {
    return Json.parse(secrets.getSecretValue(get -> get.secretId(id)).secretString());
  }

  private static SecretsManagerClient secretsOf(Shop shop) {
    return SecretsManagerClient.builder()
        .endpointOverride(URI.create(shop.address("secrets_endpoint")))
        .region(Region.of(shop.address("aws_region")))
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(
                    shop.address("aws_access_key_id"), shop.address("aws_secret_access_key"))))
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .build();
  }
}
