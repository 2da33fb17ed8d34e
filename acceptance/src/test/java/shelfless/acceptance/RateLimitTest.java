package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * How often one may ask. The buckets fill while a test asks, so a few more than the limit may pass.
 */
@ExtendWith(SharedShop.class)
final class RateLimitTest {
  private final Shop shop;

  RateLimitTest(Shop shop) {
    this.shop = shop;
  }

  /** So that the next test finds full buckets. */
  @AfterEach
  void letTimePass() {
    shop.advance(Duration.ofHours(1));
  }

  /** Asks until it is refused; how often it was let through. */
  private static int asksUntil429(int most, Supplier<Answer> ask) {
    for (int passed = 0; passed < most; passed++) {
      Answer answer = ask.get();
      if (answer.status() == 429) {
        assertTrue(Integer.parseInt(answer.header("Retry-After")) > 0);
        return passed;
      }
    }
    throw new AssertionError("Never refused in " + most);
  }

  @Test
  void anEmailAddressOrdersSixtyTimesAMinute() {
    String email = shop.newEmail("eager");
    // Counted once the body has been found correct, whether or not the product is there.
    shop.post("/v1/orders").json("email", email, "items", List.of()).send().problem(422);
    int passed =
        asksUntil429(
            80,
            () ->
                shop.post("/v1/orders")
                    .json("email", email, "items", List.of(Json.of("product", "nothing")))
                    .send());
    assertTrue(passed >= 60, "only " + passed);
    shop.post("/v1/orders")
        .json("email", shop.newEmail("other"), "items", List.of(Json.of("product", "nothing")))
        .send()
        .problem(422);
  }

  @Test
  void linksAreMailedFiveTimesAnHourToAKnownAndToAnUnknownAddressAlike() {
    Purchase purchase = shop.buy(shop.newProduct("Resent", 300));
    for (String email : List.of(purchase.email(), shop.newEmail("unknown"))) {
      int passed =
          asksUntil429(10, () -> shop.post("/v1/orders/lookup").json("email", email).send());
      assertEquals(5, passed);
    }
    shop.mails(purchase.email(), 6);
    shop.advance(Duration.ofHours(1));
    shop.post("/v1/orders/lookup").json("email", purchase.email()).send().expect(202);
  }

  @Test
  void wrongTokensAreLimitedAndRightOnesAreNot() {
    Purchase purchase = shop.buy(shop.newProduct("Guessed", 300));
    String token = purchase.downloadToken();
    int passed =
        asksUntil429(
            90,
            () -> {
              Answer answer = shop.get("/v1/entitlements/" + UUID.randomUUID()).send();
              return answer.status() == 429 ? answer : answer.expect(404);
            });
    assertTrue(passed >= 40, "only " + passed);
    for (int i = 0; i < 30; i++) {
      shop.get("/v1/entitlements/" + token).send().expect(200);
    }
    shop.get("/downloads/" + token).send().expect(200);
    purchase.download().expect(201);
  }

  @Test
  void aTokenDownloads120TimesAMinute() {
    Purchase purchase = shop.buy(shop.newProduct("Fetched", 300));
    String token = purchase.downloadToken();
    String asset = purchase.entitlement().path("files").path(0).path("asset_id").asText();
    int passed = asksUntil429(200, () -> purchase.download(token, asset));
    assertTrue(passed >= 120, "only " + passed);
    assertEquals(4, purchase.entitlement().path("downloads_left").asInt(), "asking again is free");
  }

  @Test
  void thePagesAreLimitedLikeTheApi() {
    Purchase purchase = shop.buy(shop.newProduct("Fetched by the Page", 300));
    String path = "/downloads/" + purchase.downloadToken();
    Map<String, String> form =
        Map.of("asset_id", purchase.entitlement().path("files").path(0).path("asset_id").asText());
    asksUntil429(200, () -> shop.post(path).form(form).send());
    shop.get(path).send().expect(200);
    asksUntil429(90, () -> shop.get("/downloads/" + UUID.randomUUID()).send());
    shop.call("HEAD", "/downloads/" + UUID.randomUUID()).send().expect(429);
    shop.get(path).send().expect(200);
  }

  @Test
  void theProviderIsNotAskedAboutAnOrderAsOftenAsSomebodyLikes() {
    Purchase purchase = shop.order(shop.newProductWithoutFile("Asked About Often", Json.of()));
    asksUntil429(200, () -> purchase.call("POST", "/reconcile").send());
    assertEquals("pending", purchase.status(), "looking is not limited");
  }

  @Test
  void promotionCodesAreNotGuessed() {
    String product = shop.newProductWithoutFile("Guess the Code", Json.of()).slug();
    asksUntil429(
        200,
        () ->
            shop.post("/v1/quotes")
                .json(
                    "items",
                    List.of(Json.of("product", product)),
                    "promotion_code",
                    "GUESS" + System.nanoTime())
                .send());
    shop.post("/v1/quotes").json("items", List.of(Json.of("product", product))).send().expect(200);
  }
}
