package shelfless.downloads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import shelfless.data.Entitlements.Entitlement;
import shelfless.downloads.TestShop.Answer;
import shelfless.downloads.TestShop.Request;
import shelfless.runtime.Environment;

/** Rules 6, 7 and 10, and of rule 8 what a refund does to a download. */
class DownloadsTest {
  private static TestShop shop;
  private static CreateDownload createDownload;
  private static GetEntitlement getEntitlement;

  @BeforeAll
  static void open() {
    shop = new TestShop();
    createDownload = new CreateDownload(shop.shared());
    getEntitlement = new GetEntitlement(shop.shared());
  }

  @AfterAll
  static void close() {
    shop.close();
  }

  private static Answer look(Entitlement entitlement) {
    return new Request("GET").path("download_token", shop.token(entitlement)).to(getEntitlement);
  }

  private static Request ask(Entitlement entitlement) {
    return new Request("POST").path("download_token", shop.token(entitlement));
  }

  private static Answer download(Entitlement entitlement, UUID file) {
    return ask(entitlement).json("{\"asset_id\": \"" + file + "\"}").to(createDownload);
  }

  private static void pastTheWindow() {
    shop.clock.advance(Duration.ofMinutes(15));
  }

  @Test
  void lookingCostsNothingHoweverOften() {
    UUID product = shop.product(5, 30, true);
    UUID file = shop.file(product);
    Entitlement bought = shop.buy(product);
    for (int i = 0; i < 20; i++) {
      look(bought);
    }

    Answer answer = look(bought);

    assertEquals(200, answer.status());
    assertEquals("no-store", answer.header("cache-control"));
    JsonNode json = answer.json();
    assertEquals(5, json.path("downloads_left").asInt());
    assertEquals("active", json.path("status").asText());
    assertEquals("The <Handbook>", json.path("product").path("title").asText());
    assertEquals(file.toString(), json.path("files").path(0).path("asset_id").asText());
    assertEquals("active", json.path("license").path("status").asText());
    assertEquals(shop.token(bought), json.path("download_token").asText());
  }

  @Test
  void aDownloadAnswersASignedAddressAndCounts() {
    UUID product = shop.product(5, 30, false);
    UUID file = shop.file(product);
    Entitlement bought = shop.buy(product);

    Answer answer = download(bought, file);

    assertEquals(201, answer.status(), answer.body());
    JsonNode json = answer.json();
    assertTrue(
        json.path("url").asText().startsWith("https://files.example.com/products/" + file + "?"));
    assertTrue(json.path("url").asText().contains("handbook.pdf"));
    assertEquals(
        shop.clock.instant().plus(Duration.ofMinutes(10)).toString(),
        json.path("url_expires_at").asText());
    assertEquals(4, json.path("downloads_left").asInt());
    assertEquals("handbook.pdf", json.path("file_name").asText());
    assertEquals(482_113, json.path("file_size").asLong());
  }

  @Test
  void theSixthDownloadIsUsedUpAndIsStillShown() {
    UUID product = shop.product(5, 30, false);
    UUID file = shop.file(product);
    Entitlement bought = shop.buy(product);
    for (int left = 4; left >= 0; left--) {
      assertEquals(left, download(bought, file).json().path("downloads_left").asInt());
      pastTheWindow();
    }

    Answer sixth = download(bought, file);

    assertEquals(410, sixth.status());
    assertEquals("used_up", sixth.code());
    assertEquals("application/problem+json", sixth.header("content-type"));
    assertEquals(200, look(bought).status());
    assertEquals(0, look(bought).json().path("downloads_left").asInt());
  }

  @Test
  void withinTheRetryWindowTheSameFileIsFreeEvenWhenNoDownloadIsLeft() {
    UUID product = shop.product(1, 30, false);
    UUID file = shop.file(product);
    UUID other = shop.file(product, "appendix.pdf", 100, 1, false);
    Entitlement bought = shop.buy(product);
    assertEquals(0, download(bought, file).json().path("downloads_left").asInt());

    shop.clock.advance(Duration.ofMinutes(14));
    assertEquals(201, download(bought, file).status());
    assertEquals("used_up", download(bought, other).code());
    shop.clock.advance(Duration.ofMinutes(1));

    // The free one a minute ago did not move the window's end.
    assertEquals("used_up", download(bought, file).code());
    assertEquals(
        2, shop.count("select count(*) from download where entitlement_id = ?", bought.id()));
  }

