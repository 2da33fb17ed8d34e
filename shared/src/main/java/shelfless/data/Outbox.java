package shelfless.data;

import java.sql.SQLException;
import java.util.UUID;
import shelfless.aws.Queues;

/**
 * The mails that are owed: each is recorded in the transaction that causes it, queued right after
 * the commit, and done only when it was sent. One for each kind, subject and occasion, however
 * often it is asked for.
 */
public final class Outbox {
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
  }

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
}
