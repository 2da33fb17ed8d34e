package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every operation against every kind of caller. */
@ExtendWith(SharedShop.class)
final class WhoMayDoWhatTest {
  private final Shop shop;
  private final List<String> scopes = new ArrayList<>();

  WhoMayDoWhatTest(Shop shop) {
    this.shop = shop;
    Shop.contract()
        .document()
        .at("/components/schemas/Scope/enum")
        .forEach(
            scope -> {
              if (!scope.asText().equals("*")) {
                scopes.add(scope.asText());
              }
            });
  }

  @Test
  void everyOperationLetsInWhomItShouldAndNobodyElse() {
    Purchase mine = shop.buy(shop.newProduct("Mine", 700));
    JsonNode revoked = newKey(List.of("*"));
    shop.seller("DELETE", "/v1/admin/api-keys/" + revoked.path("id").asText()).send().expect(204);
    Map<String, String> withOnly = new TreeMap<>();
    Map<String, String> withAllBut = new TreeMap<>();
    for (String scope : scopes) {
      withOnly.put(scope, newKey(List.of(scope)).path("key").asText());
      List<String> others = scopes.stream().filter(other -> !other.equals(scope)).toList();
      withAllBut.put(scope, newKey(others).path("key").asText());
    }
    int walked = 0;
    for (Contract.Operation operation : Shop.contract().operations()) {
      String path = operation.path().replaceAll("\\{[^}]+}", UUID.randomUUID().toString());
      if (operation.scope().isEmpty()) {
        assertLetIn(shop.call(operation.method(), path).send());
        // A token where none is needed is not looked at.
        assertLetIn(shop.call(operation.method(), path).bearer("sk_wrong").send());
        walked++;
        continue;
      }
      String scope = operation.scope().get();
      for (String wrong :
          List.of(
              "",
              "Bearer",
              "Bearer ",
              "Bearer sk_" + "x".repeat(43),
              "Bearer ot_" + "x".repeat(43),
              "Bearer " + "x".repeat(5_000),
              "Basic " + shop.apiKey(),
              shop.apiKey(),
              "Bearer " + mine.downloadToken(),
              "Bearer " + revoked.path("key").asText(),
              "Bearer " + shop.apiKey() + "x")) {
        Call call = shop.call(operation.method(), path);
        (wrong.isEmpty() ? call : call.header("Authorization", wrong)).send().problem(401);
      }
      shop.call(operation.method(), path)
          .bearer(withAllBut.getOrDefault(scope, ""))
          .send()
          .problem(403);
      assertLetIn(
          shop.call(operation.method(), path).bearer(withOnly.getOrDefault(scope, "")).send());
      assertLetIn(
          shop.call(operation.method(), path)
              .header("Authorization", "bearer " + shop.apiKey())
              .send());
      if (operation.takesOrderToken()) {
        shop.call(operation.method(), path).bearer(mine.token()).send().problem(404);
        String own = operation.path().replaceAll("\\{[^}]+}", mine.id());
        assertLetIn(shop.call(operation.method(), own).bearer(mine.token()).send());
      } else {
        shop.call(operation.method(), path).bearer(mine.token()).send().problem(403);
      }
      walked++;
    }
    assertEquals(Shop.contract().operations().size(), walked);
    assertTrue(walked > 30);
  }

  private static void assertLetIn(Answer answer) {
    assertFalse(answer.status() == 401 || answer.status() == 403, answer::toString);
  }

  private JsonNode newKey(List<String> scopes) {
    return shop.seller("POST", "/v1/admin/api-keys")
        .json("name", "a test's", "scopes", scopes)
        .send()
        .expect(201)
        .json();
  }

  @Test
  void aKeyCanNotGiveAwayMoreThanItHas() {
    String key = newKey(List.of("api_keys:write", "orders:read")).path("key").asText();
    JsonNode made =
        shop.post("/v1/admin/api-keys")
            .bearer(key)
            .json("name", "less", "scopes", List.of("orders:read"))
            .send()
            .expect(201)
            .json();
    assertTrue(made.path("key").asText().startsWith("sk_"));
    for (List<String> more : List.of(List.of("*"), List.of("orders:read", "refunds:write"))) {
      shop.post("/v1/admin/api-keys")
          .bearer(key)
          .json("name", "more", "scopes", more)
          .send()
          .problem(403, "scope_missing");
    }
    for (Object wrong : List.of(List.of(), List.of("everything"), "orders:read")) {
      shop.post("/v1/admin/api-keys")
          .bearer(key)
          .json("name", "x", "scopes", wrong)
          .send()
          .problem(422);
    }
    JsonNode problem =
        shop.post("/v1/admin/api-keys")
            .bearer(key)
            .json("name", "x", "scopes", List.of("orders:read", "everything"))
            .send()
            .problem(422);
    assertEquals("/scopes/1", problem.path("errors").path(0).path("pointer").asText());
  }

  @Test
  void aKeyIsShownOnceAndNoneIsKept() {
    JsonNode made = newKey(List.of("orders:read"));
    String key = made.path("key").asText();
    shop.get("/v1/admin/orders").bearer(key).send().expect(200);
    List<JsonNode> rows = shop.audit("api_key", made.path("id").asText());
    assertEquals("api_key.created", rows.getFirst().path("action").asText());
    assertFalse(rows.toString().contains(key));
    shop.seller("DELETE", "/v1/admin/api-keys/" + made.path("id").asText()).send().expect(204);
    shop.get("/v1/admin/orders").bearer(key).send().problem(401);
    shop.seller("DELETE", "/v1/admin/api-keys/" + made.path("id").asText()).send().problem(404);
  }

  @Test
  void onlyTheBuyerGetsDownloadTokens() {
    Purchase purchase = shop.buy(shop.newProduct("Tokens", 700));
    assertFalse(purchase.downloadToken().isEmpty());
    JsonNode seen = shop.seller("GET", "/v1/orders/" + purchase.id()).send().expect(200).json();
    assertTrue(seen.path("entitlements").path(0).path("download_token").isNull());
    JsonNode listed =
        shop.seller("GET", "/v1/admin/orders")
            .query("email", purchase.email())
            .send()
            .expect(200)
            .json()
            .path("data")
            .path(0);
    assertEquals(purchase.id(), listed.path("id").asText());
    assertTrue(listed.path("entitlements").path(0).path("download_token").isNull());
  }
}
