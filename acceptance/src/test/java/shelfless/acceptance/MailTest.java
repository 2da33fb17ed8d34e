package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What buyers get by mail. */
@ExtendWith(SharedShop.class)
final class MailTest {
  private final Shop shop;

  MailTest(Shop shop) {
    this.shop = shop;
  }

  @Test
  void theReceiptHoldsTheLinksTheLicenceKeysAndWhatWasConsentedTo_rule11() {
    Product tool =
        shop.newProduct(
            "Mailed <Tool> & Co.",
            Json.of(
                "price",
                Json.money(4900, "EUR"),
                "license",
                Json.of("activation_limit", 2, "valid_days", 365)));
    String email = shop.newEmail("receipt");
    Purchase purchase =
        shop.order(
                Json.of(
                    "email",
                    email,
                    "name",
                    "Ada <b>Lovelace</b>",
                    "items",
                    List.of(Shop.line(tool, 2)),
                    "country",
                    "DE",
                    "consents",
                    List.of(Json.of("kind", "immediate_delivery", "text_version", "2026-01"))))
            .pay()
            .delivered();
    JsonNode receipt = shop.mails(email, 1).getFirst();
    String text = receipt.path("text").asText();
    String html = receipt.path("html").asText();
    assertTrue(text.contains(purchase.read().path("number").asText()));
    assertTrue(text.contains("98.00"), text);
    assertTrue(text.contains("Mailed <Tool> & Co."));
    assertTrue(html.contains("Mailed &lt;Tool&gt; &amp; Co."), html);
    assertFalse(html.contains("<b>Lovelace"), html);
    assertTrue(text.contains("2026-01"), "the consent is repeated: " + text);
    List<String> keys = new ArrayList<>();
    for (JsonNode unit : purchase.entitlements()) {
      String key = unit.path("license").path("key").asText();
      keys.add(key);
      assertEquals("active", unit.path("license").path("status").asText());
      assertEquals(2, unit.path("license").path("activation_limit").asInt());
      assertTrue(text.contains(key), "the key is mailed");
      assertTrue(html.contains(key));
      String token = unit.path("download_token").asText();
      String page = shop.get("/downloads/" + token).send().expect(200).text();
      assertTrue(page.contains(key), "and shown on the page");
      assertEquals(
          key,
          shop.get("/v1/entitlements/" + token)
              .send()
              .expect(200)
              .json()
              .path("license")
              .path("key")
              .asText());
      assertTrue(text.contains("/downloads/" + token));
    }
    assertNotEquals(keys.getFirst(), keys.getLast(), "each unit has its own");
  }

  @Test
  void theMailedLinksOpen() {
    String email = shop.newEmail("opens");
    shop.buy(email, Shop.line(shop.newProduct("Opens", 500), 1));
    JsonNode receipt = shop.mails(email, 1).getFirst();
    List<String> links =
        Json.stream(receipt.path("links"))
            .map(JsonNode::asText)
            .filter(link -> link.contains("/downloads/"))
            .toList();
    assertEquals(1, links.size());
    assertTrue(shop.fetch(links.getFirst()).expect(200).text().contains("Opens"));
  }

  @Test
  void linksAreMailedAgainToWhomTheyBelong() {
    Product product = shop.newProduct("Lost Mail", 500);
    String email = shop.newEmail("lost");
    Purchase mine = shop.buy(email, Shop.line(product, 1));
    Purchase another = shop.buy(email, Shop.line(product, 2));
    Purchase theirs = shop.buy(product);
    shop.mails(email, 2);
    Answer known =
        shop.post("/v1/orders/lookup")
            .json("email", email.toUpperCase(java.util.Locale.ROOT))
            .send()
            .expect(202);
    String text = shop.mails(email, 3).getFirst().path("text").asText();
    for (Purchase purchase : List.of(mine, another)) {
      for (JsonNode unit : purchase.entitlements()) {
        assertTrue(text.contains("/downloads/" + unit.path("download_token").asText()), text);
      }
    }
    assertFalse(text.contains(theirs.downloadToken()));
    String stranger = shop.newEmail("stranger");
    Answer unknown = shop.post("/v1/orders/lookup").json("email", stranger).send().expect(202);
    assertEquals(known.text(), unknown.text());
    Shop.pause(Duration.ofMillis(500));
    assertEquals(0, shop.mails(stranger).size());
    shop.post("/v1/orders/lookup").json("email", "nobody").send().problem(422);
  }

  @Test
  void aReissuedLinkIsWhatIsMailedNext() {
    String email = shop.newEmail("again");
    Purchase purchase = shop.buy(email, Shop.line(shop.newProduct("Mailed Again", 500), 1));
    String old = purchase.downloadToken();
    shop.seller(
            "POST",
            "/v1/admin/entitlements/" + purchase.entitlement().path("id").asText() + "/reissue")
        .send()
        .expect(200);
    shop.mails(email, 1);
    shop.post("/v1/orders/lookup").json("email", email).send().expect(202);
    String text = shop.mails(email, 2).getFirst().path("text").asText();
    assertFalse(text.contains(old));
    assertTrue(text.contains(purchase.downloadToken()));
  }
}
