package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Outside services that fail: nothing is lost, nothing is doubled, and who asks is told when to
 * come back.
 */
@ExtendWith(SharedShop.class)
final class FaultTest {
  private final Shop shop;

  FaultTest(Shop shop) {
    this.shop = shop;
  }

  @Test
  void whileTheProviderFails_anOrderIs503_andTheSameKeyGoesOnLater() {
    Product product = shop.newProduct("Provider Down", 1000);
    String email = shop.newEmail("patient");
    String key = UUID.randomUUID().toString();
    ObjectNode body = Json.of("email", email, "items", List.of(Shop.line(product, 1)));
    try (Shop.Faults down = shop.faults("provider", "fail", 1)) {
      for (int i = 0; i < 2; i++) {
        Answer answer = shop.post("/v1/orders").idempotencyKey(key).json(body).send();
        answer.problem(503, "unavailable");
        assertTrue(Integer.parseInt(answer.header("Retry-After")) > 0);
      }
    }
    Purchase purchase =
        new Purchase(
            shop, shop.post("/v1/orders").idempotencyKey(key).json(body).send().expect(201).json());
    purchase.pay().delivered();
    assertOneOrder(email);
  }

  @Test
  void whenTheProvidersAnswersAreLost_theSameKeyFindsTheSameSession() {
    Product product = shop.newProduct("Answers Lost", 1000);
    String email = shop.newEmail("lost");
    String key = UUID.randomUUID().toString();
    ObjectNode body = Json.of("email", email, "items", List.of(Shop.line(product, 1)));
    try (Shop.Faults lost = shop.faults("provider", "lose_answers", 1)) {
      shop.post("/v1/orders").idempotencyKey(key).json(body).send().problem(503, "unavailable");
    }
    Purchase purchase =
        new Purchase(
            shop, shop.post("/v1/orders").idempotencyKey(key).json(body).send().expect(201).json());
    purchase.pay().delivered();
    assertOneOrder(email);
    shop.advance(Duration.ofHours(25));
    assertEquals(
        0, shop.events("checkout.session.expired", purchase.id()).size(), "no second session");
  }

  private void assertOneOrder(String email) {
    JsonNode orders =
        shop.seller("GET", "/v1/admin/orders").query("email", email).send().expect(200).json();
    assertEquals(1, orders.path("data").size());
  }

  @Test
  void aProviderThatIsSlowIsNotWaitedForLongerThanItsTimeOut() {
    Product product = shop.newProduct("Slow Provider", 1000);
    try (Shop.Faults slow = shop.faults("provider", "slow_ms", 9_000)) {
      long start = System.nanoTime();
      Answer answer =
          shop.post("/v1/orders")
              .json("email", shop.newEmail("slow"), "items", List.of(Shop.line(product, 1)))
              .send();
      answer.problem(503, "unavailable");
      long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
      assertTrue(seconds < 9, "answered after " + seconds + " s");
    }
  }

  @Test
  void aRefundWhoseAnswerIsLostIsMadeOnce_rule8() {
    Purchase purchase = shop.buy(shop.newProduct("Refund Lost", 1000));
    String path = "/v1/admin/orders/" + purchase.id() + "/refunds";
    String key = "refund-" + purchase.id();
    try (Shop.Faults lost = shop.faults("provider", "lose_answers", 1)) {
      shop.seller("POST", path)
          .idempotencyKey(key)
          .json("amount", Json.money(400, "EUR"))
          .send()
          .problem(503);
    }
    JsonNode refund =
        shop.seller("POST", path)
            .idempotencyKey(key)
            .json("amount", Json.money(400, "EUR"))
            .send()
            .expect(201)
            .json();
    assertEquals("succeeded", refund.path("status").asText());
    shop.await("the refund's mail", () -> shop.mails(purchase.email()), mails -> mails.size() == 2);
    assertEquals(1, purchase.read().path("refunds").size());
    // Asked for and never repeated: a schedule goes on with it.
    try (Shop.Faults down = shop.faults("provider", "fail", 1)) {
      shop.seller("POST", path).json("amount", Json.money(100, "EUR")).send().problem(503);
    }
    shop.advance(Duration.ofMinutes(20));
    shop.await(
        "the second refund",
        purchase::read,
        order ->
            order.path("refunds").size() == 2
                && Json.stream(order.path("refunds"))
                    .allMatch(each -> each.path("status").asText().equals("succeeded")));
  }

  @Test
  void aNoticeThatFindsTheProviderDownIsSentAgain() {
    Purchase purchase = shop.order(shop.newProduct("Notice Fails", 1000));
    try (Shop.Faults down = shop.faults("provider", "fail", 1)) {
      purchase.pay();
      Shop.pause(Duration.ofMillis(300));
      assertEquals("pending", purchase.status());
      purchase.call("POST", "/reconcile").send().problem(503, "unavailable");
      String page =
          shop.get("/checkout/return")
              .query("session_id", purchase.session())
              .send()
              .expect(200)
              .text();
      assertFalse(page.contains("/downloads/"), "not confirmed yet, and it can be reloaded");
    }
    purchase.delivered();
  }

