package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the seller does besides selling: products, access, reports, the audit log. */
@ExtendWith(SharedShop.class)
final class SellerTest {
  private final Shop shop;

  SellerTest(Shop shop) {
    this.shop = shop;
  }

  @Test
  void slugAndSkuAreMadeFromTheTitle() {
    String word = "w" + UUID.randomUUID().toString().substring(0, 8);
    Product first = shop.newProductWithoutFile("Über " + word + " & Co.!", Json.of());
    assertTrue(first.slug().matches("[a-z0-9]+(-[a-z0-9]+)*"), first.slug());
    assertTrue(first.slug().contains(word));
    assertEquals(first.slug().toUpperCase(java.util.Locale.ROOT), first.sku());
    Product second = shop.newProductWithoutFile("Über " + word + " & Co.!", Json.of());
    assertNotEquals(first.slug(), second.slug());
    for (String field : List.of("slug", "sku")) {
      String value = field.equals("slug") ? first.slug() : first.sku();
      shop.seller("POST", "/v1/admin/products")
          .json("title", "x", "price", Json.money(1, "EUR"), field, value)
          .send()
          .problem(409, field + "_taken");
      shop.seller("PATCH", "/v1/admin/products/" + second.id())
          .header("If-Match", "*")
          .json(field, value)
          .send()
          .problem(409, field + "_taken");
    }
    JsonNode draft =
        shop.seller("POST", "/v1/admin/products")
            .json("title", "Only what is needed", "price", Json.money(0, "EUR"))
            .send()
            .expect(201)
            .json();
    assertEquals("draft", draft.path("visibility").asText());
    assertEquals(5, draft.path("delivery").path("download_limit").asInt());
    assertEquals(30, draft.path("delivery").path("access_days").asInt());
    assertTrue(draft.path("license").isNull());
  }

  @Test
  void aProductHasAtMostAHundredFiles_andAnOrderAtMostFiveThousand() {
    Product product = shop.newProductWithoutFile("Many Files", Json.of());
    for (int i = 1; i <= 51; i++) {
      shop.upload(product.id(), i + ".txt", new byte[] {(byte) i});
    }
    shop.post("/v1/quotes").json("items", List.of(Shop.line(product, 98))).send().expect(200);
    JsonNode problem =
        shop.post("/v1/quotes").json("items", List.of(Shop.line(product, 99))).send().problem(422);
    assertEquals("/items", problem.path("errors").path(0).path("pointer").asText());
    for (int i = 52; i <= 100; i++) {
      announce(product, i).expect(201);
    }
    announce(product, 101).problem(409, "too_many_files");
  }

  private Answer announce(Product product, int number) {
    return shop.seller("POST", "/v1/admin/products/" + product.id() + "/assets")
        .json(
            "file_name",
            number + ".txt",
            "mime_type",
            "text/plain",
            "file_size",
            1,
            "checksum_sha256",
            "0".repeat(64))
        .send();
  }

  @Test
  void aProductIsChangedByMergePatchWithItsTag() {
    Product product =
        shop.newProductWithoutFile(
            "Patched",
            Json.of(
                "metadata",
                Json.of("a", 1, "b", 2),
                "tags",
                List.of("x", "y"),
                "license",
                Json.of("activation_limit", 2)));
    String path = "/v1/admin/products/" + product.id();
    String etag = shop.seller("GET", path).send().expect(200).header("ETag");
    shop.seller("PATCH", path).json("title", "No tag").send().problem(428);
    shop.seller("PATCH", path)
        .header("If-Match", "\"stale\"")
        .json("title", "Stale")
        .send()
        .problem(412);
    var patch =
        Json.of("title", "Patched Once", "price", Json.of("amount", 77), "tags", List.of("z"));
    patch.putNull("license");
    patch.putObject("metadata").put("c", 3).putNull("a");
    patch.putObject("delivery").putNull("access_days");
    Answer changed =
        shop.seller("PATCH", path)
            .header("If-Match", etag)
            .body("application/merge-patch+json", patch.toString())
            .send()
            .expect(200);
    JsonNode now = changed.json();
    assertEquals("Patched Once", now.path("title").asText());
    assertEquals(77, now.path("price").path("amount").asLong());
    assertEquals("EUR", now.path("price").path("currency").asText());
    assertEquals(Json.of("b", 2, "c", 3), now.path("metadata"));
    assertEquals(1, now.path("tags").size());
    assertEquals(5, now.path("delivery").path("download_limit").asInt());
    assertTrue(now.path("delivery").path("access_days").isNull());
    assertTrue(now.path("license").isNull());
    assertNotEquals(etag, changed.header("ETag"));
    shop.seller("PATCH", path).header("If-Match", etag).json("title", "Late").send().problem(412);
    shop.seller("PATCH", path)
        .header("If-Match", changed.header("ETag"))
        .json("title", "Twice")
        .send()
        .expect(200);
    for (String wrong :
        List.of(
            "{\"title\":null}",
            "{\"visibility\":null}",
            "{\"prize\":1}",
            "{\"price\":{\"amount\":-1}}",
            "{\"id\":\"x\"}")) {
      shop.seller("PATCH", path)
          .header("If-Match", "*")
          .body("application/json", wrong)
          .send()
          .problem(422);
    }
    assertEquals(
        List.of("product.created", "product.updated", "product.updated"),
        shop.audit("product", product.id()).stream()
            .map(row -> row.path("action").asText())
            .toList());
  }

