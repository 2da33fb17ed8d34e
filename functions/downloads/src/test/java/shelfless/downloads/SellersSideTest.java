package shelfless.downloads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import shelfless.data.Entitlements.Entitlement;
import shelfless.downloads.TestShop.Answer;
import shelfless.downloads.TestShop.Request;
import shelfless.json.Json;

/** Reissuing, revoking, mailing links again, and telling of what expired. */
class SellersSideTest {
  private static TestShop shop;
  private static String key;

  @BeforeAll
  static void open() {
    shop = new TestShop();
    key = shop.apiKey("entitlements:write");
  }

  @AfterAll
  static void close() {
    shop.close();
  }

  private static Answer look(String token) {
    return new Request("GET").path("download_token", token).to(new GetEntitlement(shop.shared()));
  }

  private static Answer download(String token) {
    return new Request("POST")
        .path("download_token", token)
        .json("{}")
        .to(new CreateDownload(shop.shared()));
  }

  private static Request seller(UUID entitlement) {
    return new Request("POST")
        .path("entitlement_id", entitlement)
        .header("authorization", "Bearer " + key);
  }

  private static Answer reissue(Entitlement entitlement, String body) {
    return seller(entitlement.id()).json(body).to(new ReissueEntitlement(shop.shared()));
  }

  private static Answer revoke(Entitlement entitlement) {
    return seller(entitlement.id())
        .json("{\"reason\": \"Posted in a forum.\"}")
        .to(new RevokeEntitlement(shop.shared()));
  }

  private static Answer lookUp(String email, String address) {
    return new Request("POST")
        .from(address)
        .json("{\"email\": \"" + email + "\"}")
        .to(new ResendLinks(shop.shared()));
  }

  private static int audited(String action, UUID subject) {
    return shop.count(
        "select count(*) from audit_log where action = ? and subject_id = ?",
        action,
        subject.toString());
  }

  @Test
  void aReissuedLinkOpensAndTheOneBeforeIsGoneForGood() {
    UUID product = shop.product(5, 30, true);
    shop.file(product);
    Entitlement bought = shop.buy(product);
    String before = shop.token(bought);

    Answer answer = reissue(bought, "{}");

    assertEquals(200, answer.status(), answer.body());
    String after = answer.json().path("download_token").asText();
    assertNotEquals(before, after);
    assertEquals(410, look(before).status());
    assertEquals("revoked", look(before).code());
    assertEquals(410, download(before).status());
    assertEquals(200, look(after).status());
    assertEquals(5, answer.json().path("downloads_left").asInt());
    assertEquals(1, audited("entitlement.reissued", bought.id()));
    assertEquals(200, reissue(bought, "{}").status());
    assertEquals(410, look(before).status());
    assertEquals(410, look(after).status());
  }

  @Test
  void aReissueCanGiveDownloadsAndDays() {
    UUID product = shop.product(1, 30, false);
    shop.file(product);
    Entitlement bought = shop.buy(product);
    assertEquals(201, download(shop.token(bought)).status());
    shop.clock.advance(Duration.ofDays(31));

    JsonNode json = reissue(bought, "{\"downloads\": 2, \"access_days\": 10}").json();

    assertEquals(2, json.path("downloads_left").asInt());
    assertEquals(
        Json.time(shop.clock.instant().plus(Duration.ofDays(10))),
        json.path("expires_at").asText());
    String token = json.path("download_token").asText();
    assertEquals(1, download(token).json().path("downloads_left").asInt());
    // Used and left are the limit, still.
    assertEquals(3, shop.now(bought).downloadLimit());
  }

  @Test
  void theSameIdempotencyKeyReissuesOnce() {
    Entitlement bought = shop.buy(shop.product(5, 30, false));
    Request request = seller(bought.id()).header("idempotency-key", "reissue-after-a-complaint");

    Answer first = request.json("{\"downloads\": 3}").to(new ReissueEntitlement(shop.shared()));
    Answer second = request.json("{\"downloads\": 3}").to(new ReissueEntitlement(shop.shared()));

    assertEquals(200, first.status(), first.body());
    assertEquals(first.body(), second.body());
    assertEquals(1, shop.now(bought).tokenGeneration());
  }

  @Test
  void aReissueThatCrashedAfterItsCommitIsAnsweredLaterByTheSameKey_andIssuedOnce() {
    Entitlement bought = shop.buy(shop.product(5, 30, false));
    Request request =
        seller(bought.id())
            .header("idempotency-key", "reissue-through-a-crash")
            .json("{\"downloads\": 3}");
    Answer first = request.to(new ReissueEntitlement(shop.shared()));
    // What a crash leaves between the commit and the answer: what was made, and the running call.
    assertEquals(
        1,
        shop.update(
            "update idempotency_key set status = null where scope like 'reissue%' and resource_id = ?",
            bought.id()));
    assertEquals(409, request.to(new ReissueEntitlement(shop.shared())).status());
    shop.clock.advance(Duration.ofSeconds(11));

    Answer again = request.to(new ReissueEntitlement(shop.shared()));

    assertEquals(200, again.status(), again.body());
    assertEquals(first.body(), again.body());
    assertEquals(1, shop.now(bought).tokenGeneration());
    assertEquals(1, audited("entitlement.reissued", bought.id()));
  }

