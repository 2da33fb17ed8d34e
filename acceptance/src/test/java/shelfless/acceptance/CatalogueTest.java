package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Browsing and searching. */
@ExtendWith(SharedShop.class)
final class CatalogueTest {
  private final Shop shop;

  CatalogueTest(Shop shop) {
    this.shop = shop;
  }

  private List<String> titles(String... namesAndValues) {
    Call call = shop.get("/v1/products");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      call.query(namesAndValues[i], namesAndValues[i + 1]);
    }
    return Json.stream(call.send().expect(200).json().path("data"))
        .map(product -> product.path("title").asText())
        .toList();
  }

  @Test
  void aSearchRanksTitlesBeforeTagsBeforeDescriptions() {
    shop.newProductWithoutFile(
        "In the description", Json.of("description", "All about the zephyrine winds."));
    shop.newProductWithoutFile("In the tags", Json.of("tags", List.of("zephyrine")));
    shop.newProductWithoutFile("The zephyrine itself", Json.of());
    shop.newProductWithoutFile("Something else", Json.of());
    assertEquals(
        List.of("The zephyrine itself", "In the tags", "In the description"),
        titles("query", "zephyrine"));
    assertEquals(3, titles("query", "Zephyrines").size(), "English stemming");
    assertEquals(List.of("In the description"), titles("query", "zephyrine winds"));
    assertEquals(List.of("In the description"), titles("query", "\"zephyrine winds\""));
    assertEquals(2, titles("query", "zephyrine -winds").size());
    assertEquals(List.of(), titles("query", "zephyrine nothingelse"));
    for (String odd :
        List.of(
            "'; drop table product;--",
            "%",
            "\"",
            "-",
            "((",
            "\\",
            "书",
            "a & | !",
            "x".repeat(200))) {
      titles("query", odd);
    }
    shop.get("/v1/products").query("query", "x".repeat(201)).send().problem(400);
  }

  @Test
  void tagsFilterAndSortsOrder() {
    String tag = "tag-" + UUID.randomUUID();
    shop.newProductWithoutFile(
        "banana", Json.of("tags", List.of(tag, "fruit"), "price", Json.money(300, "EUR")));
    shop.newProductWithoutFile(
        "Apple", Json.of("tags", List.of(tag), "price", Json.money(100, "EUR")));
    shop.newProductWithoutFile(
        "cherry", Json.of("tags", List.of(tag), "price", Json.money(200, "EUR")));
    assertEquals(List.of("cherry", "Apple", "banana"), titles("tag", tag));
    assertEquals(List.of("cherry", "Apple", "banana"), titles("tag", tag, "sort", "newest"));
    assertEquals(List.of("Apple", "cherry", "banana"), titles("tag", tag, "sort", "price"));
    assertEquals(List.of("banana", "cherry", "Apple"), titles("tag", tag, "sort", "-price"));
    assertEquals(List.of("Apple", "banana", "cherry"), titles("tag", tag, "sort", "title"));
    assertEquals(List.of("banana"), titles("tag", tag, "query", "banana"));
    assertEquals(List.of(), titles("tag", tag.toUpperCase(java.util.Locale.ROOT)));
    assertEquals(titles("sort", "newest"), titles("query", "", "tag", "", "cursor", ""));
  }

  @Test
  void pagesLeaveNothingOutAndShowNothingTwice() {
    String tag = "pages-" + UUID.randomUUID();
    for (int i = 0; i < 7; i++) {
      shop.newProductWithoutFile(
          "Page " + i / 2,
          Json.of(
              "tags", List.of(tag), "price", Json.money(i / 3, "EUR"), "description", "paging"));
    }
    for (String sort : List.of("newest", "price", "-price", "title", "relevance")) {
      List<String> ids = new ArrayList<>();
      String cursor = "";
      do {
        JsonNode page =
            shop.get("/v1/products")
                .query("tag", tag)
                .query("query", "paging")
                .query("sort", sort)
                .query("limit", 2)
                .query("cursor", cursor)
                .send()
                .expect(200)
                .json();
        assertTrue(page.path("data").size() <= 2);
        page.path("data").forEach(product -> ids.add(product.path("id").asText()));
        if (ids.size() == 4) {
          // What comes in between moves nothing.
          shop.newProductWithoutFile("Between", Json.of());
        }
        cursor = page.path("next_cursor").asText("");
      } while (!cursor.isEmpty() && ids.size() < 20);
      assertEquals(7, ids.size(), sort);
      assertEquals(7, ids.stream().distinct().count(), sort);
    }
  }

  @Test
  void thePublicSeeNoDraftsNoMetadataAndNoUnreadyFiles() {
    String tag = "hidden-" + UUID.randomUUID();
    for (String visibility : List.of("draft", "unlisted", "archived")) {
      shop.newProductWithoutFile("Hidden", Json.of("tags", List.of(tag), "visibility", visibility));
    }
    Product shown =
        shop.newProduct(
            "Shown", Json.of("tags", List.of(tag), "metadata", Json.of("supplier", "secret")));
    shop.seller("POST", "/v1/admin/products/" + shown.id() + "/assets")
        .json(
            "file_name",
            "b.txt",
            "mime_type",
            "text/plain",
            "file_size",
            3,
            "checksum_sha256",
            "0".repeat(64))
        .send()
        .expect(201);
    JsonNode page = shop.get("/v1/products").query("tag", tag).send().expect(200).json();
    assertEquals(1, page.path("data").size());
    for (JsonNode seen :
        List.of(
            page.path("data").path(0), shop.get("/v1/products/" + shown.slug()).send().json())) {
      assertFalse(seen.has("metadata"));
      assertEquals(1, seen.path("assets").size());
    }
    JsonNode sellers = shop.adminProduct(shown.id());
    assertEquals("secret", sellers.path("metadata").path("supplier").asText());
    assertEquals(2, sellers.path("assets").size());
  }

  @Test
  void whatIsUnchangedCosts304() {
    String tag = "etag-" + UUID.randomUUID();
    Product product = shop.newProduct("Tagged", Json.of("tags", List.of(tag)));
    String path = "/v1/products/" + product.slug();
    String etag = shop.get(path).send().expect(200).header("ETag");
    assertEquals(0, shop.get(path).header("If-None-Match", etag).send().expect(304).bytes().length);
    assertEquals(
        etag,
        shop.get(path).header("If-None-Match", "\"x\", " + etag).send().expect(304).header("ETag"));
    String list = shop.get("/v1/products").query("tag", tag).send().expect(200).header("ETag");
    shop.get("/v1/products").query("tag", tag).header("If-None-Match", list).send().expect(304);

    shop.seller("PATCH", "/v1/admin/products/" + product.id())
        .header("If-Match", "*")
        .json("description", "changed")
        .send()
        .expect(200);
    Answer changed = shop.get(path).header("If-None-Match", etag).send().expect(200);
    assertNotEquals(etag, changed.header("ETag"));
    shop.get("/v1/products").query("tag", tag).header("If-None-Match", list).send().expect(200);
  }
}
