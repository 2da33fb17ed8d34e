package shelfless.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import shelfless.testing.DatabaseProxy;

/**
 * The functions' way to the database of one shop: a proxy that notes every statement and can fail,
 * and with {@code -Dshelfless.pgbouncer=PROGRAM} behind it a PgBouncer that shares a few server
 * connections among all functions, transaction by transaction, as RDS Proxy does.
 */
final class DatabaseWay implements AutoCloseable {
  private static final String POOLER = System.getProperty("shelfless.pgbouncer", "");
  private static final int SERVER_CONNECTIONS =
      Integer.getInteger("shelfless.pgbouncer.connections", 8);

  private final DatabaseProxy proxy;
  private final @Nullable DatabaseProxy behindPooler;
  private final @Nullable Process pooler;

  private DatabaseWay(
      DatabaseProxy proxy, @Nullable DatabaseProxy behindPooler, @Nullable Process pooler) {
    this.proxy = proxy;
    this.behindPooler = behindPooler;
    this.pooler = pooler;
  }

  /** The way to the database of the shop with that data folder, which need not have started yet. */
  static DatabaseWay to(Path data) {
    if (POOLER.isEmpty()) {
      return new DatabaseWay(DatabaseProxy.start(() -> databasePort(data)), null, null);
    }
    // The server's port is known only once the shop has started.
    DatabaseProxy behind = DatabaseProxy.start(() -> databasePort(data));
    int port = freePort();
    Process process = startPooler(data, port, behind.port());
    return new DatabaseWay(DatabaseProxy.start(() -> port), behind, process);
  }

  private static int databasePort(Path data) {
    try {
      // PostgreSQL's own word; a shop that starts again takes over the server that lives on.
      return Integer.parseInt(
          Files.readAllLines(data.resolve("postgres/postmaster.pid")).get(3).strip());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static Process startPooler(Path data, int port, int serverPort) {
    try {
      Path folder = Files.createTempDirectory("shelfless-pgbouncer-");
      Path users = folder.resolve("users.txt");
      Files.writeString(users, "\"app\" \"\"\n");
      Path configuration = folder.resolve("pgbouncer.ini");
      Files.writeString(
          configuration,
          """
          [databases]
          shelfless = host=127.0.0.1 port=%d dbname=shelfless
          [pgbouncer]
          listen_addr = 127.0.0.1
          listen_port = %d
          unix_socket_dir =
          auth_type = trust
          auth_file = %s
          pool_mode = transaction
          default_pool_size = %d
          max_client_conn = 1000
          server_login_retry = 0
          server_connect_timeout = 3
          query_wait_timeout = 5
          # The driver sends it at a start; it is the same for all.
          ignore_startup_parameters = extra_float_digits
          log_connections = 0
          log_disconnections = 0
          """
              .formatted(serverPort, port, users, SERVER_CONNECTIONS));
      if (System.getProperty("user.name").equals("root")) {
        // It refuses to run as root, and its user must be able to read this.
        new ProcessBuilder("chown", "-R", "nobody", folder.toString()).start().waitFor();
        Files.writeString(configuration, Files.readString(configuration) + "user = nobody\n");
      }
      Process process =
          new ProcessBuilder(List.of(POOLER, configuration.toString()))
              .redirectErrorStream(true)
              .redirectOutput(data.resolveSibling(data.getFileName() + ".pgbouncer.log").toFile())
              .start();
      for (int i = 0; i < 100 && process.isAlive() && !listens(port); i++) {
        Shop.pause(Duration.ofMillis(50));
      }
      if (!listens(port)) {
        throw new IllegalStateException("PgBouncer does not start: see " + data + ".pgbouncer.log");
      }
      return process;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stop);
    }
  }

  private static int freePort() {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return probe.getLocalPort();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static boolean listens(int port) {
    try (Socket probe = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
      return probe.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Where the functions are to look for the database. */
  int port() {
    return proxy.port();
  }

  DatabaseProxy proxy() {
    return proxy;
  }

  @Override
  public void close() {
    proxy.close();
    if (pooler != null) {
      pooler.destroy();
      try {
        pooler.waitFor(5, TimeUnit.SECONDS);
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
      }
    }
    if (behindPooler != null) {
      behindPooler.close();
    }
  }
}
