package shelfless.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Instant;
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