  @Test
  void aReissuedLinkReplacesTheOldOne() {
    Product product = shop.newProduct("Reissued", 500);
    Purchase purchase = shop.buy(product);
    JsonNode before = purchase.entitlement();
    String old = before.path("download_token").asText();
    for (int i = 0; i < 5; i++) {
      purchase.download().expect(201);
      shop.advance(Duration.ofMinutes(16));
    }
    purchase.download().problem(410, "used_up");
    String path = "/v1/admin/entitlements/" + before.path("id").asText();
    JsonNode fresh =
        shop.seller("POST", path + "/reissue")
            .json("downloads", 2, "access_days", 60)
            .send()
            .expect(200)
            .json();
    assertNotEquals(old, fresh.path("download_token").asText());
    assertEquals(2, fresh.path("downloads_left").asInt());
    shop.get("/v1/entitlements/" + old).send().problem(410, "revoked");
    shop.get("/downloads/" + old).send().expect(410);
    purchase.download(old, product.file().assetId()).problem(410, "revoked");
    assertEquals(fresh.path("download_token"), purchase.entitlement().path("download_token"));
    purchase.download().expect(201);
    shop.advance(Duration.ofDays(45));
    purchase.download().expect(201);
    shop.seller("POST", path + "/reissue").send().expect(200);
    for (Object wrong : List.of(0, -1, "5", 1.5)) {
      shop.seller("POST", path + "/reissue").json("downloads", wrong).send().problem(422);
    }
    List<String> actions =
        shop.audit("entitlement", before.path("id").asText()).stream()
            .map(row -> row.path("action").asText())
            .toList();
    assertEquals(2, actions.stream().filter("entitlement.reissued"::equals).count());
  }

  @Test
  void anEntitlementThatIsRevokedByHandStaysSo() {
    Product product =
        shop.newProduct("Revoked by Hand", Json.of("license", Json.of("activation_limit", 1)));
    Purchase purchase = shop.order(shop.newEmail("two"), Shop.line(product, 2)).pay().delivered();
    String id = purchase.entitlements().getFirst().path("id").asText();
    String token = purchase.entitlements().getFirst().path("download_token").asText();
    String path = "/v1/admin/entitlements/" + id;
    shop.seller("POST", path + "/revoke").json("reason", " ").send().problem(422);
    JsonNode revoked =
        shop.seller("POST", path + "/revoke")
            .json("reason", "Posted in public.")
            .send()
            .expect(200)
            .json();
    assertEquals("revoked", revoked.path("status").asText());
    assertEquals("revoked", revoked.path("license").path("status").asText());
    shop.get("/v1/entitlements/" + token).send().problem(410, "revoked");
    shop.seller("POST", path + "/revoke").json("reason", "Again.").send().expect(200);
    shop.seller("POST", path + "/reissue").send().problem(409, "revoked");
    purchase.call("POST", "/reconcile").send().expect(200);
    assertEquals("paid", purchase.status());
    assertEquals(
        List.of("revoked", "active"),
        purchase.entitlements().stream().map(each -> each.path("status").asText()).toList());
    JsonNode row =
        shop.audit("entitlement", id).stream()
            .filter(each -> each.path("action").asText().equals("entitlement.withdrawn"))
            .findFirst()
            .orElseThrow();
    assertTrue(row.path("actor").asText().startsWith("api_key:"));
  }

