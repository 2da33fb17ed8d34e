package shelfless.data;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The database, as transactions.
 *
 * <p>Errors: {@link DatabaseUnavailable} when the database can't be reached or gave up (callers are
 * answered 503); {@link ConstraintViolation} when a rule of the schema refused the change; {@link
 * DatabaseFailure} for all else.
 */
public interface Database extends AutoCloseable {
  /** Work within a transaction; what it returns is the result once the transaction is committed. */
  @FunctionalInterface
  interface Work<T extends @Nullable Object> {
    T run(Transaction transaction) throws SQLException;
  }

  /**
   * Runs the work in a READ COMMITTED transaction, adds the audit rows that it asked for last,
   * commits, and then runs what it left for after the commit. It is run again, three times in all,
   * after a deadlock or serialization failure (SQLSTATE 40P01, 40001), and on another connection
   * when the server ended the one before, unless the commit was sent; so the work must have no
   * effect but on the database.
   */
  <T extends @Nullable Object> T transaction(Work<T> work);

  /**
   * The same for work that comes to the same when it is done twice: reading, or what finds that it
   * was done. It is run again also when the answer to its commit was lost.
   */
  <T extends @Nullable Object> T repeatable(Work<T> work);

  /**
   * Reads, without a transaction around it: each statement sees what is committed when it begins,
   * as it does in READ COMMITTED, and the way to the server and back for a commit is saved. It is
   * run again like {@link #repeatable}.
   */
  <T extends @Nullable Object> T read(Work<T> work);

  /** Connects, if it can: the first work that finds no connection opens one anyway. */
  void connect();

  /**
   * Runs work whose transactions are all one, which comes to nothing: it is not committed, nothing
   * is done after a commit, and the connection is given up in the end, which rolls all of it back.
   * The audit log, whose end all others wait for, is left alone. What a commit itself takes is
   * rehearsed by an empty one before.
   */
  void rehearse(Runnable work);

  /** Gives up the connection; the next use opens another. */
  @Override
  void close();
}
