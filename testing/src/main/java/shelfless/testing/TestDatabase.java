package shelfless.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;

/**
 * A database of its own for a test class, on the one PostgreSQL that a JVM of tests starts. The
 * migrations run once, as {@code migrator}; each database is a copy of what they made, so that
 * tests neither wait nor meet.
 */
public final class TestDatabase implements AutoCloseable {
  private static final AtomicInteger COUNTER = new AtomicInteger();

  private final EmbeddedPostgres server;
  private final String name;

  private TestDatabase(EmbeddedPostgres server, String name) {
    this.server = server;
    this.name = name;
  }

  /** The server, started at the first use; it ends with the JVM. */
  private static final class Server {
    private static final String TEMPLATE = "shelfless_template";

    static final EmbeddedPostgres RUNNING = start();

    private static EmbeddedPostgres start() {
      try {
        EmbeddedPostgres started =
            EmbeddedPostgres.builder()
                .setServerConfig("max_connections", "200")
                // Tests lose nothing that matters.
                .setServerConfig("fsync", "off")
                .setServerConfig("synchronous_commit", "off")
                .start();
        run(started, "create role migrator login createrole createdb");
        run(started, "create database " + TEMPLATE + " owner migrator");
        Flyway.configure()
            .dataSource(started.getJdbcUrl("migrator", TEMPLATE), "migrator", "")
            .load()
            .migrate();
        return started;
      } catch (IOException failure) {
        throw new UncheckedIOException("PostgreSQL did not start", failure);
      }
    }
  }

  /** A database with the whole schema, and nothing in it but what the migrations put there. */
  public static TestDatabase migrated() {
    return create("template " + Server.TEMPLATE);
  }

  /** A database with nothing in it. */
  public static TestDatabase empty() {
    return create("");
  }

  private static synchronized TestDatabase create(String template) {
    String name = "test_" + COUNTER.incrementAndGet();
    run(Server.RUNNING, "create database " + name + " owner migrator " + template);
    return new TestDatabase(Server.RUNNING, name);
  }

  private static void run(EmbeddedPostgres server, String sql) {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException failure) {
      throw new IllegalStateException(sql, failure);
    }
  }

  /** The JDBC address, without a user. */
  public String url() {
    return "jdbc:postgresql://localhost:" + server.getPort() + "/" + name;
  }

  /** The server's port. */
  public int port() {
    return server.getPort();
  }

  /** The settings of a function that works on this database. */
  public Map<String, String> settings() {
    return Map.of("DATABASE_URL", url(), "DATABASE_USER", "app");
  }

  /** A connection as one of the roles: {@code app}, {@code reader}, {@code migrator}. */
  public Connection connect(String role) throws SQLException {
    return DriverManager.getConnection(url(), role, "");
  }

  /** A connection that may do all, even what the schema refuses to everybody. */
  public Connection connectAsSuperuser() throws SQLException {
    return connect("postgres");
  }

  /** Drops the database, whoever is still connected. */
  @Override
  public void close() {
    run(server, "drop database if exists " + name + " with (force)");
  }
}
