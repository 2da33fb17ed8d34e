package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is wrong with an address is said: a route, a method or a parameter that there is not, and
 * what is not there behind an id, a token or a cursor, or not for whoever asks.
 */
@ExtendWith(SharedShop.class)
final class WrongAddressTest {
  private final Shop shop;

  WrongAddressTest(Shop shop) {
    this.shop = shop;
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v2/products",
    "GET, /",
    "GET, /v1",
    "GET, /v1/products/a/b",
    "GET, /v1/admin",
    "POST, /v1/unknown",
    "DELETE, /nothing/here",
    "GET, /v1/orders/x/y/z",
    "GET, /v1/products%2Fx",
    "HEAD, /nothing",
  })
  void anUnknownRouteIs404(String method, String path) {
    shop.call(method, path).send().expect(404);
  }

  @ParameterizedTest
  @CsvSource({
    "DELETE, /v1/products, GET",
    "POST, /v1/products/some-slug, GET",
    "GET, /v1/quotes, POST",
    "PUT, /v1/orders, POST",
    "GET, /v1/orders/lookup/, ",
    "GET, /webhooks/stripe, POST",
    "POST, /health, GET",
    "PUT, /v1/admin/products, GET POST",
    "POST, /v1/admin/products/01996a2e-5b00-7c3a-9f10-2b6d1e4a7c01, DELETE GET PATCH",
    "DELETE, /downloads/x, GET HEAD POST",
    "GET, /v1/admin/api-keys, POST",
  })
  void aWrongMethodIs405WithWhatIsAllowed(String method, String path, @Nullable String allowed) {
    Answer answer = shop.call(method, path).send();
    if (allowed == null) {
      answer.problem(404);
      return;
    }
    answer.problem(405);
    Set<String> methods = new TreeSet<>(Arrays.asList(answer.header("Allow").split(", *")));
    methods.remove("OPTIONS");
    assertEquals(new TreeSet<>(Arrays.asList(allowed.split(" "))), methods);
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/products, limit, 0",
    "/v1/products, limit, 101",
    "/v1/products, limit, many",
    "/v1/products, sort, cheapest",
    "/v1/products, cursor, bm90IGEgY3Vyc29y",
    "/v1/products, cursor, %%%",
    "/v1/products, colour, red",
    "/v1/admin/products, visibility, secret",
    "/v1/admin/products, limit, -5",
    "/v1/admin/orders, status, unknown",
    "/v1/admin/orders, from, yesterday",
    "/v1/admin/orders, page, 2",
    "/v1/admin/audit-log, to, 2026-13-01",
    "/v1/admin/audit-log, subject_id, x",
    "/v1/admin/audit-log, cursor, x",
    "/v1/admin/reports/sales, from, 01.03.2026",
    "/v1/admin/reports/sales, group_by, week",
    "/v1/admin/reports/sales, format, pdf",
    "/v1/admin/reports/sales, form, csv",
  })
  void aWrongQueryParameterIs400AndNamed(String path, String name, String value) {
    JsonNode problem = shop.seller("GET", path).query(name, value).send().problem(400);
    assertTrue(Answer.pointers(problem).contains(name), problem::toString);
  }

  @Test
  void aTamperedCursorIs400AndSoIsOneOfAnotherList() {
    for (int i = 0; i < 3; i++) {
      shop.newProductWithoutFile("Paged " + i, Json.of("tags", List.of("tampered-cursor")));
    }
    String cursor =
        shop.get("/v1/products")
            .query("tag", "tampered-cursor")
            .query("limit", 1)
            .send()
            .expect(200)
            .json()
            .path("next_cursor")
            .asText();
    shop.get("/v1/products")
        .query("tag", "tampered-cursor")
        .query("limit", 1)
        .query("cursor", cursor)
        .send()
        .expect(200);
    for (int i = 0; i < cursor.length(); i += 7) {
      char other = cursor.charAt(i) == 'A' ? 'B' : 'A';
      String tampered = cursor.substring(0, i) + other + cursor.substring(i + 1);
      Answer answer =
          shop.get("/v1/products").query("tag", "tampered-cursor").query("cursor", tampered).send();
      answer.problem(400);
    }
    shop.get("/v1/products").query("tag", "another").query("cursor", cursor).send().problem(400);
    shop.get("/v1/products")
        .query("tag", "tampered-cursor")
        .query("sort", "title")
        .query("cursor", cursor)
        .send()
        .problem(400);
    shop.seller("GET", "/v1/admin/products").query("cursor", cursor).send().problem(400);
  }

  @Test
  void aForeignOrderIsNotThere() {
    Product product = shop.newProductWithoutFile("Private Order", Json.of());
    Purchase mine = shop.order(product);
    Purchase theirs = shop.order(product);
    String unknown = "/v1/orders/01996a31-0c40-7b1e-8a55-6f0d2c9b3e10";
    JsonNode notThere = shop.get(unknown).bearer(mine.token()).send().problem(404);
    for (String suffix : List.of("", "/cancel", "/reconcile")) {
      String method = suffix.isEmpty() ? "GET" : "POST";
      JsonNode foreign =
          shop.call(method, "/v1/orders/" + theirs.id() + suffix)
              .bearer(mine.token())
              .send()
              .problem(404);
      assertEquals(notThere, foreign, "alike, so that nobody learns which orders there are");
      shop.call(method, "/v1/orders/" + theirs.id() + suffix)
          .bearer("ot_" + "x".repeat(43))
          .send()
          .problem(401);
      shop.call(method, "/v1/orders/" + theirs.id() + suffix).send().problem(401);
    }
    for (String noId : List.of("1", "not-a-uuid", "01996a31-0c40-7b1e-8a55-6f0d2c9b3e1g")) {
      shop.get("/v1/orders/" + noId).bearer(mine.token()).send().problem(404);
      shop.seller("GET", "/v1/orders/" + noId).send().problem(404);
    }
    assertEquals("pending", theirs.status());
  }

  @Test
  void aTokenThatIsOverIs410AndOneThatNeverWasIs404() {
    Purchase purchase = shop.buy(shop.newProduct("Over Soon", 300));
    String token = purchase.downloadToken();
    String asset = purchase.entitlement().path("files").path(0).path("asset_id").asText();
    shop.advance(Duration.ofDays(30).plusMinutes(1));
    purchase.download(token, asset).problem(410, "expired");
    for (String wrong :
        List.of("01996a31-0c40-8b1e-8a55-6f0d2c9b3e10", "x", token.substring(0, 35), token + "0")) {
      shop.get("/v1/entitlements/" + wrong).send().problem(404);
      purchase.download(wrong, asset).problem(404);
      shop.get("/downloads/" + wrong).send().expect(404);
    }
    // An entitlement's id opens nothing.
    shop.get("/v1/entitlements/" + purchase.entitlement().path("id").asText()).send().problem(404);
  }

  @Test
  void whatIsNotThereIs404() {
    for (Contract.Operation operation : Shop.contract().operations()) {
      if (operation.parameters() > 0 || operation.id().startsWith("ShowCheckoutReturn")) {
        Examples.call(shop, operation, Examples.unknownIds()).send().expect(404);
      }
    }
  }
}
