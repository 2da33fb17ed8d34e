package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is in the database, and what a copy of it would give away. */
@ExtendWith(SharedShop.class)
final class AtRestTest {
  private final Shop shop;

  AtRestTest(Shop shop) {
    this.shop = shop;
  }

  private List<String> tablesWith(String text) {
    List<String> found = new ArrayList<>();
    for (String table :
        shop.query(
            "select quote_ident(table_name) from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'")) {
      long rows =
          Long.parseLong(
              shop.query(
                      "select count(*) from %s row_ where position('%s' in lower(row_::text)) > 0"
                          .formatted(table, text.toLowerCase(java.util.Locale.ROOT)))
                  .getFirst());
      if (rows > 0) {
        found.add(table);
      }
    }
    return found;
  }

  @Test
  void noTokenIsStored_soACopyOfTheDatabaseOpensNoDoor_rule14() {
    String email = shop.newEmail("at.rest");
    Purchase purchase = shop.buy(email, Shop.line(shop.newProduct("At Rest", 500), 1));
    purchase.download().expect(201);
    shop.mails(email, 1);
    shop.post("/v1/orders/lookup").json("email", email).send().expect(202);
    shop.mails(email, 2);
    shop.refund(purchase);
    shop.mails(email, 3);
    for (String secret : List.of(purchase.token(), purchase.downloadToken(), shop.apiKey())) {
      assertTrue(secret.length() > 20);
      assertEquals(List.of(), tablesWith(secret));
    }
    assertEquals(
        List.of("order_contact"),
        tablesWith(email),
        "the address is in one place, to be erased there");
  }

  @Test
  void thePaymentsEvidenceNamesNoPerson() {
    String email = shop.newEmail("paying");
    Purchase purchase =
        shop.order(
                Json.of(
                    "email",
                    email,
                    "name",
                    "Unmistakable Person",
                    "items",
                    List.of(Shop.line(shop.newProduct("Evidence", 500), 1))))
            .pay()
            .delivered();
    assertEquals("paid", purchase.status());
    assertEquals(List.of("order_contact"), tablesWith("Unmistakable Person"));
    for (String evidence :
        shop.query(
            "select raw_response::text from payment union all select payload::text from provider_event")) {
      assertFalse(
          evidence.matches("(?s).*(last4|billing|email|\"name\"|address|fingerprint).*"), evidence);
    }
  }

  @Test
  void whatIsPrintedAtTheStartHoldsNoSecret() throws IOException {
    String console =
        Files.readString(shop.data().resolveSibling(shop.data().getFileName() + ".console"));
    assertTrue(console.contains(shop.address("base_url")));
    for (String secret : List.of(shop.apiKey(), shop.address("admin_password"))) {
      assertFalse(console.contains(secret));
    }
  }
}
