package shelfless.data;

import java.sql.SQLException;
import java.util.Collection;
import java.util.UUID;

/** The seller's keys to the API, kept as hashes. */
public final class ApiKeys {
  private ApiKeys() {}

  /** Adds a key; {@code hash} is SHA-256 of its text. */
  public static void add(
      Transaction transaction,
      UUID id,
      String name,
      Collection<String> scopes,
      byte[] hash,
      String createdBy)
      throws SQLException {
    transaction.update(
        "insert into api_key (id, name, scopes, key_hash, created_by, created_at) values (?, ?, ?, ?, ?, ?)",
        id,
        name,
        scopes,
        hash,
        createdBy,
        transaction.now());
  }

  /** Ends a key; whether it was there and still worked. */
  public static boolean revoke(Transaction transaction, UUID id) throws SQLException {
    return transaction.update(
            "update api_key set revoked_at = ? where id = ? and revoked_at is null",
            transaction.now(),
            id)
        == 1;
  }
}