  @Test
  void aBigFilesAddressAndWindowLastLonger() {
    UUID product = shop.product(5, 30, false);
    UUID file = shop.file(product, "film.mp4", 1_000_000_000L, 1, false);
    Entitlement bought = shop.buy(product);

    assertEquals(
        shop.clock.instant().plus(Duration.ofHours(3)).toString(),
        download(bought, file).json().path("url_expires_at").asText());
    shop.clock.advance(Duration.ofHours(2));
    assertEquals(4, download(bought, file).json().path("downloads_left").asInt());
  }

  @Test
  void unlimitedIsNeverUsedUpAndNeverOver() {
    UUID product = shop.product(null, null, false);
    UUID file = shop.file(product);
    Entitlement bought = shop.buy(product);
    for (int i = 0; i < 10; i++) {
      assertTrue(download(bought, file).json().path("downloads_left").isNull());
      shop.clock.advance(Duration.ofDays(400));
    }
    assertTrue(look(bought).json().path("expires_at").isNull());
  }

  @Test
  void whenItsDaysAreOverTheLinkIsGone() {
    UUID product = shop.product(5, 30, false);
    UUID file = shop.file(product);
    Entitlement bought = shop.buy(product);
    assertEquals(201, download(bought, file).status());
    shop.clock.advance(Duration.ofDays(30).minusSeconds(1));
    assertEquals(200, look(bought).status());
    shop.clock.advance(Duration.ofSeconds(1));

    assertEquals(410, look(bought).status());
    assertEquals("expired", look(bought).code());
    assertEquals("expired", download(bought, file).code());
    assertEquals(410, download(bought, file).status());
  }

  @Test
  void afterARefundTheLinkIsGoneAndTheRetryWindowToo() {
    UUID product = shop.product(5, 30, true);
    UUID file = shop.file(product);
    Entitlement bought = shop.buy(product);
    assertEquals(201, download(bought, file).status());

    shop.refund(bought.orderId());

    assertEquals(410, look(bought).status());
    assertEquals("revoked", look(bought).code());
    assertEquals(410, download(bought, file).status());
    assertEquals("revoked", download(bought, file).code());
  }

  @Test
  void aDisputeSuspendsUntilItIsWon() {
    UUID product = shop.product(5, 30, true);
    UUID file = shop.file(product);
    Entitlement bought = shop.buy(product);

    shop.dispute(bought.orderId(), "needs_response");

    assertEquals(200, look(bought).status());
    assertEquals("suspended", look(bought).json().path("status").asText());
    assertEquals(409, download(bought, file).status());
    assertEquals("suspended", download(bought, file).code());
    shop.dispute(bought.orderId(), "won");
    assertEquals(201, download(bought, file).status());
  }

  @Test
  void aNewVersionReachesEarlierBuyersUnlessItIsForNewOnes() {
    UUID product = shop.product(5, 30, false);
    shop.file(product, "a.pdf", 100, 1, false);
    UUID secondOfA = shop.file(product, "a.pdf", 100, 2, false);
    UUID firstOfB = shop.file(product, "b.pdf", 100, 1, false);
    Entitlement early = shop.buy(product);
    shop.clock.advance(Duration.ofDays(1));
    UUID thirdOfA = shop.file(product, "a.pdf", 100, 3, false);
    UUID secondOfB = shop.file(product, "b.pdf", 100, 2, true);
    shop.clock.advance(Duration.ofDays(1));
    Entitlement late = shop.buy(product);

    assertEquals(List.of(thirdOfA, firstOfB), files(early));
    assertEquals(List.of(thirdOfA, secondOfB), files(late));
    assertEquals(404, download(early, secondOfB).status());
    assertEquals(404, download(early, secondOfA).status());
    assertEquals(201, download(early, firstOfB).status());
  }

  private static List<UUID> files(Entitlement entitlement) {
    List<UUID> ids = new ArrayList<>();
    look(entitlement)
        .json()
        .path("files")
        .forEach(file -> ids.add(UUID.fromString(file.path("asset_id").asText())));
    return ids;
  }

