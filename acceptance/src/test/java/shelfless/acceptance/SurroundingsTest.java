package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import shelfless.testing.DatabaseProxy;

/**
 * The database and the other services at their worst, with a shop of its own: whoever asks is
 * answered within ten seconds, with a 503 that says when to come back if not with what was asked
 * for; and who comes back, with the same Idempotency-Key, gets it, once.
 */
final class SurroundingsTest {
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final int LIMIT = 5;

  /** More than a command has statements, should other functions be at work, too. */
  private static final int MOST_CUTS = 45;

  private static Shop shop;
  private static Product product;
  private static DatabaseProxy database;

  @BeforeAll
  static void start() {
    shop = Shop.start("surroundings");
    database = shop.databaseProxy();
    product = shop.newProduct("Well Travelled", 90_000);
  }

  @AfterAll
  static void stop() {
    shop.close();
  }

  @AfterEach
  void whatMustAlwaysHoldHolds() {
    database.restore();
    assertEquals(List.of(), shop.brokenInvariants());
  }

  /**
   * Something that is asked of the shop.
   *
   * @param call the same each time, its key included
   * @param once fails when it was not done exactly once
   */
  private record Command(String name, Supplier<Call> call, Once once) {}

  @FunctionalInterface
  private interface Once {
    void check(Answer answer);
  }

  private record Tried(Command command, Answer answer, Duration took) {
    boolean isDone() {
      return answer.status() / 100 == 2;
    }

    /** Done, or refused in the way that asks to come back. */
    Tried check() {
      assertTrue(took.compareTo(LONGEST) < 0, () -> command.name + " took " + took);
      if (!isDone()) {
        answer.problem(503, "unavailable");
        assertTrue(retryAfter() > 0 && retryAfter() <= 10, answer::toString);
      }
      return this;
    }

    int retryAfter() {
      return Integer.parseInt(answer.header("Retry-After"));
    }
  }

  private static Tried attempt(Command command) {
    long start = System.nanoTime();
    Answer answer = command.call.get().send();
    return new Tried(command, answer, Duration.ofNanos(System.nanoTime() - start));
  }