  @Test
  void aDeliveryThatGotStuckIsRedriven_rule3() {
    Product product = shop.newProduct("Stuck", 500);
    Purchase pending = shop.order(product);
    shop.seller("POST", "/v1/admin/orders/" + pending.id() + "/fulfill")
        .send()
        .problem(409, "order_not_paid");
    Purchase purchase = shop.order(product);
    String name = "stuck_" + product.id().replace("-", "");
    // A sequence counts also what is rolled back.
    shop.sql("create sequence " + name);
    shop.sql("grant usage on sequence " + name + " to app");
    shop.sql(
        """
        create function %1$s() returns trigger language plpgsql as $$
        begin
          if new.product_id = '%2$s' then
            perform nextval('%1$s');
            raise exception 'stuck' using errcode = 'XX001';
          end if;
          return new;
        end $$
        """
            .formatted(name, product.id()));
    shop.sql(
        "create trigger %1$s before insert on entitlement for each row execute function %1$s()"
            .formatted(name));
    try {
      purchase.pay().becomes("paid");
      // The webhook tries, and the queue once; the queue's next try is a time-out away.
      shop.await(
          "both tries to deliver",
          () -> Long.parseLong(shop.query("select last_value from " + name).getFirst()),
          tries -> tries >= 2);
      assertEquals(0, purchase.entitlements().size());
    } finally {
      shop.sql("drop trigger " + name + " on entitlement");
    }
    JsonNode delivered =
        shop.seller("POST", "/v1/admin/orders/" + purchase.id() + "/fulfill")
            .send()
            .expect(200)
            .json();
    assertEquals(1, delivered.path("entitlements").size());
    shop.seller("POST", "/v1/admin/orders/" + purchase.id() + "/fulfill").send().expect(200);
    purchase.delivered().download().expect(201);
    shop.mails(purchase.email(), 1);
  }

