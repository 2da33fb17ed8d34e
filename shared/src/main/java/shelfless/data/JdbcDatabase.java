package shelfless.data;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import shelfless.runtime.IdGenerator;
import shelfless.runtime.Settings;

/**
 * The one PostgreSQL connection of an execution environment.
 *
 * <p>It is opened at the first use, checked after it idled, and replaced at most once, only before
 * a transaction's first statement. Nothing here needs session state, so a proxy may hand each
 * transaction to another server connection. Not for several threads.
 */
public final class JdbcDatabase implements Database {
  private static final Duration CHECK_AFTER_IDLE = Duration.ofSeconds(10);
  private static final int ATTEMPTS = 3;

  private final String url;
  private final Properties properties = new Properties();
  private final Clock clock;
  private final IdGenerator ids;
  private @Nullable Connection connection;
  private long lastUsedNanos;

  public JdbcDatabase(Settings settings, Clock clock, IdGenerator ids) {
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

  @Override
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
}
