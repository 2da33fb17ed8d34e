package shelfless.harness;

import static shelfless.harness.Ground.THREADS;
import static shelfless.harness.Ground.expect;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import shelfless.json.Json;

/** Races for files and the links to them. */
final class DownloadRaces {
  /** How many ask for a file at once, where each asks for one of its own. */
  static final int DOWNLOADERS = 40;

  private DownloadRaces() {}

  /** As many files of the book as ask for one at once. */
  static void moreFiles(World world) {
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

  /** Five of forty files; and one file, forty times, which costs one download. */
  static void lastDownloads(Ground ground, int round) {
    History history = ground.history();
    UUID order = history.paid("book", "song");
    JsonNode entitlements = history.look(order).path("entitlements");
    List<Came> files =
        ground
            .crew()
            .atOnce(DOWNLOADERS, (process, i) -> download(process, entitlements.path(0), i));
    expect(5, "files granted", Came.count(files, 201));
    Came.nothingBut(files, each -> each.is(201) || each.is(410, "used_up"));
    List<Came> again =
        ground
            .crew()
            .atOnce(DOWNLOADERS, (process, i) -> download(process, entitlements.path(1), 0));
    expect(DOWNLOADERS, "grants of one file", Came.count(again, 201));
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

  private static Came download(World.Process process, JsonNode entitlement, int file) {
    return Came.of(process, "CreateDownload", Requests.download(entitlement, file));
  }

  /** A grant that began after the answer of the revocation is none, nor one that comes later. */
  static void revocation(Ground ground, int round) {
    History history = ground.history();
    UUID order = history.paid("song");
    JsonNode entitlement = history.look(order).path("entitlements").path(0);
    boolean byRefund = round % 2 == 0;
    List<Long> revokedBy = Collections.synchronizedList(new ArrayList<>());
    List<Long> begun = Collections.synchronizedList(new ArrayList<>());
    List<Came> came =
        ground.atOnce(
            (process, i) -> {
              if (i == 0) {
                Came answer =
                    byRefund
                        ? Came.of(
                            process,
                            "IssueRefund",
                            Requests.refund(order, "the refund of round " + round, null))
                        : Came.of(process, "RevokeEntitlement", Requests.revoke(entitlement));
                revokedBy.add(System.nanoTime());
                return answer;
              }
              Came last = new Came(0, "");
              for (int again = 0; again < 3; again++) {
                long start = System.nanoTime();
                last = download(process, entitlement, 0);
                if (last.is(201)) {
                  begun.add(start);
                }
              }
              return last;
            });
    expect(byRefund ? 201 : 200, "the revocation", came.getFirst().status());
    Came.nothingBut(came.subList(1, came.size()), each -> each.is(201) || each.is(410, "revoked"));
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
    expectGrants(ground, begun.size(), order);
    history.settle();
    expect(410, "a download after it", history.download(order, 0));
  }

  private static void expectGrants(Ground ground, long wanted, UUID order) {
    ground.expect(
        wanted,
        "grants on record",
        "select count(*) from download d join entitlement e on e.id = d.entitlement_id where e.order_id = ?",
        order);
  }

  private static Came reissue(World.Process process, JsonNode entitlement, int round, int number) {
    return Came.of(
        process,
        "ReissueEntitlement",
        Requests.reissue(entitlement, "reissue " + round + '-' + number));
  }

  /** What was looked up under the old link is granted before the new one, or not at all. */
  static void newLink(Ground ground, int round) {
    History history = ground.history();
    UUID order = history.paid("song");
    JsonNode entitlement = history.look(order).path("entitlements").path(0);
    List<Came> came =
        ground.atOnce(
            (process, i) ->
                i == THREADS / 2
                    ? reissue(process, entitlement, round, 0)
                    : download(process, entitlement, 0));
    expect(1, "links issued anew", Came.count(came, 200));
    Came.nothingBut(came, each -> each.is(200) || each.is(201) || each.is(410, "revoked"));
    ground.expect(
        0,
        "grants by a link that was replaced",
        """
        select count(*) from download d join entitlement e on e.id = d.entitlement_id
        join retired_token t on t.entitlement_id = e.id
        where e.order_id = ? and d.granted_at >= t.retired_at
        """,
        order);
    expectGrants(ground, Came.count(came, 201), order);
    history.settle();
  }

  /** Each is one more, and the newest link alone opens. */
  static void reissues(Ground ground, int round) {
    History history = ground.history();
    UUID order = history.paid("book");
    JsonNode entitlement = history.look(order).path("entitlements").path(0);
    UUID id = UUID.fromString(entitlement.path("id").asText());
    // Two of each key: the one that comes second issues nothing.
    List<Came> came = ground.atOnce((process, i) -> reissue(process, entitlement, round, i / 2));
    Came.nothingBut(came, each -> each.is(200) || each.is(409, "idempotency_key_in_use"));
    ground.expect(
        THREADS / 2, "generations", "select token_generation from entitlement where id = ?", id);
    ground.expect(
        THREADS / 2,
        "links that were replaced",
        "select count(*) from retired_token where entitlement_id = ?",
        id);
    JsonNode newest = history.look(order).path("entitlements").path(0);
    Set<String> links = new TreeSet<>();
    links.add(entitlement.path("download_token").asText());
    came.stream()
        .filter(each -> each.is(200))
        .forEach(each -> links.add(each.json().path("download_token").asText()));
    links.add(newest.path("download_token").asText());
    List<String> shown = List.copyOf(links);
    String file = newest.path("files").path(0).path("asset_id").asText();
    List<Came> opened =
        ground
            .crew()
            .atOnce(
                shown.size(),
                (process, i) ->
                    Came.of(process, "CreateDownload", Requests.download(shown.get(i), file)));
    expect(1, "links that open", Came.count(opened, 201));
    Came.nothingBut(opened, each -> each.is(201) || each.is(410, "revoked"));
    history.settle();
  }
}