  @Test
  void ordersAreFoundByEmailNumberStatusAndTime() {
    Product product = shop.newProduct("Found", 500);
    String email = shop.newEmail("found");
    List<Purchase> purchases = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      purchases.add(shop.order(email, Shop.line(product, 1)));
    }
    purchases.getFirst().pay().delivered();
    assertEquals(3, orders("email", email.toUpperCase(java.util.Locale.ROOT)).size());
    assertEquals(1, orders("email", email, "status", "paid").size());
    assertEquals(2, orders("email", email, "status", "pending").size());
    String number = purchases.get(1).placed().path("order").path("number").asText();
    assertEquals(purchases.get(1).id(), orders("number", number).getFirst().path("id").asText());
    assertEquals(0, orders("email", email, "to", "2020-01-01").size());
    assertEquals(3, orders("email", email, "from", shop.now().minusSeconds(600).toString()).size());
    assertEquals(
        purchases.reversed().stream().map(Purchase::id).toList(),
        orders("email", email).stream().map(each -> each.path("id").asText()).toList(),
        "newest first");
    JsonNode page =
        shop.seller("GET", "/v1/admin/orders")
            .query("email", email)
            .query("limit", 2)
            .send()
            .json();
    JsonNode rest =
        shop.seller("GET", "/v1/admin/orders")
            .query("email", email)
            .query("limit", 2)
            .query("cursor", page.path("next_cursor").asText())
            .send()
            .expect(200)
            .json();
    assertEquals(1, rest.path("data").size());
    assertTrue(rest.path("next_cursor").isNull());
  }

  private List<JsonNode> orders(String... namesAndValues) {
    Call call = shop.seller("GET", "/v1/admin/orders");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      call.query(namesAndValues[i], namesAndValues[i + 1]);
    }
    return Json.stream(call.send().expect(200).json().path("data")).toList();
  }

  @Test
  void theSalesReportAddsUp() {
    // A span of days that no other test has.
    shop.advance(Duration.ofDays(3));
    LocalDate day = LocalDate.ofInstant(shop.now(), ZoneOffset.UTC);
    Product book = shop.newProduct("Report Book", 1000);
    Product tool = shop.newProduct("Report Tool", 2500);
    Product yen = shop.newProduct("Report Yen", Json.of("price", Json.money(500, "JPY")));
    Purchase first = shop.buy(shop.newEmail("r1"), Shop.line(book, 2), Shop.line(tool, 1));
    Purchase second = shop.buy(shop.newEmail("r2"), Shop.line(book, 1));
    shop.buy(yen);
    shop.order(book);
    shop.refund(
        first, "items", List.of(Json.of("order_item_id", first.itemOf(book), "quantity", 1)));
    shop.refund(second, "amount", Json.money(400, "EUR"));

    String from = day.toString();
    String to = LocalDate.ofInstant(shop.now(), ZoneOffset.UTC).plusDays(1).toString();
    JsonNode byProduct = report(from, to, "product");
    assertEquals(List.of(3L, 3000L, 1400L, 1600L), figures(row(byProduct, book.id())));
    assertEquals(List.of(1L, 2500L, 0L, 2500L), figures(row(byProduct, tool.id())));
    assertEquals(List.of(1L, 500L, 0L, 500L), figures(row(byProduct, yen.id())));
    JsonNode byCurrency = report(from, to, "currency");
    assertEquals(List.of(4L, 5500L, 1400L, 4100L), figures(row(byCurrency, "EUR")));
    assertEquals(2, row(byCurrency, "EUR").path("orders").asInt());
    assertEquals(List.of(1L, 500L, 0L, 500L), figures(row(byCurrency, "JPY")));
    JsonNode byMonth = report(from, to, "month");
    assertEquals(
        4600,
        Json.stream(byMonth.path("rows"))
            .mapToLong(row -> row.path("net").path("amount").asLong())
            .sum());

    Answer csv =
        shop.seller("GET", "/v1/admin/reports/sales")
            .query("from", from)
            .query("to", to)
            .query("group_by", "product")
            .query("format", "csv")
            .send()
            .expect(200);
    assertEquals("text/csv", csv.mediaType());
    assertTrue(csv.header("Content-Disposition").startsWith("attachment; filename=\"sales-"));
    List<String> lines = Arrays.asList(csv.text().split("\r\n"));
    assertEquals("key,currency,orders,units,gross,discount,tax,refunded,net", lines.getFirst());
    assertEquals(byProduct.path("rows").size(), lines.size() - 1);
    assertTrue(lines.contains(book.id() + ",EUR,2,3,3000,0,0,1400,1600"), csv::text);
    assertEquals(
        csv.text(),
        shop.seller("GET", "/v1/admin/reports/sales")
            .query("from", from)
            .query("to", to)
            .query("group_by", "product")
            .header("Accept", "text/csv")
            .send()
            .expect(200)
            .text());
    shop.seller("GET", "/v1/admin/reports/sales")
        .query("from", to)
        .query("to", from)
        .send()
        .problem(400);
  }

  private JsonNode report(String from, String to, String groupBy) {
    return shop.seller("GET", "/v1/admin/reports/sales")
        .query("from", from)
        .query("to", to)
        .query("group_by", groupBy)
        .send()
        .expect(200)
        .json();
  }

  private static JsonNode row(JsonNode report, String key) {
    return Json.stream(report.path("rows"))
        .filter(row -> row.path("key").asText().equals(key))
        .findFirst()
        .orElse(JsonNodeFactory.instance.missingNode());
  }

  private static List<Long> figures(JsonNode row) {
    return List.of(
        row.path("units").asLong(),
        row.path("gross").path("amount").asLong(),
        row.path("refunded").path("amount").asLong(),
        row.path("net").path("amount").asLong());
  }

  @Test
  void everyChangeLeavesARowThatSaysWhoDidIt_rule13() {
    Product product =
        shop.newProduct("Audited", Json.of("license", Json.of("activation_limit", 1)));
    Purchase purchase = shop.buy(product);
    JsonNode refund = shop.refund(purchase);
    shop.seller("DELETE", "/v1/admin/assets/" + product.file().assetId()).send().expect(204);
    shop.seller("DELETE", "/v1/admin/products/" + product.id()).send().expect(204);
    assertActions("product", product.id(), "product.created", "product.deleted");
    assertTrue(
        shop.audit("product_asset", product.file().assetId()).size()
                + shop.audit("asset", product.file().assetId()).size()
            >= 2);
    assertActions(
        "order", purchase.id(), "order.created", "order.paid", "order.fulfilled", "order.refunded");
    assertActions("refund", refund.path("id").asText(), "refund.requested", "refund.succeeded");
    assertActions(
        "entitlement",
        purchase.entitlement().path("id").asText(),
        "entitlement.issued",
        "entitlement.revoked");
    assertTrue(
        shop.audit("product", product.id())
            .getFirst()
            .path("actor")
            .asText()
            .startsWith("api_key:"));
    assertEquals(
        "order:" + purchase.id(),
        shop.audit("order", purchase.id()).getFirst().path("actor").asText());
    JsonNode newest =
        shop.seller("GET", "/v1/admin/audit-log")
            .query("action", "product.deleted")
            .query("limit", 1)
            .send()
            .json();
    assertEquals(product.id(), newest.path("data").path(0).path("subject").path("id").asText());
  }

  private void assertActions(String type, String id, String... wanted) {
    List<String> actions =
        shop.audit(type, id).stream().map(row -> row.path("action").asText()).toList();
    for (String action : wanted) {
      assertTrue(actions.contains(action), () -> type + " has only " + actions + ", not " + action);
    }
    assertFalse(actions.isEmpty());
  }
}
