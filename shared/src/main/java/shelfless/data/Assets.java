package shelfless.data;

import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.data.Products.Asset;

/**
 * The files of products on their way to the shelf: announced, uploaded, verified, withdrawn. Each
 * step is one conditional update, so that of two callers one takes it.
 */
public final class Assets {
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

  /** The bytes are there and are yet to be read; whether this call took the step. */
  public static boolean verifying(Transaction transaction, UUID id) throws SQLException {
    return transaction.update(
            "update product_asset set status = 'verifying' where id = ? and status = 'pending'", id)
        == 1;
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