  @Test
  void theFileCanBeLeftOutWhereThereIsOne() {
    UUID product = shop.product(5, 30, false);
    Entitlement bought = shop.buy(product);
    assertEquals(404, ask(bought).json("{}").to(createDownload).status());
    shop.file(product);
    assertEquals(201, ask(bought).json("{}").to(createDownload).status());
    shop.file(product, "appendix.pdf", 100, 1, false);

    assertEquals(422, ask(bought).json("{}").to(createDownload).status());
  }

  @Test
  void whatIsNotAskedForRightlyIsRefusedAndCountsNothing() {
    UUID product = shop.product(5, 30, false);
    UUID file = shop.file(product);
    Entitlement bought = shop.buy(product);

    assertEquals(400, ask(bought).json("{").to(createDownload).status());
    assertEquals(422, ask(bought).json("{\"asset_id\": 7}").to(createDownload).status());
    assertEquals(422, ask(bought).json("{\"asset_id\": \"7\"}").to(createDownload).status());
    assertEquals(
        422,
        ask(bought)
            .json("{\"asset_id\": \"" + file + "\", \"asset\": 1}")
            .to(createDownload)
            .status());
    assertEquals(415, ask(bought).form("asset_id=" + file).to(createDownload).status());
    assertEquals(404, download(bought, shop.newId()).status());
    assertEquals(5, shop.now(bought).downloadsLeft());
  }

  @Test
  void aWrongTokenIsNotFoundAndAfterSixtyAMinuteTooMany() {
    Entitlement bought = shop.buy(shop.product(5, 30, false));
    for (int i = 0; i < 60; i++) {
      String wrong = i % 2 == 0 ? UUID.randomUUID().toString() : "not-a-token";
      assertEquals(
          404,
          new Request("GET")
              .from("198.51.100.7")
              .path("download_token", wrong)
              .to(getEntitlement)
              .status());
    }

    Answer next =
        new Request("GET")
            .from("198.51.100.7")
            .path("download_token", UUID.randomUUID())
            .to(getEntitlement);

    assertEquals(429, next.status());
    assertNotEquals("", next.header("retry-after"));
    assertEquals(
        200,
        new Request("GET")
            .from("198.51.100.7")
            .path("download_token", shop.token(bought))
            .to(getEntitlement)
            .status());
  }

  @Test
  void aTokenHas120DownloadsAMinute() {
    UUID product = shop.product(null, 30, false);
    UUID file = shop.file(product);
    Entitlement bought = shop.buy(product);
    for (int i = 0; i < 120; i++) {
      assertEquals(201, download(bought, file).status());
    }

    assertEquals(429, download(bought, file).status());
  }

  @Test
  void theSameIdempotencyKeyAnswersTheSameAddress() {
    UUID product = shop.product(5, 30, false);
    UUID file = shop.file(product);
    Entitlement bought = shop.buy(product);
    String key = "0f6e5b0a-2c1c-4c57-9b5e-0d7f0c1a9e11";
    String body = "{\"asset_id\": \"" + file + "\"}";
    Answer first = ask(bought).header("idempotency-key", key).json(body).to(createDownload);
    shop.clock.advance(Duration.ofHours(1));

    Answer second = ask(bought).header("idempotency-key", key).json(body).to(createDownload);

    assertEquals(201, second.status());
    assertEquals(first.body(), second.body());
    assertEquals(
        422, ask(bought).header("idempotency-key", key).json("{}").to(createDownload).status());
    shop.refund(bought.orderId());
    assertEquals(
        410, ask(bought).header("idempotency-key", key).json(body).to(createDownload).status());
  }

  @Test
  void whatFailedAfterItWasGrantedIsAnsweredLaterByTheSameKey_andCountsOnce() {
    UUID product = shop.product(5, 30, false);
    UUID file = shop.file(product);
    Entitlement bought = shop.buy(product);
    Request request =
        ask(bought)
            .header("idempotency-key", "9c0e7f52-4f7b-4f0e-8a51-6f6a2a7f9d10")
            .json("{\"asset_id\": \"" + file + "\"}");
    try (Environment unsigned =
        shop.environment(Map.of("DOWNLOAD_SIGNING_SECRET", "nobody knows it"))) {
      assertEquals(500, request.to(new CreateDownload(unsigned)).status());
    }
    assertEquals(4, shop.now(bought).downloadsLeft());

    Answer again = request.to(createDownload);

    assertEquals(201, again.status(), again.body());
    assertEquals(4, again.json().path("downloads_left").asInt());
    assertEquals(
        1, shop.count("select count(*) from download where entitlement_id = ?", bought.id()));
  }

