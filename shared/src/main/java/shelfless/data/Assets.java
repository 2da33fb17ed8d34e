package shelfless.data;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.aws.Queues;
import shelfless.data.Products.Asset;

/**
 * The files of products on their way to the shelf: announced, uploaded, verified, withdrawn. Each
 * step is one conditional update, so that of two callers one takes it.
 */
public final class Assets {
  private static final String QUEUE = "ASSET_QUEUE_URL";

  /** As long as VerifyAsset may take for one. */
  private static final Duration ASKED_AGAIN = Duration.ofMinutes(15);

  /** So many files a product can have, those on their way to the shelf included. */
  public static final int MOST_OF_A_PRODUCT = 100;

  private Assets() {}

  /**
   * A file and its upload.
   *
   * @param uploadId the store's name of an upload in parts; null when it comes in one piece
   */
  public record Upload(Asset asset, @Nullable String uploadId) {}

  /** What is promised about a file that will be uploaded; the checksum is its SHA-256 in hex. */
  public record Promise(
      String fileName, String mimeType, long fileSize, String checksum, boolean newBuyersOnly) {}

  /** The file, of whatever status. */
  public static Optional<Upload> find(Transaction transaction, UUID id) throws SQLException {
    return transaction.first(
        "select * from product_asset where id = ?",
        row -> new Upload(Products.asset(row), row.textOrNull("upload_id")),
        id);
  }

  /** How many files a product has, or is about to have. */
  public static int count(Transaction transaction, UUID productId) throws SQLException {
    return count(transaction, productId, "{pending,verifying,ready}");
  }

  /** How many of a product's files are on sale. */
  public static int countReady(Transaction transaction, UUID productId) throws SQLException {
    return count(transaction, productId, "{ready}");
  }

  private static int count(Transaction transaction, UUID productId, String statuses)
      throws SQLException {
    return transaction
        .first(
            "select count(*)::int as files from product_asset where product_id = ? and status = any(?::text[])",
            row -> row.integer("files"),
            productId,
            statuses)
        .orElse(0);
  }

  /**
   * Adds a pending file as the next version of its name. The caller holds the product's lock, which
   * keeps two files from taking one version.
   */
  public static void add(
      Transaction transaction,
      UUID id,
      UUID productId,
      String storagePath,
      Promise promise,
      @Nullable String uploadId)
      throws SQLException {
    transaction.update(
        """
        insert into product_asset (id, product_id, storage_path, file_name, file_size, mime_type, checksum, version,
          new_buyers_only, upload_id, created_at)
        select ?, ?, ?, ?, ?, ?, ?, coalesce(max(version), 0) + 1, ?, ?, ?
        from product_asset where product_id = ? and file_name = ?
        """,
        id,
        productId,
        storagePath,
        promise.fileName,
        promise.fileSize,
        promise.mimeType,
        promise.checksum,
        promise.newBuyersOnly,
        uploadId,
        transaction.now(),
        productId,
        promise.fileName);
  }

  /** The bytes are there, and are read once this is committed; whether this call took the step. */
  public static boolean verifying(Transaction transaction, Queues queues, UUID id)
      throws SQLException {
    boolean taken =
        transaction.update(
                "update product_asset set status = 'verifying', verify_due_at = ? where id = ? and status = 'pending'",
                transaction.now().plus(ASKED_AGAIN),
                id)
            == 1;
    if (taken) {
      transaction.afterCommit(() -> queues.send(QUEUE, id));
    }
    return taken;
  }

  /**
   * Asks again for those that should have been verified long ago: the message was lost, or nobody
   * could handle it.
   *
   * @return how many
   */
  public static int relay(Transaction transaction, Queues queues, int most) throws SQLException {
    List<UUID> due =
        transaction.list(
            """
            update product_asset set verify_due_at = ?
            where id in (
              select id from product_asset where status = 'verifying' and verify_due_at <= ?
              order by verify_due_at limit ? for update skip locked)
            returning id
            """,
            row -> row.uuid("id"),
            transaction.now().plus(ASKED_AGAIN),
            transaction.now(),
            most);
    due.forEach(id -> transaction.afterCommit(() -> queues.send(QUEUE, id)));
    return due.size();
  }

  /** The bytes are those that were promised; whether this call took the step. */
  public static boolean ready(Transaction transaction, UUID id) throws SQLException {
    return transaction.update(
            """
            update product_asset set status = 'ready', ready_at = ?
            where id = ? and status in ('pending', 'verifying')
            """,
            transaction.now(),
            id)
        == 1;
  }

  /** The bytes are not those that were promised; whether this call took the step. */
  public static boolean rejected(Transaction transaction, UUID id) throws SQLException {
    return transaction.update(
            """
            update product_asset set status = 'rejected' where id = ? and status in ('pending', 'verifying')
            """,
            id)
        == 1;
  }

  /** Nobody gets the file any more; whether this call took the step. */
  public static boolean withdrawn(Transaction transaction, UUID id) throws SQLException {
    return transaction.update(
            """
            update product_asset set status = 'withdrawn', withdrawn_at = ? where id = ? and status <> 'withdrawn'
            """,
            transaction.now(),
            id)
        == 1;
  }
}
