package shelfless.acceptance;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import shelfless.testing.DatabaseProxy;

/**
 * A PgBouncer that shares a few connections to one shop's PostgreSQL among all who connect to it,
 * transaction by transaction. {@code -Dshelfless.pgbouncer} names the program, {@code .connections}
 * says how many, and {@code .figures} is a file to which each adds a line at its end: transactions,
 * statements, most clients at once, most server connections at once.
 */
final class PgBouncer implements AutoCloseable {
  private static final String PROGRAM = System.getProperty("shelfless.pgbouncer", "");
  private static final int CONNECTIONS = Integer.getInteger("shelfless.pgbouncer.connections", 8);
  private static final String FIGURES = System.getProperty("shelfless.pgbouncer.figures", "");

  private static final Duration RETURN = Duration.ofSeconds(10);

  private final Process process;
  private final int port;

  /** Leads to the server, whose port may change, and counts the connections. */
  private final DatabaseProxy behind;

  private PgBouncer(Process process, int port, DatabaseProxy behind) {
    this.process = process;
    this.port = port;
    this.behind = behind;
  }

  /** Whether this run is to have one. */
  static boolean isWanted() {
    return !PROGRAM.isEmpty();
  }

  /**
   * Starts it, and waits until it listens.
   *
   * @param data the shop's folder, beside which it writes its log
   * @param server the server's port, asked for at each connection
   */
  static PgBouncer start(Path data, IntSupplier server) {
    DatabaseProxy behind = DatabaseProxy.start(server);
    int port = freePort();
    try {
      Path folder = Files.createTempDirectory("shelfless-pgbouncer-");
      Path users = folder.resolve("users.txt");
      Files.writeString(users, "\"app\" \"\"\n\"reader\" \"\"\n");
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
          stats_users = app
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
              .formatted(behind.port(), port, users, CONNECTIONS));
      if (System.getProperty("user.name").equals("root")) {
        // It refuses to run as root, and its user must be able to read this.
        new ProcessBuilder("chown", "-R", "nobody", folder.toString()).start().waitFor();
        Files.writeString(configuration, Files.readString(configuration) + "user = nobody\n");
      }
      Process process =
          new ProcessBuilder(List.of(PROGRAM, configuration.toString()))
              .redirectErrorStream(true)
              .redirectOutput(data.resolveSibling(data.getFileName() + ".pgbouncer.log").toFile())
              .start();
      for (int i = 0; i < 100 && process.isAlive() && !listens(port); i++) {
        Shop.pause(Duration.ofMillis(50));
      }
      if (!listens(port)) {
        throw new IllegalStateException("PgBouncer does not start: see " + data + ".pgbouncer.log");
      }
      return new PgBouncer(process, port, behind);
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

  int port() {
    return port;
  }

  /**
   * Waits until it knows that a server which was away is back. After a login that failed, PgBouncer
   * refuses whoever comes until another has succeeded, and begins one only after it has refused
   * somebody; no setting makes it let that one wait ({@code server_login_retry = 0} only ends the
   * pause between two tries). RDS Proxy lets callers wait for a connection. So the one who is
   * refused here is nobody of the shop's.
   */
  void awaitServer() {
    long deadline = System.nanoTime() + RETURN.toNanos();
    while (true) {
      try (Connection connection =
              DriverManager.getConnection(
                  "jdbc:postgresql://127.0.0.1:" + port + "/shelfless", "app", "");
          Statement statement = connection.createStatement()) {
        statement.execute("select 1");
        return;
      } catch (SQLException refused) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(refused);
        }
        Shop.pause(Duration.ofMillis(10));
      }
    }
  }

  /** Adds the line of figures, if one is wanted. */
  void writeFigures(int mostClients) {
    if (FIGURES.isEmpty()) {
      return;
    }
    try {
      for (List<String> row : ask("show stats")) {
        if (row.getFirst().equals("shelfless")) {
          Files.writeString(
              Path.of(FIGURES),
              // The database, all its transactions, all its statements, and more.
              "%s %s %d %d\n".formatted(row.get(1), row.get(2), mostClients, behind.mostAtOnce()),
              StandardOpenOption.CREATE,
              StandardOpenOption.APPEND);
        }
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /**
   * What it answers about itself. Spoken by hand, since the driver begins with a SET, which is
   * refused there.
   */
  private List<List<String>> ask(String question) throws IOException {
    try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
      socket.setSoTimeout(5_000);
      // It refuses a start that comes in pieces.
      DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] start = "user\0app\0database\0pgbouncer\0\0".getBytes(StandardCharsets.UTF_8);
      out.writeInt(start.length + 8);
      out.writeInt(3 << 16);
      out.write(start);
      out.flush();
      readUntilReady(in);
      byte[] query = (question + "\0").getBytes(StandardCharsets.UTF_8);
      out.writeByte('Q');
      out.writeInt(query.length + 4);
      out.write(query);
      out.flush();
      return readUntilReady(in);
    }
  }

  private static List<List<String>> readUntilReady(DataInputStream in) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    while (true) {
      int type = in.readByte();
      byte[] body = in.readNBytes(in.readInt() - 4);
      switch (type) {
        case 'Z' -> {
          return rows;
        }
        case 'E' -> throw new IOException(new String(body, StandardCharsets.UTF_8));
        case 'D' -> {
          ByteBuffer fields = ByteBuffer.wrap(body);
          List<String> row = new ArrayList<>();
          for (int count = fields.getShort(); count > 0; count--) {
            byte[] value = new byte[fields.getInt()];
            fields.get(value);
            row.add(new String(value, StandardCharsets.UTF_8));
          }
          rows.add(row);
        }
        default -> {
          // What the columns are called, and the like.
        }
      }
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
    behind.close();
  }
}
