package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The process killed in the middle of a sale: a shop of its own. */
final class CrashTest {
  @Test
  void killedInTheMiddleOfASaleAndStartedAgain_nothingIsLostAndNothingIsDoubled_rule3()
      throws Exception {
    Shop shop = Shop.start("crash");
    Path data = shop.data();
    Purchase ordered;
    Purchase paidUnheard;
    Purchase delivered;
    String orderedKey = UUID.randomUUID().toString();
    ObjectNode body;
    Product product;
    try {
      product = shop.newProduct("Survivor", 1500);
      delivered = shop.buy(product);
      shop.mails(delivered.email(), 1);
      // The order is stored, and the provider's answer is lost; then the process dies.
      body = Json.of("email", shop.newEmail("ordered"), "items", List.of(Shop.line(product, 1)));
      try (Shop.Faults lost = shop.faults("provider", "lose_answers", 1)) {
        shop.post("/v1/orders").idempotencyKey(orderedKey).json(body).send().problem(503);
      }
      ordered = shop.order(shop.newEmail("between"), Shop.line(product, 2));
      paidUnheard = shop.order(shop.newEmail("unheard"), Shop.line(product, 3));
      shop.webhooks("paused", true);
      shop.advance(Duration.ofMinutes(3));
      paidUnheard.pay();
      // Paid this very moment, with whatever of it is under way.
      shop.webhooks("paused", false);
      ordered.pay();
    } catch (RuntimeException | AssertionError failed) {
      shop.close();
      throw failed;
    }
    shop.kill();
    assertTrue(Files.exists(data.resolve("local.json")), "a killed shop takes nothing away");

    long start = System.nanoTime();
    try (Shop again = shop.startAgain()) {
      System.out.printf(
          "Started again after kill -9 in %.1f s.%n", (System.nanoTime() - start) / 1e9);
      for (Purchase before : List.of(ordered, paidUnheard)) {
        Purchase after = new Purchase(again, before.placed()).delivered();
        assertEquals("paid", after.status());
        assertEquals(1, after.read().path("payments").size());
        after.download().expect(201);
        // What the killed process had in its hands is found by the sweep.
        again.advance(Duration.ofMinutes(3));
        again.await("the receipt", () -> again.mails(after.email()), mails -> !mails.isEmpty());
        assertTrue(again.mails(after.email()).size() <= 2, "at most one more for each crash");
      }
      Purchase kept = new Purchase(again, delivered.placed());
      assertEquals(1, kept.entitlements().size());
      assertEquals(1, again.mails(kept.email()).size());
      Purchase goneOn =
          new Purchase(
              again,
              again
                  .post("/v1/orders")
                  .idempotencyKey(orderedKey)
                  .json(body)
                  .send()
                  .expect(201)
                  .json());
      goneOn.pay().delivered();
      assertEquals(
          1,
          again
              .seller("GET", "/v1/admin/orders")
              .query("email", goneOn.email())
              .send()
              .json()
              .path("data")
              .size());
      again.advance(Duration.ofMinutes(20));
      assertEquals(List.of(), again.brokenInvariants());
      assertEquals(
          PosixFilePermissions.fromString("rw-------"),
          Files.getPosixFilePermissions(data.resolve("local.json")));
    }
    assertTrue(Files.notExists(data.resolve("local.json")), "removed at a clean stop");
  }
}
