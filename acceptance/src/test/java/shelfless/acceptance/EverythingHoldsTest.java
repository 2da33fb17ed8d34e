package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import shelfless.testing.DatabaseProxy;
import shelfless.testing.SessionState;

/** Runs late: after all that the other tests did to the shop, what must always hold holds. */
@Order(Integer.MAX_VALUE - 1)
@ExtendWith(SharedShop.class)
final class EverythingHoldsTest {
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_-]{16,}");

  private final Shop shop;

  EverythingHoldsTest(Shop shop) {
    this.shop = shop;
  }

  /**
   * Lets what is under way come to its end. A message that a fault delayed stays hidden for
   * minutes; the sweeps, which the clock brings, have done its work by then.
   */
  @BeforeEach
  void settle() {
    shop.advance(Duration.ofMinutes(20));
    shop.await(
        "the queues to be empty",
        () -> shop.outside("GET", "/queues").path("data"),
        queues -> Json.stream(queues).allMatch(queue -> queue.path("depth").asInt() == 0));
  }

  @Test
  void nothingWasGivenUp() {
    for (JsonNode queue : shop.outside("GET", "/queues").path("data")) {
      assertEquals(0, queue.path("dead_letters").asInt(), queue::toString);
    }
  }

  @Test
  void whatMustAlwaysHoldHolds() {
    assertTrue(shop.outside("GET", "/invariants").path("data").size() >= 10, "they are asked");
    assertEquals(List.of(), shop.brokenInvariants());
  }

  @Test
  void noFunctionFailed() {
    List<String> failed = new ArrayList<>();
    for (JsonNode function : shop.outside("GET", "/functions").path("data")) {
      if (function.path("errors").asInt() > 0) {
        failed.add(function.toString());
      }
    }
    assertEquals(List.of(), failed);
  }

  /** A proxy of RDS gives each transaction another of its connections. */
  @Test
  void noStatementNeededTheServersSession() {
    Set<DatabaseProxy.Statement> statements = shop.databaseProxy().statements();
    if (SharedShop.wasUsedByAll()) {
      assertTrue(statements.size() > 100, "they were noted: " + statements.size());
    }
    assertEquals(
        List.of(),
        statements.stream().flatMap(each -> SessionState.neededBy(each).stream()).toList());
    System.out.println(statements.size() + " different statements, none of which needs a session");
  }

  @Test
  void noLogHoldsATokenASecretOrAnEmailAddress() throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(shop.data().resolve("log"))) {
      for (Path file : files.toList()) {
        for (String line : Files.readAllLines(file)) {
          if (holdsSecret(line)) {
            found.add(file.getFileName() + ": " + line.substring(0, Math.min(line.length(), 500)));
          }
        }
      }
    }
    assertEquals(List.of(), found);
  }

  /** What no test brought about is not known to be as it is declared. */
  @Test
  void everyDeclaredAnswerWasSeen() {
    assumeTrue(SharedShop.wasUsedByAll(), "only some tests ran");
    List<String> unseen = new ArrayList<>();
    for (Contract.Operation operation : Shop.contract().operations()) {
      operation
          .declared()
          .path("responses")
          .fieldNames()
          .forEachRemaining(status -> unseen.add(operation.id() + " " + status));
    }
    unseen.removeAll(Shop.contract().seen());
    assertEquals(List.of(), unseen);
  }

  /** By its words, since there are many secrets. */
  private boolean holdsSecret(String text) {
    return text.contains("@example.com")
        || text.contains("whsec_")
        || WORD.matcher(text).results().anyMatch(word -> shop.secrets().contains(word.group()));
  }

  @Test
  void theAuditLogIsAChainWithoutSecretsOrAddresses_rule13() {
    String cursor = "";
    JsonNode later = null;
    long rows = 0;
    do {
      JsonNode page =
          shop.seller("GET", "/v1/admin/audit-log")
              .query("limit", 100)
              .query("cursor", cursor)
              .send()
              .expect(200)
              .json();
      for (JsonNode row : page.path("data")) {
        if (later != null) {
          assertEquals(later.path("seq").asLong() - 1, row.path("seq").asLong());
          assertEquals(later.path("previous_hash").asText(), row.path("hash").asText());
        }
        later = row;
        rows++;
        assertFalse(holdsSecret(row.toString()), row::toString);
      }
      cursor = page.path("next_cursor").asText("");
    } while (!cursor.isEmpty());
    assertEquals(1, later == null ? 0 : later.path("seq").asLong(), "down to the first row");
    assertTrue(rows > 0);
  }
}