  @Test
  void mailThatCanNotBeSentIsSentLater_once() {
    String email = shop.newEmail("mailless");
    Product product = shop.newProduct("Mail Down", 1000);
    try (Shop.Faults down = shop.faults("mail", "fail", 1)) {
      shop.buy(email, Shop.line(product, 1)).download().expect(201);
      Shop.pause(Duration.ofMillis(500));
      assertEquals(0, shop.mails(email).size());
    }
    shop.advance(Duration.ofHours(1));
    shop.mails(email, 1);
    shop.advance(Duration.ofHours(1));
    Shop.pause(Duration.ofMillis(500));
    assertEquals(1, shop.mails(email).size());
  }

  @Test
  void aQueueThatFailsDelaysAMailAndLosesNothing() {
    String email = shop.newEmail("queueless");
    Product product = shop.newProduct("Queue Down", 1000);
    try (Shop.Faults down = shop.faults("sqs", "fail", 1)) {
      shop.buy(email, Shop.line(product, 1)).download().expect(201);
    }
    shop.advance(Duration.ofMinutes(10));
    shop.mails(email, 1);
  }

  @Test
  void uploadsWaitForTheStoreToComeBack() {
    Product product = shop.newProductWithoutFile("Store Down", Json.of());
    byte[] bytes = Shop.fileOf("store");
    JsonNode begun =
        shop.seller("POST", "/v1/admin/products/" + product.id() + "/assets")
            .json(
                "file_name",
                "a.txt",
                "mime_type",
                "text/plain",
                "file_size",
                bytes.length,
                "checksum_sha256",
                Shop.sha256(bytes))
            .send()
            .expect(201)
            .json();
    shop.put(begun.path("upload"), bytes).expect(200);
    String complete = "/v1/admin/assets/" + begun.path("asset").path("id").asText() + "/complete";
    try (Shop.Faults down = shop.faults("s3", "fail", 1)) {
      shop.seller("POST", complete).send().problem(503, "unavailable");
    }
    assertEquals(
        "ready", shop.seller("POST", complete).send().expect(200).json().path("status").asText());
  }

  @Test
  void whileTheDatabaseIsAway_everyOperationAsksToComeBack_andNothingIsLost() {
    Purchase purchase = shop.order(shop.newProduct("Database Down", 1000));
    try (Shop.Faults away = shop.databaseAway()) {
      for (Contract.Operation operation : Shop.contract().operations()) {
        if (operation.id().equals("HandleStripeWebhook")) {
          new Notice(shop).send(Notice.OF_NOTHING).problem(503, "unavailable");
          continue;
        }
        Answer answer = Examples.call(shop, operation, Map.of()).send().expect(503);
        assertTrue(Integer.parseInt(answer.header("Retry-After")) > 0, answer::toString);
      }
      purchase.pay();
      Shop.pause(Duration.ofMillis(300));
    }
    purchase.delivered().download().expect(201);
    shop.mails(purchase.email(), 1);
    shop.get("/health").send().expect(200);
  }

  @Test
  void whileTheFirstRequestWithAKeyRuns_theSecondIs409() {
    Product product = shop.newProductWithoutFile("Twice at Once", Json.of());
    String key = UUID.randomUUID().toString();
    try (Shop.Faults slow = shop.faults("provider", "slow_ms", 1_500)) {
      assertSecondIs409(
          () ->
              shop.post("/v1/orders")
                  .idempotencyKey(key)
                  .json("email", "twice@example.com", "items", List.of(Shop.line(product, 1))));
    }
    try (Shop.Faults slow = shop.faults("s3", "slow_ms", 1_500)) {
      assertSecondIs409(
          () ->
              shop.seller("POST", "/v1/admin/products/" + product.id() + "/assets")
                  .idempotencyKey(key)
                  .json(
                      "file_name",
                      "large.bin",
                      "mime_type",
                      "application/octet-stream",
                      "file_size",
                      200_000_000,
                      "checksum_sha256",
                      "0".repeat(64)));
    }
  }

  private static void assertSecondIs409(Supplier<Call> request) {
    CompletableFuture<Answer> first = request.get().sendAsync();
    Shop.pause(Duration.ofMillis(500));
    Answer second = request.get().send();
    second.problem(409, "idempotency_key_in_use");
    assertTrue(Integer.parseInt(second.header("Retry-After")) > 0);
    first.join().expect(201);
    assertEquals(
        first.join().json().findValue("id"),
        request.get().send().expect(201).json().findValue("id"));
  }
}
