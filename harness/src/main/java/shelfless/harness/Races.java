package shelfless.harness;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import shelfless.json.Json;
import shelfless.testing.HttpCall;

/**
 * Part C: many processes want the same at once, round after round. In every round exactly what the
 * rule allows happens, and in the end all that must hold does.
 */
final class Races {
  private static final int THREADS = 32;
  private static final int DOWNLOADERS = 40;
  private static final int BOOK = 1900;

  private final Report report;
  private final int rounds;

  Races(Report report, int rounds) {
    this.report = report;
    this.rounds = rounds;
  }

  /** A race of some name: one round of it, in a world that its rounds share. */
  record Race(String name, int threads, Round round) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** One round; it throws when more or less happened than may. */
  @FunctionalInterface
  interface Round {
    void run(Ground ground, int round);
  }

  /** Where a race takes place. */
  record Ground(World world, Crew crew) {
    /** A buyer who does one thing after the other. */
    History history() {
      return new History(world, Faults.none());
    }

    private void expect(long wanted, String what, String sql, @Nullable Object... parameters) {
      Races.expect(wanted, what, world.count(sql, parameters));
    }
  }

  /** What a call came to. */
  private record Came(int status, String body) {
    boolean is(int wanted) {
      return status == wanted;
    }

    boolean is(int wanted, String code) {
      return is(wanted) && body.contains("urn:shelfless:problem:" + code);
    }
  }

  private static void expect(long wanted, String what, long got) {
    if (got != wanted) {
      throw new Broken(what + ": " + got + " instead of " + wanted);
    }
  }

  private static Came call(World.Process process, String handler, HttpCall call) {
    HttpCall.Answer answer = process.call(handler, call);
    if (answer == null || answer.status() >= 500) {
      throw new Broken(
          handler + " came to " + (answer == null ? "nothing" : answer.body() + answer.log()));
    }
    return new Came(answer.status(), answer.body());
  }

  private static JsonNode parse(String body) {
    try {
      return Json.MAPPER.readTree(body);
    } catch (JsonProcessingException unreadable) {
      throw new Broken(body, unreadable);
    }
  }

  private static long count(List<Came> came, int status) {
    return came.stream().filter(each -> each.is(status)).count();
  }

  private static void nothingButThose(List<Came> came, Function<Came, Boolean> expected) {
    for (Came each : came) {
      if (!expected.apply(each)) {
        throw new Broken("An answer that should not be: " + each);
      }
    }
  }

