package shelfless.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.json.Json;
import shelfless.runtime.IdGenerator;

/**
 * A running transaction: statements with positional parameters, and rows mapped one by one.
 *
 * <p>Parameters may be null, {@link String}, {@link UUID}, {@link Instant} (as timestamptz), {@link
 * LocalDate}, whole numbers, {@link java.math.BigDecimal}, {@code boolean}, {@code byte[]}, {@link
 * JsonNode} (as jsonb), or a collection of strings or UUIDs (as an array).
 */
public final class Transaction {
  private final Connection connection;
  private final Clock clock;
  private final IdGenerator ids;
  private final Patience patience;
  private final List<AuditEntry> audit = new ArrayList<>();
  private final List<Runnable> afterCommit = new ArrayList<>();
  private boolean committing;
  private boolean isReading;
  private boolean isRehearsal;

  /**
   * What comes before each step that the server answers: the connection is set to wait for it as
   * long as it may.
   */
  @FunctionalInterface
  interface Patience {
    /**
     * @throws SQLException when there is no time left
     */
    void beforeStep(Connection connection) throws SQLException;
  }

  Transaction(Connection connection, Clock clock, IdGenerator ids, Patience patience) {
    this.connection = connection;
    this.patience = patience;
    this.clock = clock;
    this.ids = ids;
  }

  private record AuditEntry(
      String actor, String action, String subjectType, String subjectId, JsonNode details) {}

  /** Maps the row that the cursor stands on. */
  @FunctionalInterface
  public interface Mapper<T extends @Nullable Object> {
    T map(Row row) throws SQLException;
  }

  <T extends @Nullable Object> T run(Database.Work<T> work) throws SQLException {
    boolean done = false;
    try {
      T result = work.run(this);
      writeAudit();
      patience.beforeStep(connection);
      committing = true;
      connection.commit();
      done = true;
      return result;
    } finally {
      if (!done) {
        rollBack();
      }
    }
  }

  /** Does work that only reads, each statement by itself. */
  <T extends @Nullable Object> T read(Database.Work<T> work) throws SQLException {
    isReading = true;
    connection.setAutoCommit(true);
    try {
      return work.run(this);
    } finally {
      // On a connection that is gone this would fail, and hide why it is gone.
      if (!connection.isClosed()) {
        connection.setAutoCommit(false);
      }
    }
  }

  /** Does the work and leaves it uncommitted. */
  <T extends @Nullable Object> T rehearse(Database.Work<T> work) throws SQLException {
    isRehearsal = true;
    return work.run(this);
  }

  /** Whether all of it is rolled back. */
  boolean isRehearsal() {
    return isRehearsal;
  }

  /** Whether the commit was sent, so that a lost connection leaves open what became of it. */
  boolean isCommitting() {
    return committing;
  }

  private void rollBack() {
    try {
      connection.rollback();
    } catch (SQLException gone) {
      // The server rolls back what a lost connection leaves.
    }
  }

  void runAfterCommit() {
    // No lambda: it would be linked at the first call after a snapshot.
    for (Runnable action : afterCommit) {
      action.run();
    }
  }

  /** The time by the shop's clock; the database's own decides nothing. */
  public Instant now() {
    return clock.instant();
  }

  /** A fresh id, later than those before it. */
  public UUID newId() {
    return ids.next();
  }

  /** Every row of the answer. */
  public <T> List<T> list(String sql, Mapper<T> mapper, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = prepare(sql, parameters);
        ResultSet results = statement.executeQuery()) {
      Row row = new Row(results);
      List<T> rows = new ArrayList<>();
      while (results.next()) {
        rows.add(mapper.map(row));
      }
      return rows;
    }
  }

  /** The first row of the answer, if there is one. */
  public <T> Optional<T> first(String sql, Mapper<T> mapper, @Nullable Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = prepare(sql, parameters);
        ResultSet results = statement.executeQuery()) {
      return results.next() ? Optional.of(mapper.map(new Row(results))) : Optional.empty();
    }
  }

  /** Runs an insert, update or delete; the number of rows that it touched. */
  public int update(String sql, @Nullable Object... parameters) throws SQLException {
    refuseIfReading();
    try (PreparedStatement statement = prepare(sql, parameters)) {
      return statement.executeUpdate();
    }
  }

  /** Runs one statement for many rows, in one round trip; how many rows each touched. */
  public int[] batch(String sql, List<@Nullable Object[]> rows) throws SQLException {
    if (rows.isEmpty()) {
      return new int[0];
    }
    refuseIfReading();
    patience.beforeStep(connection);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (@Nullable Object[] row : rows) {
        for (int i = 0; i < row.length; i++) {
          bind(statement, i + 1, row[i]);
        }
        statement.addBatch();
      }
      return statement.executeBatch();
    } catch (BatchUpdateException failure) {
      // The driver's own says which constraint refused the row.
      throw failure.getCause() instanceof SQLException cause ? cause : failure;
    }
  }

  /**
   * Adds an audit row in this transaction (rule 13). It is written just before the commit, because
   * the chain's head is the last lock that a transaction takes.
   *
   * @param actor who did it: {@code system}, {@code api_key:ID}, {@code order:ID} for a guest,
   *     {@code provider:stripe}
   * @param action what happened, as {@code subject.verb}: {@code order.created}
   */
  public void audit(
      String actor, String action, String subjectType, Object subjectId, ObjectNode details) {
    refuseIfReading();
    audit.add(new AuditEntry(actor, action, subjectType, subjectId.toString(), details));
  }

  /**
   * Runs the action once this transaction is committed, and not at all if it is not. It must not
   * fail.
   */
  public void afterCommit(Runnable action) {
    refuseIfReading();
    afterCommit.add(action);
  }

  private void refuseIfReading() {
    if (isReading) {
      throw new IllegalStateException("Work that only reads writes something");
    }
  }

  private void writeAudit() throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (AuditEntry entry : audit) {
      rows.add(
          new @Nullable Object[] {
            ids.next(),
            clock.instant(),
            entry.actor,
            entry.action,
            entry.subjectType,
            entry.subjectId,
            entry.details
          });
    }
    batch(
        """
        insert into audit_log (id, at, actor, action, subject_type, subject_id, details)
        values (?, ?, ?, ?, ?, ?, ?)
        """,
        rows);
  }

  private PreparedStatement prepare(String sql, @Nullable Object[] parameters) throws SQLException {
    patience.beforeStep(connection);
    PreparedStatement statement = connection.prepareStatement(sql);
    try {
      for (int i = 0; i < parameters.length; i++) {
        bind(statement, i + 1, parameters[i]);
      }
      return statement;
    } catch (SQLException | RuntimeException failure) {
      statement.close();
      throw failure;
    }
  }

  private void bind(PreparedStatement statement, int index, @Nullable Object value)
      throws SQLException {
    // By tests and not by patterns of a switch, which would be linked at a cold start's first call.
    if (value == null) {
      statement.setNull(index, Types.NULL);
    } else if (value instanceof Instant instant) {
      statement.setObject(index, instant.atOffset(ZoneOffset.UTC));
    } else if (value instanceof JsonNode json) {
      statement.setObject(index, Json.text(json), Types.OTHER);
    } else if (value instanceof Collection<?> values) {
      boolean areIds = !values.isEmpty() && values.iterator().next() instanceof UUID;
      statement.setArray(
          index, connection.createArrayOf(areIds ? "uuid" : "text", values.toArray()));
    } else {
      statement.setObject(index, value);
    }
  }
}
