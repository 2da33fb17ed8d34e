package shelfless.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import shelfless.testing.DatabaseProxy;

/**
 * The functions' way to the database of one shop: a proxy that notes every statement and can fail,
 * and with {@code -Dshelfless.pgbouncer=PROGRAM} behind it a PgBouncer that shares a few server
 * connections among all functions, transaction by transaction, as RDS Proxy does.
 */
final class DatabaseWay implements AutoCloseable {
  private final DatabaseProxy proxy;
  private final @Nullable PgBouncer pooler;

  private DatabaseWay(DatabaseProxy proxy, @Nullable PgBouncer pooler) {
    this.proxy = proxy;
    this.pooler = pooler;
  }

  /** The way to the database of the shop with that data folder, which need not have started yet. */
  static DatabaseWay to(Path data) {
    // The server's port is known only once the shop has started.
    IntSupplier server = () -> databasePort(data);
    if (!PgBouncer.isWanted()) {
      return new DatabaseWay(DatabaseProxy.start(server), null);
    }
    PgBouncer pooler = PgBouncer.start(data, server);
    return new DatabaseWay(DatabaseProxy.start(pooler::port), pooler);
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

  /** Where the functions are to look for the database. */
  int port() {
    return proxy.port();
  }

  DatabaseProxy proxy() {
    return proxy;
  }

  /** To be called when a server that was away is back, before anybody may expect an answer. */
  void serverIsBack() {
    if (pooler != null) {
      pooler.awaitServer();
    }
  }

  @Override
  public void close() {
    int clients = proxy.mostAtOnce();
    proxy.close();
    if (pooler != null) {
      try (pooler) {
        pooler.writeFigures(clients);
      }
    }
  }
}