  private static <T> List<Function<World.Process, T>> times(
      int count, Function<Integer, Function<World.Process, T>> job) {
    List<Function<World.Process, T>> jobs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      jobs.add(job.apply(i));
    }
    return jobs;
  }

  /** All of them. */
  static final List<Race> ALL =
      List.of(
          new Race("the last uses of a promotion", THREADS, Races::lastUses),
          new Race("the last downloads", DOWNLOADERS, Races::lastDownloads),
          new Race("refunds that together pass what was paid", THREADS, Races::refunds),
          new Race("one key for many orders", THREADS, Races::sameKey),
          new Race("notices, visits and messages of one payment", THREADS, Races::onePayment),
          new Race("downloads against a revocation or refund", THREADS, Races::revocation),
          new Race("downloads against a new link", THREADS, Races::newLink),
          new Race("cancelling against paying", THREADS, Races::cancelAgainstPayment),
          new Race("links issued anew", THREADS, Races::reissues),
          new Race("one mail by many senders", THREADS, Races::oneMail));

  /** All rounds of one race. */
  void run(Race race) {
    long started = System.nanoTime();
    try (World world = new World();
        Crew crew = new Crew(world, race.threads)) {
      Ground ground = new Ground(world, crew);
      moreFiles(world);
      world.clock.tick();
      for (int round = 1; round <= rounds; round++) {
        try {
          race.round.run(ground, round);
        } catch (RuntimeException broken) {
          throw new Broken(
              "%s, round %d: %s".formatted(race.name, round, broken.getMessage()), broken);
        }
        report.history(race.name);
      }
      String broken = world.broken();
      if (!broken.isEmpty()) {
        throw new Broken(race.name + ": " + broken);
      }
    }
    report.say(
        "%4d rounds of %d threads, %5.1f s: %s"
            .formatted(rounds, race.threads, (System.nanoTime() - started) / 1e9, race.name));
  }

  /** As many files of the book as ask for one at once. */
  private static void moreFiles(World world) {
    world.asSuperuser(
        """
        insert into product_asset (id, product_id, storage_path, file_name, file_size, mime_type, checksum, version,
          status, created_at, ready_at)
        select gen_random_uuid(), id, 'products/book/' || n, 'book-' || n || '.txt', 10, 'text/plain',
          repeat('0', 64), 1, 'ready', now(), now()
        from product, generate_series(2, %d) n where slug = 'book'
        """
            .formatted(DOWNLOADERS));
    world
        .database()
        .transaction(
            transaction -> {
              for (UUID file :
                  transaction.list(
                      "select id from product_asset where file_name like 'book-%'",
                      row -> row.uuid("id"))) {
                transaction.audit("system", "asset.announced", "asset", file, Json.object());
                transaction.audit("system", "asset.ready", "asset", file, Json.object());
              }
              return true;
            });
  }

  /** An address may try so many codes a minute: each caller has its own. */
  private static HttpCall order(String email, String code, String key, int caller) {
    ObjectNode body = Json.object().put("email", email).put("promotion_code", code);
    body.putArray("items").addObject().put("product", "book").put("quantity", 1);
    return HttpCall.post("/v1/orders", body.toString())
        .header("idempotency-key", key)
        .from("192.0.2." + caller);
  }

  /** A code that can be used three times; then once more, when one order was given up. */
  private static void lastUses(Ground ground, int round) {
    String code = "LAST" + round;
    ground.world.promotion(code, 50, 3);
    for (int uses : List.of(3, 1)) {
      List<Came> came =
          ground.crew.atOnce(
              times(
                  THREADS,
                  i -> {
                    String buyer = "buyer-" + round + '-' + uses + '-' + i;
                    return process ->
                        call(
                            process,
                            "CreateOrder",
                            order(buyer + "@example.com", code, "the key of " + buyer, i));
                  }));
      expect(uses, "orders with the code", count(came, 201));
      nothingButThose(came, each -> each.is(201) || each.is(422, "promotion_not_applicable"));
      ground.expect(3, "uses", "select redemptions from promotion where code = ?", code);
      JsonNode first =
          parse(came.stream().filter(each -> each.is(201)).findFirst().orElseThrow().body);
      UUID order = UUID.fromString(first.path("order").path("id").asText());
      List<Came> cancelled =
          ground.crew.atOnce(
              times(
                  4,
                  i ->
                      process ->
                          call(
                              process,
                              "CancelOrder",
                              HttpCall.post("/v1/orders/" + order + "/cancel", "{}")
                                  .pathParameter("order_id", order.toString())
                                  .bearer(first.path("access_token").asText()))));
      expect(4, "cancellations", count(cancelled, 200));
      ground.expect(2, "uses left", "select redemptions from promotion where code = ?", code);
    }
    ground.history().settle();
  }

  private static HttpCall download(JsonNode entitlement, int file) {
    String token = entitlement.path("download_token").asText();
    return HttpCall.post(
            "/v1/entitlements/" + token + "/downloads",
            Json.object()
                .put("asset_id", entitlement.path("files").path(file).path("asset_id").asText())
                .toString())
        .pathParameter("download_token", token);
  }

  /** Five of forty files; and one file, forty times, which costs one download. */
  private static void lastDownloads(Ground ground, int round) {
    History history = ground.history();
    UUID order = history.paid("book", "song");
    JsonNode entitlements = history.look(order).path("entitlements");
    List<Came> files =
        ground.crew.atOnce(
            times(
                DOWNLOADERS,
                i ->
                    process -> call(process, "CreateDownload", download(entitlements.path(0), i))));
    expect(5, "files granted", count(files, 201));
    nothingButThose(files, each -> each.is(201) || each.is(410, "used_up"));
    List<Came> again =
        ground.crew.atOnce(
            times(
                DOWNLOADERS,
                i ->
                    process -> call(process, "CreateDownload", download(entitlements.path(1), 0))));
    expect(DOWNLOADERS, "grants of one file", count(again, 201));
    ground.expect(
        6,
        "charged downloads",
        """
        select count(*) from download d join entitlement e on e.id = d.entitlement_id
        where d.charged and e.order_id = ?
        """,
        order);
    ground.expect(
        0,
        "downloads left",
        "select sum(downloads_left) from entitlement where order_id = ?",
        order);
    history.pass(Duration.ofHours(1));
    expect(410, "a download of the book too many", history.download(order, 0));
    expect(410, "a download of the song too many", history.download(order, 1));
    history.settle();
  }

  private static HttpCall refund(UUID order, String key, @Nullable Integer amount) {
    ObjectNode what = Json.object();
    if (amount != null) {
      what.set("amount", Json.money(amount, "EUR"));
    }
    return HttpCall.post("/v1/admin/orders/" + order + "/refunds", what.toString())
        .pathParameter("order_id", order.toString())
        .header("idempotency-key", key)
        .bearer(World.ADMIN_KEY);
  }

  /**
   * Seven of 500 go into 3800; in every other round the seller gives back in the dashboard, too.
   */
  private static void refunds(Ground ground, int round) {
    History history = ground.history();
    UUID order = history.paid("book:2");
    int paid = 2 * BOOK;
    int atProvider = round % 2 == 0 ? 2 : 0;
    SimulatedProvider provider = ground.world.provider;
    List<Came> came =
        ground.crew.atOnce(
            times(
                THREADS,
                i ->
                    process -> {
                      if (i < atProvider) {
                        synchronized (provider) {
                          if (provider.refundedOrZero(order) + 500 <= paid) {
                            provider.dashboardRefund(order, 500L);
                            return new Came(201, "in the dashboard");
                          }
                        }
                        return new Came(422, "in the dashboard");
                      }
                      return call(
                          process, "IssueRefund", refund(order, "refund " + round + '-' + i, 500));
                    }));
    nothingButThose(
        came,
        each ->
            each.is(201)
                || each.is(422)
                || (atProvider > 0 && each.is(409, "charge_already_refunded")));
    if (atProvider == 0) {
      expect(7, "refunds", count(came, 201));
    }
    history.settle();
    expect(3500, "given back", provider.refundedOrZero(order));
    history.compareWithOthers();
    history.compareMails();
  }

  /** The same request, many times: one order and one payment page. */
  private static void sameKey(Ground ground, int round) {
    String email = "one-" + round + "@example.com";
    List<Came> came =
        ground.crew.atOnce(
            times(
                THREADS,
                i ->
                    process ->
                        call(
                            process,
                            "CreateOrder",
                            order(email, "HALF", "the one key of round " + round, i))));
    nothingButThose(came, each -> each.is(201) || each.is(409, "idempotency_key_in_use"));
    Set<String> made = new HashSet<>();
    for (Came each : came) {
      if (each.is(201)) {
        JsonNode answer = parse(each.body);
        made.add(answer.path("order").path("id").asText() + answer.path("checkout_url").asText());
      }
    }
    expect(1, "orders that were told of", made.size());
    ground.expect(1, "orders", "select count(*) from order_contact where email = ?", email);
    ground.expect(
        1,
        "payment pages",
        "select count(*) from checkout_session join order_contact using (order_id) where email = ?",
        email);
    ground.history().settle();
  }

  private static ObjectNode message(UUID id) {
    ObjectNode event = Json.object();
    event.putArray("Records").addObject().put("messageId", "message").put("body", id.toString());
    return event;
  }

  /** All three ways to learn of a payment, and the queue, at once. */
  private static void onePayment(Ground ground, int round) {
    History history = ground.history();
    UUID order = history.order("HALF", "book:3", "app:2");
    ground.world.provider.pay(order);
    List<ObjectNode> notices = ground.world.provider.takeUndelivered();
    ground.crew.atOnce(
        times(
            THREADS,
            i ->
                process -> {
                  switch (i % 4) {
                    case 0 -> process.invoke("FulfillOrder", message(order));
                    case 1 ->
                        call(
                            process,
                            "ReconcileOrder",
                            HttpCall.post("/v1/orders/" + order + "/reconcile", "{}")
                                .pathParameter("order_id", order.toString())
                                .bearer(history.accessToken(order)));
                    default -> {
                      if (!process.notice(notices.getFirst())) {
                        throw new Broken("A notice was not acknowledged.");
                      }
                    }
                  }
                  return true;
                }));
    ground.expect(5, "units", "select count(*) from entitlement where order_id = ?", order);
    ground.expect(
        2,
        "keys",
        "select count(*) from license_key l join entitlement e on e.id = l.entitlement_id where e.order_id = ?",
        order);
    ground.expect(1, "receipts", "select count(*) from outbox where subject_id = ?", order);
    ground.expect(1, "payments", "select count(*) from payment where order_id = ?", order);
    ground.expect(
        1,
        "rows of the delivery in the audit log",
        "select count(*) from audit_log where action = 'order.fulfilled' and subject_id = ?",
        order.toString());
    history.settle();
    history.compareMails();
  }

  /** A grant that began after the answer of the revocation is none, nor one that comes later. */
  private static void revocation(Ground ground, int round) {
    History history = ground.history();
    UUID order = history.paid("song");
    JsonNode entitlement = history.look(order).path("entitlements").path(0);
    boolean byRefund = round % 2 == 0;
    List<Long> revokedBy = Collections.synchronizedList(new ArrayList<>());
    List<Long> begun = Collections.synchronizedList(new ArrayList<>());
    List<Came> came =
        ground.crew.atOnce(
            times(
                THREADS,
                i ->
                    process -> {
                      if (i == 0) {
                        Came answer =
                            byRefund
                                ? call(
                                    process,
                                    "IssueRefund",
                                    refund(order, "the refund of round " + round, null))
                                : call(process, "RevokeEntitlement", revoke(entitlement));
                        revokedBy.add(System.nanoTime());
                        return answer;
                      }
                      long start = 0;
                      Came last = new Came(0, "");
                      for (int again = 0; again < 3; again++) {
                        start = System.nanoTime();
                        last = call(process, "CreateDownload", download(entitlement, 0));
                        if (last.is(201)) {
                          begun.add(start);
                        }
                      }
                      return last;
                    }));
    expect(byRefund ? 201 : 200, "the revocation", came.getFirst().status);
    nothingButThose(came.subList(1, came.size()), each -> each.is(201) || each.is(410, "revoked"));
    long late = begun.stream().filter(start -> start > revokedBy.getFirst()).count();
    expect(0, "grants that began after the revocation was answered", late);
    ground.expect(
        0,
        "grants at or after the revocation",
        """
        select count(*) from download d join entitlement e on e.id = d.entitlement_id
        where e.order_id = ? and d.granted_at >= e.revoked_at
        """,
        order);
    ground.expect(
        begun.size(),
        "grants on record",
        "select count(*) from download d join entitlement e on e.id = d.entitlement_id where e.order_id = ?",
        order);
    history.settle();
    expect(410, "a download after it", history.download(order, 0));
  }

  /** What was looked up under the old link is granted before the new one, or not at all. */
  private static void newLink(Ground ground, int round) {
    History history = ground.history();
    UUID order = history.paid("song");
    JsonNode entitlement = history.look(order).path("entitlements").path(0);
    List<Came> came =
        ground.crew.atOnce(
            times(
                THREADS,
                i ->
                    process ->
                        i == THREADS / 2
                            ? call(process, "ReissueEntitlement", reissue(entitlement, round, 0))
                            : call(process, "CreateDownload", download(entitlement, 0))));
    expect(1, "links issued anew", count(came, 200));
    nothingButThose(came, each -> each.is(200) || each.is(201) || each.is(410, "revoked"));
    ground.expect(
        0,
        "grants by a link that was replaced",
        """
        select count(*) from download d join entitlement e on e.id = d.entitlement_id
        join retired_token t on t.entitlement_id = e.id
        where e.order_id = ? and d.granted_at >= t.retired_at
        """,
        order);
    ground.expect(
        count(came, 201),
        "grants on record",
        "select count(*) from download d join entitlement e on e.id = d.entitlement_id where e.order_id = ?",
        order);
    history.settle();
  }

  private static HttpCall reissue(JsonNode entitlement, int round, int number) {
    String id = entitlement.path("id").asText();
    return HttpCall.post("/v1/admin/entitlements/" + id + "/reissue", "{}")
        .pathParameter("entitlement_id", id)
        .header("idempotency-key", "reissue " + round + '-' + number)
        .bearer(World.ADMIN_KEY);
  }

  private static HttpCall revoke(JsonNode entitlement) {
    String id = entitlement.path("id").asText();
    return HttpCall.post(
            "/v1/admin/entitlements/" + id + "/revoke",
            Json.object().put("reason", "Given away.").toString())
        .pathParameter("entitlement_id", id)
        .bearer(World.ADMIN_KEY);
  }

  /** Whoever comes first at the provider decides, and nobody is left with half of both. */
  private static void cancelAgainstPayment(Ground ground, int round) {
    History history = ground.history();
    UUID order = history.order("HALF", "book", "app");
    SimulatedProvider provider = ground.world.provider;
    List<Boolean> taken =
        ground.crew.atOnce(
            times(
                THREADS,
                i ->
                    process -> {
                      if (i == 0) {
                        return pay(provider, order);
                      }
                      if (i % 3 == 0) {
                        for (ObjectNode notice : provider.takeUndelivered()) {
                          process.notice(notice);
                        }
                      } else {
                        String action = i % 3 == 1 ? "cancel" : "reconcile";
                        call(
                            process,
                            i % 3 == 1 ? "CancelOrder" : "ReconcileOrder",
                            HttpCall.post("/v1/orders/" + order + '/' + action, "{}")
                                .pathParameter("order_id", order.toString())
                                .bearer(history.accessToken(order)));
                      }
                      return false;
                    }));
    history.settle();
    boolean paid = taken.getFirst();
    ground.expect(
        1,
        paid ? "paid orders" : "cancelled orders",
        "select count(*) from orders where id = ? and status = ?",
        order,
        paid ? "paid" : "cancelled");
    ground.expect(
        paid ? 2 : 0, "units", "select count(*) from entitlement where order_id = ?", order);
    ground.expect(
        1,
        "uses of the code that fit",
        "select count(*) from promotion_redemption where order_id = ? and status = ?",
        order,
        paid ? "redeemed" : "released");
    history.compareMails();
  }

  private static boolean pay(SimulatedProvider provider, UUID order) {
    synchronized (provider) {
      if (!provider.canBePaid(order)) {
        return false;
      }
      provider.pay(order);
      return true;
    }
  }

  /** Each is one more, and the newest link alone opens. */
  private static void reissues(Ground ground, int round) {
    History history = ground.history();
    UUID order = history.paid("book");
    JsonNode entitlement = history.look(order).path("entitlements").path(0);
    String id = entitlement.path("id").asText();
    List<Came> came =
        ground.crew.atOnce(
            times(
                THREADS,
                i ->
                    process ->
                        // Two of each key: the one that comes second issues nothing.
                        call(process, "ReissueEntitlement", reissue(entitlement, round, i / 2))));
    nothingButThose(came, each -> each.is(200) || each.is(409, "idempotency_key_in_use"));
    ground.expect(
        THREADS / 2,
        "generations",
        "select token_generation from entitlement where id = ?",
        UUID.fromString(id));
    ground.expect(
        THREADS / 2,
        "links that were replaced",
        "select count(*) from retired_token where entitlement_id = ?",
        UUID.fromString(id));
    Set<String> links = new HashSet<>(Set.of(entitlement.path("download_token").asText()));
    came.stream()
        .filter(each -> each.is(200))
        .forEach(each -> links.add(parse(each.body).path("download_token").asText()));
    JsonNode newest = history.look(order).path("entitlements").path(0);
    links.add(newest.path("download_token").asText());
    List<Came> opened =
        ground.crew.atOnce(
            List.copyOf(links).stream()
                .<Function<World.Process, Came>>map(
                    link ->
                        process ->
                            call(
                                process,
                                "CreateDownload",
                                HttpCall.post(
                                        "/v1/entitlements/" + link + "/downloads",
                                        Json.object()
                                            .put(
                                                "asset_id",
                                                newest
                                                    .path("files")
                                                    .path(0)
                                                    .path("asset_id")
                                                    .asText())
                                            .toString())
                                    .pathParameter("download_token", link)))
                .toList());
    expect(1, "links that open", count(opened, 201));
    nothingButThose(opened, each -> each.is(201) || each.is(410, "revoked"));
    history.settle();
  }

  /** One mail is owed, and one goes out. */
  private static void oneMail(Ground ground, int round) {
    History history = ground.history();
    history.order(null, "gift");
    SimulatedQueues.Message mail = ground.world.queues.take("MAIL_QUEUE_URL");
    if (mail == null) {
      throw new Broken("No mail was queued.");
    }
    ground.crew.atOnce(
        times(
            THREADS,
            i ->
                process ->
                    i == 0
                        ? null == process.invoke("RelayOutbox", Json.object())
                        : null == process.invoke("SendMail", message(mail.id()))));
    expect(1, "mails", history.mails());
    history.settle();
    expect(1, "mails after all came to rest", history.mails());
  }
}
