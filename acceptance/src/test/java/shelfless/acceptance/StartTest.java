package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a newcomer finds after the first start: a shop of its own, with the demo catalogue. */
final class StartTest {
  @Test
  void theFirstStartHasACatalogueOfRealFilesThatSell() {
    long start = System.nanoTime();
    try (Shop shop = Shop.startDemo("demo")) {
      System.out.printf(
          "The first start, with the demo catalogue, took %.1f s.%n",
          (System.nanoTime() - start) / 1e9);
      List<JsonNode> products =
          Json.stream(shop.get("/v1/products").send().expect(200).json().path("data")).toList();
      assertTrue(products.size() >= 4, "a handbook, software, a free sample, a set of files");
      assertTrue(
          products.stream().anyMatch(each -> each.path("price").path("amount").asLong() == 0));
      assertTrue(products.stream().anyMatch(each -> !each.path("license").isNull()));
      assertTrue(products.stream().anyMatch(each -> each.path("assets").size() > 1));
      List<JsonNode> lines =
          products.stream()
              .<JsonNode>map(each -> Json.of("product", each.path("slug").asText()))
              .toList();
      Purchase purchase = shop.buy(shop.newEmail("newcomer"), lines.toArray(JsonNode[]::new));
      long largest = 0;
      for (JsonNode held : purchase.entitlements()) {
        assertFalse(held.path("files").isEmpty(), held::toString);
        for (JsonNode file : held.path("files")) {
          long size = file.path("file_size").asLong();
          largest = Math.max(largest, size);
          String url =
              purchase
                  .download(held, file.path("asset_id").asText())
                  .expect(201)
                  .json()
                  .path("url")
                  .asText();
          if (size < 10_000_000) {
            byte[] bytes = shop.fetch(url).expect(200).bytes();
            assertEquals(file.path("checksum_sha256").asText(), Shop.sha256(bytes));
          } else {
            assertEquals(
                100,
                shop.fetch(url, "Range", "bytes=" + (size - 100) + "-").expect(206).bytes().length);
          }
        }
      }
      assertTrue(largest > 100_000_000, "one file goes up in parts");
      shop.mails(purchase.email(), 1);
      shop.fetch(shop.address("mail_url")).expect(200);
      assertEquals(List.of(), shop.brokenInvariants());

      // A second shop on the same folder, and one on the same port, say in a line why they don't
      // start.
      int port = URI.create(shop.address("base_url")).getPort();
      String sameFolder = refusal(() -> ShopProcess.start(shop.data(), false, 0));
      assertTrue(sameFolder.contains("Another shop runs on"), sameFolder);
      String samePort =
          refusal(() -> ShopProcess.start(ShopProcess.newFolder("taken"), false, port));
      assertTrue(samePort.contains("Port " + port + " is taken"), samePort);
      assertTrue(Files.exists(shop.data().resolve("local.json")), "the first goes on");
      shop.get("/health").send().expect(200);
    }
  }

  private static String refusal(Runnable start) {
    String said =
        String.valueOf(assertThrows(IllegalStateException.class, start::run).getMessage());
    return said.lines().reduce("", (first, last) -> last);
  }
}
