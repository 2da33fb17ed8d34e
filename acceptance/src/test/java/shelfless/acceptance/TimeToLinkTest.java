package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * From the payment's confirmation to the download link, while two percent of everything fails:
 * transactions lose their connection, the provider, SQS and S3 refuse or lose answers, mails are
 * refused, notices are lost, doubled and swapped. The buyer comes back from the payment to the page
 * that shows the link, and again after two seconds when it does not yet.
 */
final class TimeToLinkTest {
  private static final int ORDERS = Integer.getInteger("acceptance.orders", 60);
  private static final double SHARE_THAT_FAILS = 0.02;
  private static final Pattern LINK = Pattern.compile("/downloads/([0-9a-f-]{36})");

  /** Fewer than one address may place. */
  private static final int ORDERS_A_MINUTE = 500;

  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void everyBuyerComesToTheLink_whileTwoPercentOfEverythingFails() {
    List<Double> milliseconds = new ArrayList<>();
    AtomicInteger again = new AtomicInteger();
    try (Shop shop = Shop.start("time-to-link")) {
      Product product = shop.newProduct("In a Moment, Mostly", 500);
      Random random = new Random(1);
      shop.databaseProxy().cutSome(SHARE_THAT_FAILS, random);
      try (Shop.Faults provider = failing(shop, "provider");
          Shop.Faults queues = failing(shop, "sqs");
          Shop.Faults files = failing(shop, "s3");
          Shop.Faults mails = shop.faults("mail", "fail", SHARE_THAT_FAILS);
          Shop.Faults notices =
              shop.webhooks("drop", SHARE_THAT_FAILS, "duplicate", 1, "reorder", true)) {
        for (int i = 1; i <= ORDERS; i++) {
          if (i % ORDERS_A_MINUTE == 0) {
            shop.advance(Duration.ofMinutes(1));
          }
          Purchase purchase = order(shop, product, again);
          purchase.pay();
          long paid = System.nanoTime();
          String token = link(shop, purchase, again);
          milliseconds.add((System.nanoTime() - paid) / 1e6);
          assertEquals(
              token,
              done(purchase.call("GET", ""), 200, again)
                  .json()
                  .at("/entitlements/0/download_token")
                  .asText());
        }
      }
      shop.databaseProxy().restore();
      Collections.sort(milliseconds);
      System.out.printf(
          "From the payment's confirmation to the download link, %d orders, while 2 %% of everything fails"
              + " (%d connections cut, %d calls repeated): median %.0f ms, 99th percentile %.0f ms, slowest %.0f ms.%n",
          ORDERS,
          shop.databaseProxy().cutsByChance(),
          again.get(),
          milliseconds.get(ORDERS / 2),
          milliseconds.get(ORDERS * 99 / 100),
          milliseconds.getLast());
      shop.runSchedule("ReconcilePayments");
      shop.advance(Duration.ofMinutes(10));
      shop.await(
          "the mails to be sent",
          () -> shop.query("select id from outbox where sent_at is null and given_up is null"),
          List::isEmpty);
      assertEquals(List.of(), shop.brokenInvariants());
      assertEquals(
          List.of(Integer.toString(ORDERS)), shop.query("select count(*) from entitlement"));
    }
  }

  private static Shop.Faults failing(Shop shop, String service) {
    return shop.faults(service, "fail", SHARE_THAT_FAILS / 2, "lose_answers", SHARE_THAT_FAILS / 2);
  }

  private static Purchase order(Shop shop, Product product, AtomicInteger again) {
    Call call =
        shop.post("/v1/orders")
            .header("Idempotency-Key", "the key of " + shop.newEmail("order"))
            .json(
                Json.of("email", shop.newEmail("buyer"), "items", List.of(Shop.line(product, 1))));
    return new Purchase(shop, done(call, 201, again).json());
  }

  /** Comes back from the payment, and stays until the page shows the link. */
  private static String link(Shop shop, Purchase purchase, AtomicInteger again) {
    while (true) {
      Answer page = shop.get("/checkout/return").query("session_id", purchase.session()).send();
      Matcher link = LINK.matcher(page.text());
      if (page.status() == 200 && link.find()) {
        return link.group(1);
      }
      again.incrementAndGet();
      // What the browser does by itself, and what a person is told to do.
      Shop.pause(Duration.ofSeconds(2));
    }
  }

  /** Comes again at once, as long as it is told that it may. */
  private static Answer done(Call call, int wanted, AtomicInteger again) {
    Answer answer = call.send();
    while (answer.status() == 503) {
      again.incrementAndGet();
      answer = call.send();
    }
    return answer.expect(wanted);
  }
}
