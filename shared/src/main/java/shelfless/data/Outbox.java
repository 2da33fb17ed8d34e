package shelfless.data;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import shelfless.aws.Queues;

/**
 * The mails that are owed: each is recorded in the transaction that causes it, queued right after
 * the commit, and done only when it was sent. One for each kind, subject and occasion, however
 * often it is asked for.
 */
public final class Outbox {
  /** How long a sender has the mail to itself: longer than its function may run. */
  private static final Duration LEASE = Duration.ofMinutes(1);

  /** How long what was queued again is given to be sent, before it is queued once more. */
  private static final Duration RELAYED_AGAIN_AFTER = Duration.ofMinutes(2);

  private Outbox() {}

  /** What a mail is about. */
  public enum Kind {
    /** The links to all that an order delivered, with the receipt; the subject is the order. */
    RECEIPT("receipt"),
    /** What was refunded and what it closed; the subject is the refund. */
    REFUND("refund"),
    /**
     * The links again; the subject is an order of the address, the occasion tells one request from
     * another.
     */
    LINKS("links");

    private final String wireName;

    Kind(String wireName) {
      this.wireName = wireName;
    }

    public String wireName() {
      return wireName;
    }

    private static Kind of(String wireName) {
      for (Kind kind : values()) {
        if (kind.wireName.equals(wireName)) {
          return kind;
        }
      }
      throw new IllegalArgumentException("no kind of mail: " + wireName);
    }
  }

  /** A mail that the caller is to send, and nobody else meanwhile. */
  public record Claimed(UUID id, Kind kind, UUID subjectId) {}

  /** Records the mail, and queues it once the transaction is committed. */
  public static void add(
      Transaction transaction, Queues queues, Kind kind, UUID subject, String occasion)
      throws SQLException {
    UUID id = transaction.newId();
    int added =
        transaction.update(
            """
            insert into outbox (id, kind, subject_id, occasion, due_at, created_at) values (?, ?, ?, ?, ?, ?)
            on conflict (kind, subject_id, occasion) do nothing
            """,
            id,
            kind.wireName(),
            subject,
            occasion,
            transaction.now(),
            transaction.now());
    if (added == 1) {
      transaction.afterCommit(() -> queues.send("MAIL_QUEUE_URL", id));
    }
  }

  /**
   * Takes the mail to be sent. Nothing when it was sent or given up, or while another sender has
   * it: should that one fail, the mail comes due again, each time after a longer wait.
   */
  public static Optional<Claimed> claim(Transaction transaction, UUID id) throws SQLException {
    return transaction.first(
        """
        update outbox
        set attempts = attempts + 1, sending_until = ?::timestamptz,
          due_at = ?::timestamptz + least(interval '1 hour', interval '1 minute' * power(2, least(attempts, 10)))
        where id = ? and sent_at is null and given_up is null and (sending_until is null or sending_until <= ?)
        returning kind, subject_id
        """,
        row -> new Claimed(id, Kind.of(row.text("kind")), row.uuid("subject_id")),
        transaction.now().plus(LEASE),
        transaction.now(),
        id,
        transaction.now());
  }

  /** Records that the mail was sent. */
  public static void markSent(Transaction transaction, UUID id) throws SQLException {
    transaction.update(
        "update outbox set sent_at = ?, sending_until = null where id = ? and sent_at is null",
        transaction.now(),
        id);
  }

  /** Lets go of a mail that could not be sent for now; it is tried again when it is due. */
  public static void release(Transaction transaction, UUID id) throws SQLException {
    transaction.update("update outbox set sending_until = null where id = ?", id);
  }

  /**
   * Records that the mail will never be sent.
   *
   * @param reason for the seller; without the address
   */
  public static void giveUp(Transaction transaction, UUID id, String reason) throws SQLException {
    transaction.update(
        "update outbox set given_up = ?, sending_until = null where id = ? and sent_at is null",
        reason,
        id);
  }

  /**
   * Queues again, once the transaction is committed, what is due by the shop's clock and neither
   * sent nor given up.
   *
   * @return how many
   */
  public static int relay(Transaction transaction, Queues queues, int limit) throws SQLException {
    List<UUID> due =
        transaction.list(
            """
            update outbox set due_at = ?
            where id in (
              select id from outbox where sent_at is null and given_up is null and due_at <= ?
              order by due_at limit ? for update skip locked)
            returning id
            """,
            row -> row.uuid("id"),
            transaction.now().plus(RELAYED_AGAIN_AFTER),
            transaction.now(),
            limit);
    due.forEach(id -> transaction.afterCommit(() -> queues.send("MAIL_QUEUE_URL", id)));
    return due.size();
  }
}