  @Test
  void whatWasRefundedIsNotIssuedAgain() {
    Entitlement bought = shop.buy(shop.product(5, 30, false));
    shop.refund(bought.orderId());

    Answer answer = reissue(bought, "{}");

    assertEquals(409, answer.status());
    assertEquals("revoked", answer.code());
  }

  @Test
  void revokingClosesTheLinkAndTheLicenceOfThatUnitOnly() {
    UUID product = shop.product(5, 30, true);
    shop.file(product);
    var units = shop.buy(product, 2, "ada@example.com");
    Entitlement bought = units.getFirst();

    Answer answer = revoke(bought);

    assertEquals(200, answer.status(), answer.body());
    assertEquals("revoked", answer.json().path("status").asText());
    assertEquals("revoked", answer.json().path("license").path("status").asText());
    assertTrue(answer.json().path("download_token").isNull());
    assertEquals(410, download(shop.token(bought)).status());
    assertEquals("revoked", look(shop.token(bought)).code());
    assertEquals("Posted in a forum.", shop.now(bought).withdrawnReason());
    assertEquals(200, look(shop.token(units.getLast())).status());
    assertEquals(answer.body(), revoke(bought).body());
    assertEquals(1, audited("entitlement.withdrawn", bought.id()));
    assertEquals(1, audited("entitlement.revoked", bought.id()));
  }

  @Test
  void onlyAKeyWithTheScopeMayDoSo() {
    Entitlement bought = shop.buy(shop.product(5, 30, false));
    String other = shop.apiKey("orders:read");
    Request request = new Request("POST").path("entitlement_id", bought.id()).json("{}");

    assertEquals(401, request.to(new ReissueEntitlement(shop.shared())).status());
    request.header("authorization", "Bearer " + other);
    assertEquals(403, request.to(new ReissueEntitlement(shop.shared())).status());
    assertEquals(403, request.to(new RevokeEntitlement(shop.shared())).status());
    assertEquals(
        404, seller(shop.newId()).json("{}").to(new ReissueEntitlement(shop.shared())).status());
    assertEquals(
        422, seller(bought.id()).json("{}").to(new RevokeEntitlement(shop.shared())).status());
    assertEquals(422, reissue(bought, "{\"downloads\": 0}").status());
  }

  @Test
  void linksAreMailedAgainForTheNewestPaidOrderAndTheAnswerTellsNothing() {
    UUID product = shop.product(5, 30, false);
    shop.buy(product, 1, "Grace@Example.com");
    shop.clock.advance(Duration.ofMinutes(1));
    Entitlement newest = shop.buy(product, 1, "grace@example.com").getFirst();
    int before = shop.count("select count(*) from outbox where kind = 'links'");

    Answer known = lookUp("grace@example.COM", "192.0.2.1");
    Answer unknown = lookUp("nobody@example.com", "192.0.2.1");

    assertEquals(202, known.status());
    assertEquals(202, unknown.status());
    assertEquals(known.body(), unknown.body());
    assertEquals("{\"status\":\"accepted\"}", known.body());
    assertEquals(
        1,
        shop.count(
            "select count(*) from outbox where kind = 'links' and subject_id = ?",
            newest.orderId()));
    assertEquals(before + 1, shop.count("select count(*) from outbox where kind = 'links'"));
    assertEquals(422, lookUp("no address", "192.0.2.1").status());
  }

  @Test
  void anAddressIsMailedFiveTimesAnHourKnownOrNot() {
    UUID product = shop.product(5, 30, false);
    shop.buy(product, 1, "often@example.com");
    for (String email : new String[] {"often@example.com", "never@example.com"}) {
      for (int i = 0; i < 5; i++) {
        assertEquals(202, lookUp(email, "192.0.2.2").status());
      }
      assertEquals(429, lookUp(email.replace('e', 'E'), "192.0.2.3").status());
    }
  }

  @Test
  void whatExpiredIsToldOnceAndAgainAfterAReissue() {
    Entitlement bought = shop.buy(shop.product(5, 3, false));
    Entitlement refunded = shop.buy(shop.product(5, 3, false));
    shop.refund(refunded.orderId());
    ExpireEntitlements job = new ExpireEntitlements(shop.shared());
    TestShop.invoke(job, Json.object());
    assertEquals(0, audited("entitlement.expired", bought.id()));
    shop.clock.advance(Duration.ofDays(3));

    assertTrue(TestShop.invoke(job, Json.object()).path("expired").asInt() >= 1);
    assertEquals(0, TestShop.invoke(job, Json.object()).path("expired").asInt());
    assertEquals(1, audited("entitlement.expired", bought.id()));
    assertEquals(0, audited("entitlement.expired", refunded.id()));
    assertEquals(200, reissue(bought, "{\"access_days\": 1}").status());
    shop.clock.advance(Duration.ofDays(1));
    TestShop.invoke(job, Json.object());
    assertEquals(2, audited("entitlement.expired", bought.id()));
  }
}
