package shelfless.local.drill;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Continuous backups of an embedded PostgreSQL, as Aurora makes them by itself: a copy of the
 * files, and an archive of the write-ahead log from which any later moment can be rebuilt.
 */
final class Backups {
  private static final Duration ARCHIVED = Duration.ofSeconds(30);

  /** Of the running server, or made anew by the one that starts on the copy. */
  private static final Set<String> NOT_COPIED =
      Set.of("postmaster.pid", "postmaster.opts", "epg-lock");

  private static final Set<String> COPIED_EMPTY =
      Set.of("pg_wal", "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_stat_tmp");

  private final Path server;
  private final Path base;
  private final Path archive;

  /**
   * @param server the server's data folder
   * @param backups where the copy and the archive are kept
   */
  Backups(Path server, Path backups) {
    this.server = server;
    this.base = backups.resolve("base");
    this.archive = backups.resolve("archive");
  }

  private static Connection connect(String databaseUrl) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:" + databaseUrl.replace("postgres@", ""), "postgres", "");
  }

  /** The first value of the query's answer. */
  static String value(String databaseUrl, String query) throws SQLException {
    try (Connection connection = connect(databaseUrl);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      return result.next() ? String.valueOf(result.getString(1)) : "";
    }
  }

  /** From the server's next start on, its write-ahead log is archived. */
  void archiveFromNextStart(String databaseUrl) throws IOException, SQLException {
    Files.createDirectories(archive);
    try (Connection connection = connect(databaseUrl);
        Statement statement = connection.createStatement()) {
      statement.execute("alter system set archive_mode = on");
      statement.execute(
          "alter system set archive_command = 'test ! -f \"%1$s/%%f\" && cp \"%%p\" \"%1$s/%%f\"'"
              .formatted(archive));
    }
  }

  /** Copies the server's files while it works. */
  void take(String databaseUrl) throws IOException, SQLException {
    try (Connection connection = connect(databaseUrl);
        Statement statement = connection.createStatement()) {
      statement.execute("select pg_backup_start('drill', fast => true)");
      copy(server, base, true);
      try (ResultSet stopped = statement.executeQuery("select labelfile from pg_backup_stop()")) {
        stopped.next();
        Files.writeString(base.resolve("backup_label"), stopped.getString(1));
      }
    }
  }

  /** Waits until all that was committed so far is in the archive. */
  void archiveAll(String databaseUrl) throws SQLException, InterruptedException {
    String file =
        value(databaseUrl, "select pg_walfile_name(pg_switch_wal())").replaceAll("[^0-9A-F]", "");
    long end = System.nanoTime() + ARCHIVED.toNanos();
    while (value(databaseUrl, "select last_archived_wal from pg_stat_archiver").compareTo(file)
        < 0) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("The write-ahead log is not archived.");
      }
      Thread.sleep(Duration.ofMillis(100));
    }
  }

  /** The server's files are gone, as with the machine that held them. */
  void lose() throws IOException {
    delete(server);
  }

  /**
   * Puts the copy in their place. The next start brings it to the moment, and no further.
   *
   * @param moment as the database writes a time
   */
  void restore(String moment) throws IOException {
    copy(base, server, false);
    Files.createFile(server.resolve("recovery.signal"));
    // Nobody gets in before it is there.
    Files.writeString(
        server.resolve("postgresql.auto.conf"),
        """
        restore_command = 'cp "%s/%%f" "%%p"'
        recovery_target_time = '%s'
        recovery_target_action = 'promote'
        hot_standby = off
        """
            .formatted(archive, moment),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private static void copy(Path from, Path to, boolean running) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(
                folder,
                to.resolve(from.relativize(folder).toString()),
                StandardCopyOption.COPY_ATTRIBUTES);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Path name = from.relativize(file);
            boolean wanted =
                !NOT_COPIED.contains(name.toString())
                    && !COPIED_EMPTY.contains(name.getName(0).toString());
            if (wanted) {
              try {
                Files.copy(file, to.resolve(name.toString()), StandardCopyOption.COPY_ATTRIBUTES);
              } catch (NoSuchFileException gone) {
                // The server removes files as it works; the write-ahead log says so.
                if (!running) {
                  throw gone;
                }
              }
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (running && failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }
        });
  }

  static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
