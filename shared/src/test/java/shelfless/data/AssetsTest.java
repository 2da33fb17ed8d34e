package shelfless.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;
import shelfless.testing.AwsStandIn;
import shelfless.testing.TestDatabase;

class AssetsTest {
  private static final Instant START = Instant.parse("2026-03-01T09:00:00Z");
  private static final UUID FILE = new UUID(1, 1);

  private TestDatabase database;
  private AwsStandIn aws;

  @BeforeEach
  void announceAFile() {
    database = TestDatabase.migrated();
    aws = AwsStandIn.start();
    try (Environment environment = at(Duration.ZERO)) {
      environment
          .database()
          .transaction(
              transaction -> {
                UUID product = new UUID(0, 1);
                SellerProducts.add(
                    transaction,
                    product,
                    new SellerProducts.Details(
                        "BOOK",
                        "book",
                        "Book",
                        "",
                        0,
                        "EUR",
                        "ebook",
                        "public",
                        List.of(),
                        Json.object(),
                        5,
                        30,
                        null));
                Assets.add(
                    transaction,
                    FILE,
                    product,
                    "products/1/1",
                    new Assets.Promise("book.pdf", "application/pdf", 1, "0".repeat(64), false),
                    "upload");
                return product;
              });
    }
  }

  @AfterEach
  void stop() {
    aws.close();
    database.close();
  }

  private Environment at(Duration later) {
    Map<String, String> settings = new HashMap<>(aws.settings(database));
    settings.put("ASSET_QUEUE_URL", "http://127.0.0.1/assets");
    Clock clock = Clock.fixed(START.plus(later), ZoneOffset.UTC);
    return new Environment(settings, clock, IdGenerator.secure(clock));
  }

  private boolean verifying(Duration later) {
    try (Environment environment = at(later)) {
      return environment
          .database()
          .transaction(transaction -> Assets.verifying(transaction, environment.queues(), FILE));
    }
  }

  private int relay(Duration later) {
    try (Environment environment = at(later)) {
      return environment
          .database()
          .transaction(transaction -> Assets.relay(transaction, environment.queues(), 10));
    }
  }

  @Test
  void aFileIsQueuedOnce_whoeverElseCompletesItsUpload() {
    assertTrue(verifying(Duration.ZERO));
    assertFalse(verifying(Duration.ofSeconds(1)));
    assertEquals(List.of(FILE.toString()), aws.messages());
  }

  @Test
  void aFileWhoseMessageWasLostIsQueuedAgain_untilItIsSettled() {
    verifying(Duration.ZERO);
    assertEquals(0, relay(Duration.ofMinutes(14)));
    assertEquals(1, relay(Duration.ofMinutes(15)));
    assertEquals(0, relay(Duration.ofMinutes(16)));
    assertEquals(List.of(FILE.toString(), FILE.toString()), aws.messages());
    try (Environment environment = at(Duration.ofMinutes(20))) {
      boolean ready =
          environment.database().transaction(transaction -> Assets.ready(transaction, FILE));
      boolean rejected =
          environment.database().transaction(transaction -> Assets.rejected(transaction, FILE));
      assertTrue(ready);
      assertFalse(rejected);
    }
    assertEquals(0, relay(Duration.ofHours(1)));
  }
}
