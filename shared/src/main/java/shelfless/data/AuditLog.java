package shelfless.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What happened, as it is read; {@link Transaction#audit} adds to it. */
public final class AuditLog {
  private AuditLog() {}

  /** A row of the chain; its hash covers it and the hash before it. */
  public record Entry(
      UUID id,
      long seq,
      Instant at,
      String actor,
      String action,
      String subjectType,
      String subjectId,
      JsonNode details,
      byte[] previousHash,
      byte[] hash) {}

  /** Whether such a thing was ever recorded of the subject. */
  public static boolean has(
      Transaction transaction, String action, String subjectType, Object subjectId)
      throws SQLException {
    return transaction
        .first(
            "select seq from audit_log where subject_type = ? and subject_id = ? and action = ? limit 1",
            row -> row.number("seq"),
            subjectType,
            subjectId.toString(),
            action)
        .isPresent();
  }

  /**
   * What is asked for; nothing stands for anything.
   *
   * @param from not before
   * @param to before
   */
  public record Filter(
      Optional<String> subjectType,
      Optional<String> subjectId,
      Optional<String> action,
      Optional<Instant> from,
      Optional<Instant> to) {}

  /**
   * The newest rows first.
   *
   * @param before only rows with a smaller number
   */
  public static List<Entry> list(
      Transaction transaction, Filter filter, Optional<Long> before, int limit)
      throws SQLException {
    @Nullable String subjectType = filter.subjectType.orElse(null);
    @Nullable String subjectId = filter.subjectId.orElse(null);
    @Nullable String action = filter.action.orElse(null);
    @Nullable Instant from = filter.from.orElse(null);
    @Nullable Instant to = filter.to.orElse(null);
    return transaction.list(
        """
        select * from audit_log
        where (?::text is null or subject_type = ?::text)
          and (?::text is null or subject_id = ?::text)
          and (?::text is null or action = ?::text)
          and (?::timestamptz is null or at >= ?::timestamptz)
          and (?::timestamptz is null or at < ?::timestamptz)
          and seq < ?
        order by seq desc limit ?
        """,
        AuditLog::entry,
        subjectType,
        subjectType,
        subjectId,
        subjectId,
        action,
        action,
        from,
        from,
        to,
        to,
        before.orElse(Long.MAX_VALUE),
        limit);
  }

  /** The end of the chain: the number of its last row, and that row's hash in hexadecimal. */
  public record Head(long seq, String hash) {}

  /** The end of the chain now. */
  public static Head head(Transaction transaction) throws SQLException {
    return transaction
        .first("select seq, hash from audit_head", AuditLog::headOf)
        .orElseThrow(() -> new IllegalStateException("audit_head has lost its row"));
  }

  /** Whether the log has this row, with this hash. */
  public static boolean contains(Transaction transaction, Head row) throws SQLException {
    return transaction
        .first("select seq, hash from audit_log where seq = ?", AuditLog::headOf, row.seq)
        .equals(Optional.of(row));
  }

  private static Head headOf(Row row) throws SQLException {
    return new Head(row.number("seq"), HexFormat.of().formatHex(row.bytes("hash")));
  }

  /** A row at which the chain does not hold. */
  public record Break(long seq, String reason) {}

  /** Where the chain does not hold between two of its rows, both included (rule 13). */
  public static List<Break> breaks(Transaction transaction, long first, long last)
      throws SQLException {
    return transaction.list(
        "select seq, reason from audit_log_breaks(?, ?) order by seq",
        row -> new Break(row.number("seq"), row.text("reason")),
        first,
        last);
  }

  private static Entry entry(Row row) throws SQLException {
    return new Entry(
        row.uuid("id"),
        row.number("seq"),
        row.instant("at"),
        row.text("actor"),
        row.text("action"),
        row.text("subject_type"),
        row.text("subject_id"),
        row.json("details"),
        row.bytes("previous_hash"),
        row.bytes("hash"));
  }
}
