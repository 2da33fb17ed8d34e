package shelfless.local.aws;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import shelfless.local.Json;
import shelfless.local.LocalException;
import shelfless.local.LocalRoutes;
import shelfless.local.LocalRoutes.Answer;

/**
 * Aurora's part: an embedded PostgreSQL on loopback, its data kept in a folder.
 *
 * <p>The server is a process of its own. When this process was killed, it lives on, and the next
 * start takes it over.
 */
public final class Database implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Database.class.getName());
  private static final String NAME = "shelfless";
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(20);
  private static final String INVARIANTS = "/shelfless/invariants.sql";

  private final int port;
  private final Path folder;
  private final @Nullable EmbeddedPostgres started;

  private Database(int port, Path folder, @Nullable EmbeddedPostgres started) {
    this.port = port;
    this.folder = folder;
    this.started = started;
  }

  /**
   * Starts the server, or takes over the one that a killed process left behind.
   *
   * @param folder keeps the data; made at the first start
   * @param port the port to listen on
   * @param connections how many connections it is to allow
   */
  public static Database start(Path folder, int port, int connections) throws IOException {
    Database database = adopt(folder).orElse(null);
    if (database == null) {
      database = launch(folder, port, connections);
    }
    try {
      if (!database.servesItsFolder()) {
        throw new IOException(
            "Port %d, the database's, was taken meanwhile: start the shop again.".formatted(port));
      }
      database.prepare();
      return database;
    } catch (SQLException failed) {
      database.close();
      throw new IOException("The database cannot be prepared: " + failed.getMessage(), failed);
    } catch (IOException failed) {
      database.close();
      throw failed;
    }
  }

  private static Database launch(Path folder, int port, int connections) throws IOException {
    EmbeddedPostgres server =
        EmbeddedPostgres.builder()
            .setDataDirectory(folder)
            .setCleanDataDirectory(false)
            .setRegisterShutdownHook(false)
            .setPort(port)
            .setPGStartupWait(START)
            .setServerConfig("listen_addresses", "127.0.0.1")
            .setServerConfig("unix_socket_directories", "")
            .setServerConfig("max_connections", String.valueOf(connections))
            .setServerConfig("fsync", "on")
            .setServerConfig("full_page_writes", "on")
            .setServerConfig("synchronous_commit", "on")
            .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
            .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
            .start();
    return new Database(server.getPort(), folder, server);
  }

  /** The server that still runs on this folder, if one does and answers. */
  private static Optional<Database> adopt(Path folder) throws IOException {
    Path file = folder.resolve("postmaster.pid");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    List<String> lines = Files.readAllLines(file);
    if (lines.size() < 4 || !isAlive(lines)) {
      return Optional.empty();
    }
    Database found = new Database(Integer.parseInt(lines.get(3).strip()), folder, null);
    for (int attempt = 0; attempt < 50 && isAlive(lines); attempt++) {
      try {
        return found.servesItsFolder() ? Optional.of(found) : Optional.empty();
      } catch (SQLException stillStarting) {
        pause();
      }
    }
    // It runs and answers nobody: stopped, so that another can start on its data.
    found.stop();
    return Optional.empty();
  }

  /** Whether it is this server that answers at the port, and not another shop's. */
  private boolean servesItsFolder() throws IOException, SQLException {
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("show data_directory")) {
      return result.next() && Path.of(result.getString(1)).toRealPath().equals(folder.toRealPath());
    }
  }

  private static boolean isAlive(List<String> pidFile) {
    return ProcessHandle.of(Long.parseLong(pidFile.getFirst().strip()))
        .filter(ProcessHandle::isAlive)
        .flatMap(process -> process.info().command())
        .filter(command -> command.contains("postgres"))
        .isPresent();
  }

  private static void pause() {
    try {
      Thread.sleep(Duration.ofMillis(100));
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private void prepare() throws SQLException {
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      for (String role : List.of("migrator", "app", "reader")) {
        if (!exists(statement, "select from pg_roles where rolname = '" + role + "'")) {
          statement.execute("create role " + role + " login");
        }
      }
      // As the owner of a cluster in AWS may: change the other roles' settings, and no more.
      statement.execute("alter role migrator login createrole");
      statement.execute("alter role app login");
      statement.execute("alter role reader login");
      statement.execute("grant app, reader to migrator with admin option");
      if (!exists(statement, "select from pg_database where datname = '" + NAME + "'")) {
        statement.execute("create database " + NAME + " owner migrator encoding 'UTF8'");
      }
    }
  }

  private static boolean exists(Statement statement, String query) throws SQLException {
    try (ResultSet result = statement.executeQuery(query)) {
      return result.next();
    }
  }

  private Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d/%s?connectTimeout=5".formatted(port, database),
        "postgres",
        "");
  }

  /** The port of the server that a killed process left on this folder, if there is one. */
  public static OptionalInt leftBehind(Path folder) throws IOException {
    Path file = folder.resolve("postmaster.pid");
    if (!Files.exists(file)) {
      return OptionalInt.empty();
    }
    List<String> lines = Files.readAllLines(file);
    return lines.size() >= 4 && isAlive(lines)
        ? OptionalInt.of(Integer.parseInt(lines.get(3).strip()))
        : OptionalInt.empty();
  }

  /** The shop's database for JDBC, without a user. */
  public String jdbcUrl() {
    return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, NAME);
  }

  /** The shop's database for libpq, as this role. */
  public String url(String role) {
    return "postgresql://%s@127.0.0.1:%d/%s".formatted(role, port, NAME);
  }

  /** The call {@code /_local/invariants}. */
  public LocalRoutes routes() {
    return new LocalRoutes()
        .add("GET", "/_local/invariants", call -> Answer.ok(Json.object().set("data", check())));
  }

  /** How many rows break each of what must always hold. */
  private ArrayNode check() throws IOException, SQLException {
    String text;
    try (InputStream in = Database.class.getResourceAsStream(INVARIANTS)) {
      if (in == null) {
        throw LocalException.notFound("There is no " + INVARIANTS + " on the class path.");
      }
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    ArrayNode data = Json.array();
    Matcher part = Pattern.compile("(?ms)^-- name: *(.+?) *$(.*?)(?=^-- name:|\\z)").matcher(text);
    try (Connection connection = connect(NAME)) {
      connection.setReadOnly(true);
      while (part.find()) {
        String query = part.group(2).strip().replaceFirst(";\\s*\\z", "");
        try (Statement statement = connection.createStatement();
            ResultSet result =
                statement.executeQuery("select count(*) from (" + query + "\n) broken")) {
          result.next();
          data.addObject().put("name", part.group(1)).put("rows", result.getLong(1));
        }
      }
    }
    return data;
  }

  /** Stops the server, whose data stays. */
  @Override
  public void close() {
    try {
      if (started != null) {
        started.close();
      } else {
        stop();
      }
    } catch (IOException failed) {
      LOG.log(Level.WARNING, "The database does not stop", failed);
    }
  }

  /** Asks a server that is no child of this process to stop, without waiting for its clients. */
  private void stop() throws IOException {
    Path file = folder.resolve("postmaster.pid");
    if (!Files.exists(file)) {
      return;
    }
    long pid = Long.parseLong(Files.readAllLines(file).getFirst().strip());
    Optional<ProcessHandle> server = ProcessHandle.of(pid);
    if (server.isEmpty()) {
      return;
    }
    try {
      new ProcessBuilder("kill", "-INT", String.valueOf(pid)).start().waitFor();
      server.get().onExit().get(STOP.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException slow) {
      throw new IOException("PostgreSQL (process " + pid + ") does not stop", slow);
    }
  }
}
