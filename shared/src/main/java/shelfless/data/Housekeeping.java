package shelfless.data;

import java.sql.SQLException;
import java.time.Instant;

/** Removes rows that are over; each call at most {@code limit}, and answers how many. */
public final class Housekeeping {
  private Housekeeping() {}

  /** Idempotency keys that no longer bind anyone. */
  public static int purgeIdempotencyKeys(Transaction transaction, Instant now, int limit)
      throws SQLException {
    return transaction.update(
        """
        delete from idempotency_key where (scope, key_hash) in (
          select scope, key_hash from idempotency_key where expires_at <= ? and locked_until <= ?
          order by expires_at limit ? for update skip locked)
        """,
        now,
        now,
        limit);
  }

  /** Token buckets that nobody took from since then: they are full again. */
  public static int purgeRateLimits(Transaction transaction, Instant idleSince, int limit)
      throws SQLException {
    return transaction.update(
        """
        delete from rate_limit where bucket in (
          select bucket from rate_limit where updated_at <= ? order by updated_at limit ? for update skip locked)
        """,
        idleSince,
        limit);
  }

  /**
   * Mails that sent links again, asked for before then. The rows of receipts and refunds stay: they
   * are what keeps those from being sent twice.
   */
  public static int purgeLinkMails(Transaction transaction, Instant before, int limit)
      throws SQLException {
    return transaction.update(
        """
        delete from outbox where id in (
          select id from outbox
          where kind = 'links' and created_at <= ? and (sent_at is not null or given_up is not null)
          order by created_at limit ? for update skip locked)
        """,
        before,
        limit);
  }
}