  /** Asks for all at once. */
  private static List<Tried> attempt(List<Command> commands) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      return commands.stream()
          .map(command -> CompletableFuture.supplyAsync(() -> attempt(command), threads))
          .toList()
          .stream()
          .map(CompletableFuture::join)
          .toList();
    }
  }

  /** Comes back when told to, once, and sees that all was done once. */
  private static void comeBack(String fault, List<Tried> tried) {
    tried.forEach(Tried::check);
    Tried slowest = tried.stream().max(Comparator.comparing(Tried::took)).orElseThrow();
    System.out.printf(
        "%-58s %2d of %2d got a 503; slowest %.2f s (%s)%n",
        fault,
        tried.stream().filter(each -> !each.isDone()).count(),
        tried.size(),
        slowest.took.toMillis() / 1000.0,
        slowest.command.name);
    List<Command> again =
        tried.stream().filter(each -> !each.isDone()).map(Tried::command).toList();
    if (!again.isEmpty()) {
      Shop.pause(
          Duration.ofSeconds(
              tried.stream()
                  .filter(each -> !each.isDone())
                  .mapToInt(Tried::retryAfter)
                  .max()
                  .orElseThrow()));
    }
    List<Tried> all = new ArrayList<>(tried.stream().filter(Tried::isDone).toList());
    all.addAll(attempt(again));
    for (Tried each : all) {
      assertTrue(each.isDone(), () -> "still not: " + each.answer);
      each.command.once.check(each.answer);
    }
  }

  // ---- what is asked for

  private static Command order() {
    String email = shop.newEmail("traveller");
    String key = UUID.randomUUID().toString();
    ObjectNode body = Json.of("email", email, "items", List.of(Shop.line(product, 2)));
    return new Command(
        "CreateOrder",
        () -> shop.post("/v1/orders").idempotencyKey(key).json(body),
        answer -> {
          JsonNode orders =
              shop.seller("GET", "/v1/admin/orders")
                  .query("email", email)
                  .send()
                  .expect(200)
                  .json()
                  .path("data");
          assertEquals(1, orders.size(), () -> "orders: " + orders);
          assertEquals(orders.path(0).path("id"), answer.json().path("order").path("id"));
          Purchase purchase = new Purchase(shop, answer.json());
          assertEquals(
              List.of(purchase.session()),
              shop.query(
                  "select provider_session_id from checkout_session where order_id = '"
                      + purchase.id()
                      + "'"));
        });
  }

  private static Command paidOrder() {
    Command order = order();
    return new Command(
        "CreateOrder",
        order.call,
        answer -> {
          order.once.check(answer);
          Purchase purchase = new Purchase(shop, answer.json()).pay().delivered();
          shop.mails(purchase.email(), 1);
        });
  }

  /** Of one euro of an order that cost many. */
  private static Command refund(Purchase purchase) {
    String key = UUID.randomUUID().toString();
    int before = purchase.read().path("refunds").size();
    return new Command(
        "IssueRefund",
        () ->
            shop.seller("POST", "/v1/admin/orders/" + purchase.id() + "/refunds")
                .idempotencyKey(key)
                .json("amount", Json.money(100, "EUR")),
        answer -> {
          JsonNode refunds = purchase.read().path("refunds");
          assertEquals(before + 1, refunds.size(), refunds::toString);
          assertEquals("succeeded", answer.json().path("status").asText());
          assertEquals(
              before + 1,
              shop.events("refund.created", purchase.paymentIntent()).size(),
              "refunds at the provider");
        });
  }

  private static Command download(Purchase purchase, int unit) {
    String key = UUID.randomUUID().toString();
    JsonNode held = purchase.entitlements().get(unit);
    String path = "/v1/entitlements/" + held.path("download_token").asText() + "/downloads";
    return new Command(
        "CreateDownload",
        () ->
            shop.post(path)
                .idempotencyKey(key)
                .json("asset_id", held.path("files").path(0).path("asset_id").asText()),
        answer -> {
          assertEquals(LIMIT - 1, answer.json().path("downloads_left").asInt());
          assertEquals(LIMIT - 1, purchase.entitlements().get(unit).path("downloads_left").asInt());
          shop.fetch(answer.json().path("url").asText()).expect(200);
        });
  }

  /** A file whose bytes are there; completing it twice does nothing more. */
  private static Command upload() {
    byte[] bytes = Shop.fileOf("upload");
    JsonNode begun =
        shop.seller("POST", "/v1/admin/products/" + product.id() + "/assets")
            .json(
                "file_name",
                UUID.randomUUID() + ".txt",
                "mime_type",
                "text/plain",
                "file_size",
                bytes.length,
                "checksum_sha256",
                Shop.sha256(bytes),
                "new_buyers_only",
                true)
            .send()
            .expect(201)
            .json();
    shop.put(begun.path("upload"), bytes).expect(200);
    String path = "/v1/admin/assets/" + begun.path("asset").path("id").asText() + "/complete";
    return new Command(
        "CompleteAssetUpload",
        () -> shop.seller("POST", path),
        answer -> assertEquals("ready", answer.json().path("status").asText()));
  }

  private static Command read(String name, Supplier<Call> call) {
    return new Command(name, call, answer -> {});
  }

  /** What a shop is asked for while it sells. */
  private static List<Command> sale() {
    Purchase bought = shop.buy(shop.newEmail("bought"), Shop.line(product, 2));
    return List.of(
        paidOrder(),
        paidOrder(),
        refund(bought),
        download(bought, 0),
        download(bought, 1),
        read("GetHealth", () -> shop.get("/health")),
        read("ListProducts", () -> shop.get("/v1/products")),
        read("GetOrder", () -> bought.call("GET", "")),
        read("ReconcileOrder", () -> bought.call("POST", "/reconcile")),
        read("the seller's orders", () -> shop.seller("GET", "/v1/admin/orders")),
        upload());
  }

  // ---- the database

  @Test
  void aDatabaseThatIsGoneForFiveSeconds() {
    List<Command> sale = sale();
    Purchase pending = shop.order(product);
    database.refuse();
    CompletableFuture<Void> back =
        CompletableFuture.runAsync(
            () -> {
              Shop.pause(Duration.ofSeconds(5));
              database.restore();
            });
    pending.pay();
    List<Tried> tried = attempt(sale);
    tried.forEach(each -> assertEquals(503, each.answer.status(), each.answer::toString));
    back.join();
    comeBack("database gone for 5 s", tried);
    pending.delivered();
  }

  @Test
  void aDatabaseFromWhichNothingComesBack() {
    List<Command> sale = sale();
    Purchase pending = shop.order(product);
    database.pause();
    pending.pay();
    List<Tried> tried = attempt(sale);
    tried.forEach(each -> assertEquals(503, each.answer.status(), each.answer::toString));
    database.restore();
    comeBack("database silent, connections half open", tried);
    pending.delivered();
  }

  @Test
  void aDatabaseThatIsSlow() {
    List<Command> sale = sale();
    database.delay(Duration.ofMillis(20));
    List<Tried> tried = attempt(sale);
    tried.forEach(each -> assertTrue(each.isDone(), each.answer::toString));
    database.restore();
    comeBack("database 40 ms away", tried);
    sale = sale();
    database.delay(Duration.ofMillis(400));
    tried = attempt(sale);
    assertTrue(tried.stream().anyMatch(each -> !each.isDone()), "it is slow");
    database.restore();
    comeBack("database 800 ms away", tried);
  }

  /** Before each statement, before each commit, and after each commit and before its answer. */
  @Test
  void whereverAFailoverCutsACommand_itsRepetitionDoesItOnce() {
    Purchase refunded = shop.buy(product);
    Purchase downloaded = shop.buy(shop.newEmail("units"), Shop.line(product, 60));
    AtomicInteger unit = new AtomicInteger();
    // So that no other function's statements are cut.
    try (Shop.Faults paused = shop.webhooks("paused", true)) {
      cutEverywhere("CreateOrder", () -> order());
      cutEverywhere("IssueRefund", () -> refund(refunded));
      cutEverywhere("CreateDownload", () -> download(downloaded, unit.getAndIncrement()));
    }
  }

  private static void cutEverywhere(String name, Supplier<Command> commands) {
    int cuts = 0;
    int refused = 0;
    Duration slowest = Duration.ZERO;
    List<Function<AtomicInteger, DatabaseProxy.Cut>> kinds =
        List.of(
            left -> database.cutBefore(sql -> left.getAndDecrement() == 0),
            left -> database.cutAfter(sql -> sql.equals("COMMIT") && left.getAndDecrement() == 0));
    for (Function<AtomicInteger, DatabaseProxy.Cut> kind : kinds) {
      boolean made = true;
      for (int at = 0; made && at < MOST_CUTS; at++) {
        Command command = commands.get();
        DatabaseProxy.Cut cut = kind.apply(new AtomicInteger(at));
        Tried tried = attempt(command).check();
        made = cut.wasMade();
        database.restore();
        if (!tried.isDone()) {
          // At once: what the failure left must not be in the way.
          Tried again = attempt(command);
          assertTrue(again.isDone(), () -> "still not: " + again.answer);
          again.command.once.check(again.answer);
          refused++;
        } else {
          command.once.check(tried.answer);
        }
        cuts += made ? 1 : 0;
        slowest = slowest.compareTo(tried.took) > 0 ? slowest : tried.took;
      }
    }
    assertTrue(cuts > 10, "only " + cuts + " cuts");
    System.out.printf(
        "%-58s %2d of %2d got a 503; slowest %.2f s%n",
        "failover at every statement and commit of " + name,
        refused,
        cuts,
        slowest.toMillis() / 1000.0);
  }

  /** As when Lambda ends a function at its time-out, and nobody tells the server. */
  @Test
  void aFunctionThatWasEndedWhileItHeldTheOrdersLock() throws SQLException {
    Purchase purchase = shop.buy(product);
    Purchase pending = shop.order(product);
    URI url = URI.create(shop.address("app_database_url"));
    try (Connection frozen =
            DriverManager.getConnection(
                "jdbc:postgresql://%s:%d%s".formatted(url.getHost(), url.getPort(), url.getPath()),
                "app",
                "");
        Statement statement = frozen.createStatement()) {
      List<Command> commands =
          List.of(
              refund(purchase),
              read("CancelOrder", () -> pending.call("POST", "/cancel")),
              read("ReconcileOrder", () -> purchase.call("POST", "/reconcile")));
      frozen.setAutoCommit(false);
      statement.execute("select 1 from orders for update");
      // It is at work for a while, and then nothing is heard of it.
      CompletableFuture<Void> atWork =
          CompletableFuture.runAsync(
              () -> {
                try {
                  statement.execute("select pg_sleep(2)");
                } catch (SQLException failed) {
                  throw new IllegalStateException(failed);
                }
              });
      List<Tried> tried = attempt(commands);
      atWork.join();
      assertTrue(tried.stream().anyMatch(each -> !each.isDone()), "nobody met the lock");
      comeBack("a function ended with the orders' locks", tried);
    }
  }

  // ---- the other services

  @Test
  void servicesThatFail() {
    List<Command> sale = sale();
    List<Tried> tried;
    try (Shop.Faults down = shop.faults("provider", "fail", 1)) {
      tried = attempt(sale);
    }
    comeBack("provider answers 5xx", tried);
    sale = sale();
    try (Shop.Faults sqs = shop.faults("sqs", "fail", 1);
        Shop.Faults s3 = shop.faults("s3", "fail", 1);
        Shop.Faults mail = shop.faults("mail", "fail", 1)) {
      tried = attempt(sale);
    }
    comeBack("SQS, S3 and SES throttle", tried);
  }

  @Test
  void servicesWhoseAnswersAreLostOrLate() {
    for (Object[] knobs : new Object[][] {{"lose_answers", 1}, {"slow_ms", 7_000}}) {
      List<Command> sale = sale();
      List<Tried> tried;
      try (Shop.Faults provider = shop.faults("provider", knobs);
          Shop.Faults sqs = shop.faults("sqs", knobs);
          Shop.Faults s3 = shop.faults("s3", knobs)) {
        tried = attempt(sale);
      }
      comeBack("provider, SQS and S3: " + knobs[0], tried);
    }
  }
}
