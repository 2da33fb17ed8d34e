package shelfless.downloads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import shelfless.data.Entitlements.Entitlement;
import shelfless.downloads.TestShop.Answer;
import shelfless.downloads.TestShop.Request;

class DownloadPageTest {
  private static TestShop shop;
  private static ShowDownload showDownload;
  private static StartDownload startDownload;

  @BeforeAll
  static void open() {
    shop = new TestShop();
    showDownload = new ShowDownload(shop.shared());
    startDownload = new StartDownload(shop.shared());
  }

  @AfterAll
  static void close() {
    shop.close();
  }

  private static Answer show(Entitlement entitlement) {
    return new Request("GET").path("download_token", shop.token(entitlement)).to(showDownload);
  }

  private static Request press(Entitlement entitlement, UUID file) {
    return new Request("POST")
        .path("download_token", shop.token(entitlement))
        .form("asset_id=" + file);
  }

  @Test
  void thePageShowsAllThatTheBuyerNeedsAndChangesNothing() {
    UUID product = shop.product(5, 30, true);
    UUID file = shop.file(product, "<b>\"handbook\".pdf", 482_113, 1, false);
    Entitlement bought = shop.buy(product);
    for (int i = 0; i < 20; i++) {
      show(bought);
    }

    Answer page = show(bought);

    assertEquals(200, page.status());
    assertEquals("text/html; charset=utf-8", page.header("content-type"));
    assertEquals("no-store", page.header("cache-control"));
    assertEquals("no-referrer", page.header("referrer-policy"));
    assertTrue(
        page.header("content-security-policy")
            .contains("form-action 'self' https://files.example.com;"));
    assertTrue(page.body().contains("<h1>The &lt;Handbook&gt;</h1>"), page.body());
    assertTrue(page.body().contains("&lt;b&gt;"), page.body());
    assertFalse(page.body().contains("<b>"), page.body());
    assertTrue(page.body().contains("5 of 5"), page.body());
    assertTrue(page.body().contains("482 kB"), page.body());
    assertTrue(page.body().contains("name=\"asset_id\" value=\"" + file + "\""), page.body());
    assertTrue(
        page.body()
            .contains(String.valueOf(bought.license() == null ? "?" : bought.license().key())),
        page.body());
    assertEquals(5, shop.now(bought).downloadsLeft());
  }

  @Test
  void headAnswersAsGetWithoutTheBody() {
    Entitlement bought = shop.buy(shop.product(5, 30, false));

    Answer head = new Request("HEAD").path("download_token", shop.token(bought)).to(showDownload);

    assertEquals(200, head.status());
    assertEquals("", head.body());
    assertEquals(
        404,
        new Request("HEAD").path("download_token", UUID.randomUUID()).to(showDownload).status());
  }

  @Test
  void theButtonCountsAndLeadsToTheFile() {
    UUID product = shop.product(5, 30, false);
    UUID file = shop.file(product);
    Entitlement bought = shop.buy(product);

    Answer answer = press(bought, file).header("sec-fetch-site", "same-origin").to(startDownload);

    assertEquals(303, answer.status());
    assertTrue(
        answer.header("location").startsWith("https://files.example.com/products/" + file + "?"));
    assertEquals(4, shop.now(bought).downloadsLeft());
    assertTrue(show(bought).body().contains("Free to repeat until"));
  }

  @Test
  void anotherSitesFormIsRefusedAndCountsNothing() {
    UUID product = shop.product(5, 30, false);
    UUID file = shop.file(product);
    Entitlement bought = shop.buy(product);

    for (String site : new String[] {"cross-site", "same-site"}) {
      assertEquals(
          403, press(bought, file).header("sec-fetch-site", site).to(startDownload).status());
    }
    assertEquals(422, press(bought, file).form("asset_id=x").to(startDownload).status());
    assertEquals(422, press(bought, file).form("asset=x").to(startDownload).status());
    assertEquals(415, press(bought, file).json("{}").to(startDownload).status());
    assertEquals(404, press(bought, shop.newId()).to(startDownload).status());
    assertEquals(5, shop.now(bought).downloadsLeft());
  }

  @Test
  void usedUpOffersOnlyWhatIsStillFree() {
    UUID product = shop.product(1, 30, false);
    UUID file = shop.file(product);
    UUID other = shop.file(product, "appendix.pdf", 100, 1, false);
    Entitlement bought = shop.buy(product);
    press(bought, file).to(startDownload);

    Answer page = show(bought);

    assertEquals(200, page.status());
    assertTrue(page.body().contains("All downloads of this purchase have been used."));
    assertTrue(page.body().contains("value=\"" + file + "\""), page.body());
    assertFalse(page.body().contains("value=\"" + other + "\""), page.body());
    shop.clock.advance(Duration.ofMinutes(15));
    assertFalse(show(bought).body().contains("<form"));
    Answer refused = press(bought, file).to(startDownload);
    assertEquals(410, refused.status());
    assertTrue(refused.body().contains("<h1>All downloads are used</h1>"), refused.body());
  }

  @Test
  void whatDoesNotOpenSaysWhyOnAPage() {
    UUID product = shop.product(5, 30, false);
    UUID file = shop.file(product);
    Entitlement refunded = shop.buy(product);
    shop.refund(refunded.orderId());
    Entitlement disputed = shop.buy(product);
    shop.dispute(disputed.orderId(), "needs_response");

    assertEquals(410, show(refunded).status());
    assertTrue(show(refunded).body().contains("refunded"), show(refunded).body());
    assertEquals(200, show(disputed).status());
    assertTrue(show(disputed).body().contains("paused"), show(disputed).body());
    assertFalse(show(disputed).body().contains("<form"));
    assertEquals(409, press(disputed, file).to(startDownload).status());
    Entitlement expired = shop.buy(product);
    shop.clock.advance(Duration.ofDays(31));
    assertEquals(410, show(expired).status());
    assertTrue(show(expired).body().contains("This link has expired"));
  }

  @Test
  void sizesReadAsPeopleWriteThem() {
    assertEquals("999 bytes", DownloadPage.size(999));
    assertEquals("1.0 kB", DownloadPage.size(1000));
    assertEquals("482 kB", DownloadPage.size(482_113));
    assertEquals("1.0 MB", DownloadPage.size(999_999));
    assertEquals("1.5 GB", DownloadPage.size(1_500_000_000));
  }
}
