package shelfless.data;

import java.net.SocketTimeoutException;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import shelfless.runtime.CallTime;
import shelfless.runtime.IdGenerator;
import shelfless.runtime.Settings;

/**
 * The one PostgreSQL connection of an execution environment.
 *
 * <p>It is opened at the first use, checked after it idled, and replaced when it ends within a
 * transaction: the work is then done anew on another. Nothing here needs session state, so a proxy
 * may hand each transaction to another server connection. Not for several threads.
 */
public final class JdbcDatabase implements Database {
  private static final Duration CHECK_AFTER_IDLE = Duration.ofSeconds(10);

  /** For TCP, and with it for all that comes before the first statement. */
  private static final Duration TO_CONNECT = Duration.ofSeconds(3);

  /** Whether a connection that idled is alive. */
  private static final Duration TO_CHECK = Duration.ofSeconds(2);

  /**
   * For one answer, where {@code DATABASE_ANSWER_SECONDS} says nothing else: longer than the role's
   * statement_timeout, so that it is the server that gives up, unless it is out of reach.
   */
  private static final int TO_ANSWER_SECONDS = 12;

  /** For a rollback, when the call has no time left. */
  private static final Duration TO_LEAVE = Duration.ofMillis(250);

  private static final int ATTEMPTS = 3;

  /** What may be done with work whose end was not heard of. */
  private enum Kind {
    ONCE,
    REPEATABLE,
    READING
  }

  private static final String CANCELLED = "57014";

  private final String url;
  private final SignIn signIn;
  private final Properties properties = new Properties();
  private final Clock clock;
  private final IdGenerator ids;
  private final CallTime time;
  private final Duration toAnswer;
  private @Nullable Connection connection;
  private long lastUsedNanos;
  private boolean isRehearsed;

  /** For work that nobody waits for. */
  public JdbcDatabase(Settings settings, Clock clock, IdGenerator ids) {
    this(settings, clock, ids, new CallTime(), SignIn.AS_THE_ADDRESS_SAYS);
  }

  /**
   * @param time what is waited for takes no longer than the call may
   */
  public JdbcDatabase(
      Settings settings, Clock clock, IdGenerator ids, CallTime time, SignIn signIn) {
    this.url = settings.required("DATABASE_URL");
    if (!url.startsWith("jdbc:postgresql://")) {
      throw new IllegalStateException(
          "DATABASE_URL must begin with jdbc:postgresql://, not '" + url + "'.");
    }
    this.signIn = signIn;
    this.clock = clock;
    this.ids = ids;
    this.time = time;
    this.toAnswer =
        Duration.ofSeconds(settings.integer("DATABASE_ANSWER_SECONDS", TO_ANSWER_SECONDS));
    properties.setProperty("user", settings.required("DATABASE_USER"));
    properties.setProperty("ApplicationName", "shelfless");
    // Without it the driver sends a SET, which would pin a proxy's session.
    properties.setProperty("assumeMinServerVersion", "16");
    // Named statements live in a server session, which a proxy may change under us; an address
    // without one says otherwise.
    properties.setProperty("prepareThreshold", "0");
    properties.setProperty("connectTimeout", Long.toString(TO_CONNECT.toSeconds()));
    properties.setProperty("socketTimeout", Long.toString(toAnswer.toSeconds()));
    properties.setProperty("tcpKeepAlive", "true");
  }

  @Override
  public <T extends @Nullable Object> T transaction(Work<T> work) {
    return run(work, Kind.ONCE);
  }

  @Override
  public <T extends @Nullable Object> T repeatable(Work<T> work) {
    return run(work, Kind.REPEATABLE);
  }

  @Override
  public <T extends @Nullable Object> T read(Work<T> work) {
    return run(work, Kind.READING);
  }

  @Override
  public void connect() {
    try {
      open();
    } catch (DatabaseUnavailable later) {
      // The work that needs it tries again, and says so.
    }
  }

  @Override
  public void rehearse(Runnable work) {
    // A commit by itself; what follows has none.
    transaction(transaction -> transaction.first("select 1 as one", row -> row.integer("one")));
    isRehearsed = true;
    try {
      work.run();
    } finally {
      isRehearsed = false;
      close();
    }
  }

  private <T extends @Nullable Object> T run(Work<T> work, Kind kind) {
    for (int attempt = 1; ; attempt++) {
      Transaction transaction = new Transaction(open(), clock, ids, this::limit);
      try {
        T result =
            isRehearsed
                ? transaction.rehearse(work)
                : kind == Kind.READING ? transaction.read(work) : transaction.run(work);
        lastUsedNanos = System.nanoTime();
        if (!isRehearsed) {
          transaction.runAfterCommit();
        }
        return result;
      } catch (SQLException failure) {
        if (isConnectionGone(failure)) {
          close();
          boolean mayRepeat = kind != Kind.ONCE || !transaction.isCommitting();
          if (mayRepeat && hasEnded(failure) && attempt < ATTEMPTS) {
            continue;
          }
          throw new DatabaseUnavailable(failure);
        }
        if (mayDoAgain(failure) && attempt < ATTEMPTS) {
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
      properties.setProperty("loginTimeout", seconds(left(TO_CONNECT)));
      signIn
          .password(URI.create(url.substring("jdbc:".length())), properties.getProperty("user"))
          .ifPresent(password -> properties.setProperty("password", password));
      Connection opened = Objects.requireNonNull(new Driver().connect(url, properties));
      opened.setAutoCommit(false);
      lastUsedNanos = System.nanoTime();
      connection = opened;
      return opened;
    } catch (SQLException failure) {
      throw new DatabaseUnavailable(failure);
    }
  }

  /** What is left for something that takes at most so long. */
  private Duration left(Duration wanted) throws SQLTimeoutException {
    Duration left = time.atMost(wanted);
    if (left.toMillis() == 0) {
      throw new SQLTimeoutException("The call has no time left", CANCELLED);
    }
    return left;
  }

  /** In the form that the driver takes. */
  private static String seconds(Duration duration) {
    return Double.toString(duration.toMillis() / 1000.0);
  }

  /** Waits for the next answer no longer than the call may take. */
  private void limit(Connection used) throws SQLException {
    // Stands when there is no time left, and a rollback is all that comes.
    used.setNetworkTimeout(Runnable::run, (int) TO_LEAVE.toMillis());
    used.setNetworkTimeout(Runnable::run, (int) left(toAnswer).toMillis());
  }

  private boolean isAlive(Connection connection) {
    try {
      return connection.isValid((int) Math.ceilDiv(left(TO_CHECK).toMillis(), 1_000));
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
        || state.equals(CANCELLED)
        || state.equals("55P03");
  }

  /**
   * Whether the server rolled back what another try may do: 40001 and 40P01 met other transactions;
   * 0A000 is a named statement whose columns a migration changed, which the driver then prepares
   * anew.
   */
  private static boolean mayDoAgain(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    return state.equals("40001") || state.equals("40P01") || state.equals("0A000");
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
