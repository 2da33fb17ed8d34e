package shelfless.data;

import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import shelfless.data.Entitlements.Entitlement;
import shelfless.data.Entitlements.File;
import shelfless.domain.DownloadDecision;
import shelfless.domain.DownloadTerms;

/** The downloads that were granted, and granting one (rule 6). */
public final class Downloads {
  private Downloads() {}

  /**
   * A download that was granted.
   *
   * @param charged whether it is one of those that the limit counts
   * @param urlExpiresAt until when the file's address works, to the second
   * @param downloadsLeft after it; null: unlimited
   */
  public record Download(
      UUID id, File file, boolean charged, Instant urlExpiresAt, @Nullable Integer downloadsLeft) {}

  /** What came of asking for a file. */
  public sealed interface Outcome {
    /** It was granted, and is recorded. */
    record Granted(Download download) implements Outcome {}

    /** The entitlement does not open now. */
    record Refused(DownloadDecision.Refused why) implements Outcome {}

    /** The link that was shown was replaced by another meanwhile. */
    record LinkReplaced() implements Outcome {}

    /** The entitlement has no such file, or none was named and it has not exactly one. */
    record NoSuchFile(int files) implements Outcome {}
  }

  /**
   * Decides, counts and records in one transaction. The entitlement's row is locked before it is
   * read, so the last download is granted once, and none after a revocation or a new link that was
   * committed.
   *
   * @param id of the download; when it is on record already, that one is the outcome
   * @param shown what the link opened when it was looked up
   * @param asset the file; may be left out where there is exactly one
   * @param client a keyed hash of the caller's address
   */
  public static Outcome grant(
      Transaction transaction, UUID id, Entitlement shown, Optional<UUID> asset, byte[] client)
      throws SQLException {
    Entitlement entitlement = Entitlements.lock(transaction, shown.id()).orElseThrow();
    if (entitlement.tokenGeneration() != shown.tokenGeneration()) {
      return new Outcome.LinkReplaced();
    }
    Instant now = transaction.now();
    List<File> files = entitlement.files();
    Optional<File> file =
        asset.isEmpty() && files.size() == 1
            ? Optional.of(files.getFirst())
            : files.stream().filter(one -> asset.equals(Optional.of(one.id()))).findFirst();
    Instant windowEndsAt =
        file.isEmpty() ? null : windowEndsAt(transaction, entitlement.id(), file.get().id());
    return switch (DownloadDecision.of(
        entitlement.access(),
        entitlement.expiresAt(),
        entitlement.downloadsLeft(),
        windowEndsAt,
        now)) {
      case DownloadDecision.Granted granted when file.isPresent() ->
          new Outcome.Granted(
              record(
                  transaction,
                  id,
                  entitlement,
                  file.get(),
                  // Only what was charged before can be free.
                  granted.charged() ? null : windowEndsAt,
                  now,
                  client));
      case DownloadDecision.Granted granted -> new Outcome.NoSuchFile(files.size());
      case DownloadDecision.UsedUp usedUp when file.isEmpty() ->
          new Outcome.NoSuchFile(files.size());
      case DownloadDecision.Refused refused -> new Outcome.Refused(refused);
    };
  }

  private static Download record(
      Transaction transaction,
      UUID id,
      Entitlement entitlement,
      File file,
      @Nullable Instant openWindow,
      Instant now,
      byte[] client)
      throws SQLException {
    boolean charged = openWindow == null;
    Instant urlExpiresAt =
        now.truncatedTo(ChronoUnit.SECONDS).plus(DownloadTerms.urlLife(file.fileSize()));
    int added =
        transaction.update(
            """
            insert into download (id, entitlement_id, asset_id, charged, granted_at, url_expires_at, window_ends_at, client)
            values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing
            """,
            id,
            entitlement.id(),
            file.id(),
            charged,
            now,
            urlExpiresAt,
            openWindow == null ? now.plus(DownloadTerms.retryWindow(file.fileSize())) : openWindow,
            client);
    if (added == 0) {
      return find(transaction, id).orElseThrow();
    }
    Integer left = entitlement.downloadsLeft();
    if (charged && left != null) {
      transaction.update(
          "update entitlement set downloads_left = downloads_left - 1 where id = ?",
          entitlement.id());
      left = left - 1;
    }
    return new Download(id, file, charged, urlExpiresAt, left);
  }

  private static @Nullable Instant windowEndsAt(
      Transaction transaction, UUID entitlementId, UUID assetId) throws SQLException {
    return transaction
        .first(
            """
            select window_ends_at from download
            where entitlement_id = ? and asset_id = ? and charged order by granted_at desc limit 1
            """,
            row -> row.instant("window_ends_at"),
            entitlementId,
            assetId)
        .orElse(null);
  }

  /** The files that can be asked for again at no cost, by id, and until when. */
  public static Map<UUID, Instant> openWindows(Transaction transaction, UUID entitlementId)
      throws SQLException {
    record Window(UUID asset, Instant endsAt) {}
    return transaction
        .list(
            """
            select asset_id, max(window_ends_at) as ends_at from download
            where entitlement_id = ? and charged group by asset_id having max(window_ends_at) > ?
            """,
            row -> new Window(row.uuid("asset_id"), row.instant("ends_at")),
            entitlementId,
            transaction.now())
        .stream()
        .collect(Collectors.toMap(Window::asset, Window::endsAt));
  }

  /** A download that was granted before, with what is left now. */
  public static Optional<Download> find(Transaction transaction, UUID id) throws SQLException {
    return transaction.first(
        """
        select d.id as download_id, d.charged, d.url_expires_at, e.downloads_left, a.*
        from download d
        join entitlement e on e.id = d.entitlement_id
        join product_asset a on a.id = d.asset_id
        where d.id = ?
        """,
        row ->
            new Download(
                row.uuid("download_id"),
                Entitlements.file(row),
                row.bool("charged"),
                row.instant("url_expires_at"),
                row.integerOrNull("downloads_left")),
        id);
  }
}