  @Test
  void ofManyAtOnceExactlyAsManyAreGrantedAsAreLeft() throws Exception {
    int callers = 32;
    int limit = 3;
    UUID product = shop.product(limit, 30, false);
    List<UUID> files = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      files.add(shop.file(product, "file-" + i + ".pdf", 100, 1, false));
    }
    List<Environment> environments = new ArrayList<>();
    CyclicBarrier barrier = new CyclicBarrier(callers);
    try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
      for (int i = 0; i < callers; i++) {
        environments.add(shop.environment());
      }
      for (int round = 0; round < 5; round++) {
        Entitlement bought = shop.buy(product);
        List<Future<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
          UUID file = files.get(i);
          CreateDownload handler = new CreateDownload(environments.get(i));
          answers.add(
              threads.submit(
                  () -> {
                    barrier.await();
                    return ask(bought).json("{\"asset_id\": \"" + file + "\"}").to(handler);
                  }));
        }
        int granted = 0;
        for (Future<Answer> answer : answers) {
          if (answer.get().status() == 201) {
            granted++;
          } else {
            assertEquals("used_up", answer.get().code());
          }
        }
        assertEquals(limit, granted);
        assertEquals(0, shop.now(bought).downloadsLeft());
        assertEquals(
            limit,
            shop.count(
                "select count(*) from download where entitlement_id = ? and charged", bought.id()));
      }
    } finally {
      environments.forEach(Environment::close);
    }
  }

  @Test
  void manyAtOnceForOneFileAreChargedOnce() throws Exception {
    int callers = 16;
    UUID product = shop.product(5, 30, false);
    UUID file = shop.file(product);
    Entitlement bought = shop.buy(product);
    List<Environment> environments = new ArrayList<>();
    CyclicBarrier barrier = new CyclicBarrier(callers);
    try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
      List<Future<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        Environment environment = shop.environment();
        environments.add(environment);
        answers.add(
            threads.submit(
                () -> {
                  barrier.await();
                  return ask(bought)
                      .json("{\"asset_id\": \"" + file + "\"}")
                      .to(new CreateDownload(environment));
                }));
      }
      for (Future<Answer> answer : answers) {
        assertEquals(201, answer.get().status(), answer.get().body());
        assertEquals(4, answer.get().json().path("downloads_left").asInt());
      }
    } finally {
      environments.forEach(Environment::close);
    }
  }

  @Test
  void noDownloadIsGrantedAtOrAfterItsRevocation() throws Exception {
    int callers = 8;
    UUID product = shop.product(null, 30, false);
    UUID file = shop.file(product);
    List<Environment> environments = new ArrayList<>();
    CyclicBarrier barrier = new CyclicBarrier(callers + 1);
    try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
      for (int i = 0; i < callers; i++) {
        environments.add(shop.environment());
      }
      for (int round = 0; round < 10; round++) {
        Entitlement bought = shop.buy(product);
        List<Future<List<Integer>>> answers = new ArrayList<>();
        for (Environment environment : environments) {
          answers.add(
              threads.submit(
                  () -> {
                    CreateDownload handler = new CreateDownload(environment);
                    barrier.await();
                    List<Integer> statuses = new ArrayList<>();
                    for (int i = 0; i < 5; i++) {
                      statuses.add(
                          ask(bought)
                              .json("{\"asset_id\": \"" + file + "\"}")
                              .to(handler)
                              .status());
                    }
                    return statuses;
                  }));
        }
        barrier.await();
        shop.refund(bought.orderId());
        int grantedBefore =
            shop.count("select count(*) from download where entitlement_id = ?", bought.id());
        int granted = 0;
        for (Future<List<Integer>> answer : answers) {
          boolean gone = false;
          for (int status : answer.get()) {
            assertTrue(status == 201 || status == 410, "status " + status);
            assertFalse(gone && status == 201, "granted again after a refusal");
            gone |= status == 410;
            granted += status == 201 ? 1 : 0;
          }
        }
        // The refund is committed: none was granted since.
        assertEquals(grantedBefore, granted);
      }
    } finally {
      environments.forEach(Environment::close);
    }
  }
}
