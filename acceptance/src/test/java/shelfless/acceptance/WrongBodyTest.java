package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is wrong with a body is said, each in its own way. That every answer is declared, that
 * problems are whole, and that none is a 500, is checked for every call of every test.
 */
@ExtendWith(SharedShop.class)
final class WrongBodyTest {
  private final Shop shop;

  WrongBodyTest(Shop shop) {
    this.shop = shop;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/email | \"nobody\"",
        "/email | 5",
        "/email | null",
        "/email | \"a b@example.com\"",
        "/email | \"ada@example.com\\u0000\"",
        "/name | {}",
        "/name | \"line\\u0007\"",
        "/items | []",
        "/items | {}",
        "/items | null",
        "/items/0 | \"x\"",
        "/items/0/product | 7",
        "/items/0/product | \"\"",
        "/items/0/quantity | -1",
        "/items/0/quantity | 0",
        "/items/0/quantity | 101",
        "/items/0/quantity | 1.5",
        "/items/0/quantity | \"3\"",
        "/items/0/quantity | 99999999999999999999",
        "/items/0/price | 1",
        "/country | \"Germany\"",
        "/country | 49",
        "/vat_id | [1]",
        "/total | 1",
        "/status | \"paid\"",
        "/emial | \"ada@example.com\"",
        "/consents | [{\"kind\": \"marketing\", \"text_version\": \"1\"}]",
        "/consents | [{\"kind\": \"immediate_delivery\"}]",
        "/promotion_code | 5",
      })
  void oneWrongFieldOfAnOrderIsNamedByItsPointer(String pointer, String value) {
    ObjectNode body = goodOrder();
    put(body, pointer, Json.parse(value));
    JsonNode problem = shop.post("/v1/orders").json(body).send().problem(422);
    assertTrue(
        Answer.pointers(problem).stream().anyMatch(each -> each.startsWith(pointer)),
        problem::toString);
    // A quote has the same rules where it has the same fields.
    if (pointer.startsWith("/items") || pointer.equals("/country")) {
      ObjectNode quote = body.deepCopy();
      quote.remove(List.of("email", "name"));
      assertEquals(
          Answer.pointers(problem),
          Answer.pointers(shop.post("/v1/quotes").json(quote).send().problem(422)));
    }
  }

  private ObjectNode goodOrder() {
    return Json.of(
        "email", "wrong-input@example.com",
        "name", "Ada",
        "items", List.of(Json.of("product", "nothing-of-this-name", "quantity", 1)));
  }

  private static void put(ObjectNode body, String pointer, JsonNode value) {
    int slash = pointer.lastIndexOf('/');
    JsonNode parent = body.at(pointer.substring(0, slash));
    String name = pointer.substring(slash + 1);
    if (parent.isArray()) {
      ((ArrayNode) parent).set(Integer.parseInt(name), value);
    } else {
      ((ObjectNode) parent).set(name, value);
    }
  }

  @Test
  void everyFaultOfABodyIsGathered() {
    JsonNode problem =
        shop.post("/v1/orders")
            .json(
                "emial",
                "x",
                "name",
                5,
                "country",
                "Germany",
                "items",
                List.of(
                    Json.of("product", "a", "quantity", -1), Json.of("quantity", 1, "price", 3)))
            .send()
            .problem(422);
    assertEquals(
        Set.of(
            "/email",
            "/emial",
            "/name",
            "/country",
            "/items/0/quantity",
            "/items/1/price",
            "/items/1/product"),
        Answer.pointers(problem));
    List<ObjectNode> seventeen = new ArrayList<>();
    for (int i = 0; i < 17; i++) {
      seventeen.add(Json.of("product", "p" + i, "quantity", -i));
    }
    JsonNode many =
        shop.post("/v1/orders")
            .json("email", "a@example.com", "items", seventeen)
            .send()
            .problem(422);
    assertEquals(17, many.path("errors").size());
  }

  @Test
  void whatCanNotBeBoughtIsNamedByItsPlace() {
    Product product = shop.newProductWithoutFile("Bought Alone", Json.of());
    JsonNode problem =
        shop.post("/v1/orders")
            .json(
                "email", shop.newEmail("x"),
                "items", List.of(Shop.line(product, 1), Json.of("product", "no-such-thing")))
            .send()
            .problem(422, "product_not_available");
    assertEquals(Set.of("/items/1/product"), Answer.pointers(problem));
    shop.post("/v1/orders")
        .json(
            "email",
            shop.newEmail("x"),
            "items",
            List.of(Shop.line(product, 60), Shop.line(product, 60)))
        .send()
        .problem(422);
    shop.post("/v1/orders")
        .json(
            "email",
            shop.newEmail("x"),
            "items",
            List.of(Shop.line(product, 1)),
            "promotion_code",
            "NOSUCHCODE")
        .send()
        .problem(422, "promotion_not_applicable");
    Product dear =
        shop.newProductWithoutFile("Dear", Json.of("price", Json.money(99_999_999, "EUR")));
    shop.post("/v1/quotes")
        .json("items", List.of(Shop.line(dear, 100)))
        .send()
        .problem(422, "amount_too_large");
    shop.post("/v1/orders")
        .json("email", shop.newEmail("x"), "items", List.of(Shop.line(dear, 100)))
        .send()
        .problem(422, "amount_too_large");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{\"email\": }",
        "[]",
        "\"text\"",
        "null",
        "{\"email\":\"a@example.com\",\"email\":\"b@example.com\"}",
        "{\"items\":[{\"product\":\"a\",\"product\":\"b\"}]}",
        "{\"email\":NaN}",
        "{'email':1}",
        "{\"email\":1} {}",
        "{\"email\":\"\u0001\"}",
        "{/* comment */}",
      })
  void whatIsNoJsonObjectIs400(String body) {
    for (String path : List.of("/v1/orders", "/v1/quotes", "/v1/orders/lookup")) {
      shop.post(path).body("application/json", body).send().problem(400);
    }
    shop.seller("POST", "/v1/admin/products").body("application/json", body).send().problem(400);
  }

  @Test
  void brokenEncodingsAndDeepNestingAre400() {
    byte[] latin = "{\"email\":\"ä@example.com\"}".getBytes(StandardCharsets.ISO_8859_1);
    shop.post("/v1/orders").body("application/json", latin).send().problem(400);
    String deep = "[".repeat(20_000) + "]".repeat(20_000);
    shop.post("/v1/orders")
        .body("application/json", "{\"items\":" + deep + "}")
        .send()
        .problem(400);
    Answer half =
        shop.post("/v1/orders")
            .body("application/json", "{\"email\":\"\\ud800@example.com\",\"items\":[]}")
            .send();
    assertTrue(half.status() == 400 || half.status() == 422, half::toString);
  }

  @Test
  void aBodyOfOneMegabyteIs413EverywhereThatTakesOne() {
    byte[] large = new byte[1 << 20];
    Arrays.fill(large, (byte) ' ');
    large[0] = '{';
    large[large.length - 1] = '}';
    for (String path :
        List.of("/v1/orders", "/v1/quotes", "/v1/orders/lookup", "/webhooks/stripe")) {
      shop.post(path).body("application/json", large).send().problem(413);
    }
    shop.seller("POST", "/v1/admin/products").body("application/json", large).send().problem(413);
    shop.seller("POST", "/v1/admin/api-keys").body("application/json", large).send().problem(413);
    shop.post("/downloads/3f6a1c52-8d0e-8b47-a1c9-5e2f7d904b13")
        .body("application/x-www-form-urlencoded", large)
        .send()
        .expect(413);
    Purchase purchase = shop.order(shop.newProductWithoutFile("Too Large", Json.of()));
    purchase.call("POST", "/reconcile").body("application/json", large).send().problem(413);
    purchase.call("POST", "/cancel").body("application/json", large).send().problem(413);
    // A little under the limit of 64 KiB is read.
    ObjectNode almost = goodOrder().put("name", "x".repeat(65_000));
    shop.post("/v1/orders").json(almost).send().problem(422);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data"
      })
  void anotherContentTypeIs415(String type) {
    String body = goodOrder().toString();
    shop.post("/v1/orders").body(type, body).send().problem(415);
    shop.post("/v1/quotes").body(type, body).send().problem(415);
    shop.seller("POST", "/v1/admin/products").body(type, body).send().problem(415);
  }

  @Test
  void aCharsetBesideTheContentTypeIsFine() {
    shop.post("/v1/orders")
        .body("Application/JSON; charset=utf-8", goodOrder().toString())
        .send()
        .problem(422, "product_not_available");
  }

  @Test
  void aProductsFieldsHaveRules() {
    JsonNodeFactory json = JsonNodeFactory.instance;
    List<ObjectNode> wrong =
        List.of(
            Json.of("title", "x"),
            Json.of("price", Json.money(1, "EUR")),
            Json.of("title", " ", "price", Json.money(1, "EUR")),
            Json.of("title", "x".repeat(201), "price", Json.money(1, "EUR")),
            Json.of("title", "x", "price", 5),
            Json.of("title", "x", "price", Json.money(-1, "EUR")),
            Json.of("title", "x", "price", Json.money(1, "eur")),
            Json.of("title", "x", "price", Json.money(1, "XXQ")),
            Json.of("title", "x", "price", Json.money(1001, "KWD")),
            Json.of("title", "x", "price", Json.of("amount", 1.5, "currency", "EUR")),
            Json.of("title", "x", "price", Json.money(1, "EUR"), "slug", "Not A Slug"),
            Json.of("title", "x", "price", Json.money(1, "EUR"), "sku", "with space"),
            Json.of("title", "x", "price", Json.money(1, "EUR"), "kind", "car"),
            Json.of("title", "x", "price", Json.money(1, "EUR"), "visibility", "hidden"),
            Json.of("title", "x", "price", Json.money(1, "EUR"), "tags", "one"),
            Json.of("title", "x", "price", Json.money(1, "EUR"), "tags", List.of(1)),
            Json.of("title", "x", "price", Json.money(1, "EUR"), "metadata", List.of()),
            Json.of(
                "title",
                "x",
                "price",
                Json.money(1, "EUR"),
                "delivery",
                Json.of("download_limit", 0)),
            Json.of("title", "x", "price", Json.money(1, "EUR"), "delivery", Json.of("days", 1)),
            Json.of(
                "title",
                "x",
                "price",
                Json.money(1, "EUR"),
                "license",
                Json.of("activation_limit", 0)),
            Json.of("title", "x", "price", Json.money(1, "EUR"), "license", json.booleanNode(true)),
            Json.of("title", "x", "price", Json.money(1, "EUR"), "id", "mine"));
    for (ObjectNode body : wrong) {
      JsonNode problem = shop.seller("POST", "/v1/admin/products").json(body).send().problem(422);
      assertTrue(problem.path("errors").size() > 0, problem::toString);
    }
  }

  @Test
  void everyBodyIsCheckedAlike() {
    byte[] large = " ".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
    for (Contract.Operation operation : Shop.contract().operations()) {
      JsonNode declared = operation.declared().path("requestBody");
      if (declared.isMissingNode() && operation.method().equals("POST")) {
        bodyless(operation).body("application/json", large).send().problem(413);
      }
      if (!declared.path("content").has("application/json")
          || operation.id().equals("HandleStripeWebhook")) {
        continue;
      }
      bodyless(operation).body("application/json", large).send().problem(413);
      bodyless(operation).body("application/json", "{").send().problem(400);
      bodyless(operation).body("application/json", "[]").send().problem(400);
      bodyless(operation).body("text/plain", "{}").send().problem(415);
      JsonNode problem =
          bodyless(operation).body("application/json", "{\"nope\": 1}").send().problem(422);
      assertTrue(Answer.pointers(problem).contains("/nope"), problem::toString);
      if (declared.path("required").asBoolean()) {
        bodyless(operation).body("application/json", "").send().problem(400);
      }
    }
    Call form = shop.post("/downloads/" + UUID.randomUUID());
    form.body("application/x-www-form-urlencoded", large).send().expect(413);
    shop.post("/downloads/" + UUID.randomUUID())
        .body("application/x-www-form-urlencoded", "asset_id=%zz")
        .send()
        .expect(400);
  }

  /** With ids that nothing has: what is wrong with the form is said first. */
  private Call bodyless(Contract.Operation operation) {
    return Examples.withoutBody(shop, operation, Examples.unknownIds());
  }
}
