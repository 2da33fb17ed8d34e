package shelfless.data;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import shelfless.runtime.IdGenerator;
import shelfless.runtime.Settings;

/**
 * The one PostgreSQL connection of an execution environment, and the transactions that run on it.
 *
 * <p>The connection is opened at the first use, checked after it idled, and replaced at most once,
 * only before a transaction's first statement. Nothing here needs session state, so a proxy may
 * hand each transaction to another server connection. Not for several threads.
 *
 * <p>Errors: {@link DatabaseUnavailable} when the database can't be reached or gave up (callers are
 * answered 503); {@link ConstraintViolation} when a rule of the schema refused the change; {@link
 * DatabaseFailure} for all else.
 */
public final class Database implements AutoCloseable {
  private static final Duration CHECK_AFTER_IDLE = Duration.ofSeconds(10);
  private static final int ATTEMPTS = 3;

  private final String url;
  private final Properties properties = new Properties();
  private final Clock clock;
  private final IdGenerator ids;
  private @Nullable Connection connection;
  private long lastUsedNanos;

  public Database(Settings settings, Clock clock, IdGenerator ids) {
    this.url = settings.required("DATABASE_URL");
    this.clock = clock;
    this.ids = ids;
    properties.setProperty("user", settings.required("DATABASE_USER"));
    properties.setProperty("ApplicationName", "shelfless");
    // Without it the driver sends a SET, which would pin a proxy's session.
    properties.setProperty("assumeMinServerVersion", "16");
    // Named statements live in a server session, which a proxy may change under us.
    properties.setProperty("prepareThreshold", "0");
    properties.setProperty("connectTimeout", "3");
    properties.setProperty("loginTimeout", "4");
    properties.setProperty("socketTimeout", "12");
    properties.setProperty("tcpKeepAlive", "true");
  }

  /** Work within a transaction; what it returns is the result once the transaction is committed. */
  @FunctionalInterface
  public interface Work<T extends @Nullable Object> {
    T run(Transaction transaction) throws SQLException;
  }

  /**
   * Runs the work in a READ COMMITTED transaction, adds the audit rows that it asked for last,
   * commits, and then runs what it left for after the commit. A deadlock or serialization failure
   * (SQLSTATE 40P01, 40001) runs it again, three times in all, and a connection that had ended
   * while nobody used it once more on another, so the work must have no effect but on the database.
   */
  public <T extends @Nullable Object> T transaction(Work<T> work) {
    for (int attempt = 1; ; attempt++) {
      boolean held = connection != null;
      Transaction transaction = new Transaction(open(), clock, ids);
      try {
        T result = transaction.run(work);
        lastUsedNanos = System.nanoTime();
        transaction.runAfterCommit();
        return result;
      } catch (SQLException failure) {
        if (isConnectionGone(failure)) {
          close();
          if (held && attempt == 1 && hasEnded(failure) && !transaction.isCommitting()) {
            continue;
          }
          throw new DatabaseUnavailable(failure);
        }
        String state = String.valueOf(failure.getSQLState());
        boolean again = state.equals("40001") || state.equals("40P01");
        if (again && attempt < ATTEMPTS) {
          continue;
        }
        throw translate(failure);
      }
    }
  }

  private Connection open() {
    Connection current = connection;
    if (current != null
        && System.nanoTime() - lastUsedNanos > CHECK_AFTER_IDLE.toNanos()
        && !isAlive(current)) {
      close();
      current = null;
    }
    if (current != null) {
      return current;
    }
    try {
      Connection opened = new Driver().connect(url, properties);
      if (opened == null) {
        throw new IllegalStateException(
            "DATABASE_URL must begin with jdbc:postgresql://, not '" + url + "'.");
      }
      opened.setAutoCommit(false);
      lastUsedNanos = System.nanoTime();
      connection = opened;
      return opened;
    } catch (SQLException failure) {
      throw new DatabaseUnavailable(failure);
    }
  }

  private static boolean isAlive(Connection connection) {
    try {
      return connection.isValid(2);
    } catch (SQLException invalidArgument) {
      return false;
    }
  }

  /** Gives up the connection; the next use opens another. */
  @Override
  public void close() {
    Connection closing = connection;
    connection = null;
    if (closing != null) {
      try {
        closing.close();
      } catch (SQLException alreadyGone) {
        // It is closed either way.
      }
    }
  }

  /**
   * Whether the server had ended the connection, as a failover does; waiting in vain is not meant.
   */
  private static boolean hasEnded(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    return (state.startsWith("08") || state.startsWith("57P"))
        && !(failure.getCause() instanceof SocketTimeoutException);
  }

  /**
   * Class 08 is a broken connection; 57P0x an ending or starting server; 53xxx one without room;
   * 57014 and 55P03 a statement or a lock that took too long.
   */
  private static boolean isConnectionGone(SQLException failure) {
    String state = failure.getSQLState();
    return state == null
        || state.startsWith("08")
        || state.startsWith("57P")
        || state.startsWith("53")
        || state.equals("25P03")
        || state.equals("57014")
        || state.equals("55P03");
  }

  private static RuntimeException translate(SQLException failure) {
    if (failure instanceof org.postgresql.util.PSQLException refused
        && refused.getServerErrorMessage() != null
        && String.valueOf(refused.getSQLState()).startsWith("23")) {
      return new ConstraintViolation(
          String.valueOf(refused.getServerErrorMessage().getConstraint()), refused);
    }
    return new DatabaseFailure(failure);
  }

  /** What a transaction leaves for after its commit. */
  static final class AfterCommit {
    private final List<Runnable> actions = new ArrayList<>();

    void add(Runnable action) {
      actions.add(action);
    }

    void run() {
      actions.forEach(Runnable::run);
    }
  }

  Instant now() {
    return clock.instant();
  }
}
