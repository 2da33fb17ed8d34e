package shelfless.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import shelfless.testing.DatabaseProxy;

/** The shop on one machine, run as a process of its own on a data folder. */
final class ShopProcess implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(90);
  private static final Duration STOP = Duration.ofSeconds(30);

  private static final FileTime NEVER = FileTime.fromMillis(0);

  private static final Set<Path> FOLDERS = ConcurrentHashMap.newKeySet();

  private final Process process;
  private final Path data;
  private final JsonNode addresses;
  private final DatabaseWay way;

  private ShopProcess(Process process, Path data, JsonNode addresses, DatabaseWay way) {
    this.process = process;
    this.data = data;
    this.way = way;
    this.addresses = addresses;
  }

  /** The project's folder: where template.yaml is. */
  static Path project() {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve("template.yaml"))) {
        return folder;
      }
    }
    throw new IllegalStateException("There is no template.yaml in " + Path.of("").toAbsolutePath());
  }

  /** A folder that no other run has used. */
  static Path newFolder(String name) {
    try {
      Path shops = project().resolve("acceptance/target/shops");
      Files.createDirectories(shops);
      return Files.createTempDirectory(shops, name + "-");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** The data folders of all shops that were started so far. */
  static Set<Path> folders() {
    return FOLDERS;
  }

  /**
   * Starts the shop and waits until it is ready.
   *
   * @param port where it listens; 0 for any free one
   */
  static ShopProcess start(Path data, boolean demo, int port) {
    return start(data, demo, port, Map.of());
  }

  /**
   * The same, with further settings.
   *
   * @param settings environment variables
   */
  static ShopProcess start(Path data, boolean demo, int port, Map<String, String> settings) {
    Path console = data.resolveSibling(data.getFileName() + ".console");
    Path addresses = data.resolve("local.json");
    FOLDERS.add(data);
    DatabaseWay way = DatabaseWay.to(data);
    try {
      // A shop that was killed leaves its own behind.
      FileTime old = written(addresses);
      ProcessBuilder builder =
          new ProcessBuilder(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx1g",
                  "-XX:+UseSerialGC",
                  "--enable-native-access=ALL-UNNAMED",
                  "--sun-misc-unsafe-memory-access=allow",
                  "-classpath",
                  classPath(),
                  "shelfless.local.Main",
                  "--stop-with-parent"));
      builder
          .environment()
          .putAll(
              Map.of(
                  "SHELFLESS_PORT",
                  String.valueOf(port),
                  "SHELFLESS_DATA",
                  data.toString(),
                  "SHELFLESS_DEMO",
                  String.valueOf(demo),
                  "SHELFLESS_DATABASE_VIA",
                  "127.0.0.1:" + way.port()));
      builder.environment().putAll(settings);
      builder.directory(project().toFile());
      builder.redirectErrorStream(true);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(console.toFile()));
      Process process = builder.start();
      long deadline = System.nanoTime() + START.toNanos();
      while (written(addresses).equals(NEVER) || written(addresses).equals(old)) {
        boolean ended = process.waitFor(50, TimeUnit.MILLISECONDS);
        if (ended || System.nanoTime() > deadline) {
          process.destroyForcibly();
          way.close();
          throw new IllegalStateException(
              "The shop does not start: " + Files.readString(console).strip());
        }
      }
      return new ShopProcess(process, data, Json.parse(Files.readString(addresses)), way);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stop);
    }
  }

  private static FileTime written(Path file) throws IOException {
    try {
      return Files.getLastModifiedTime(file);
    } catch (NoSuchFileException missing) {
      return NEVER;
    }
  }

  /** Surefire's own class path is one jar that lists the others. */
  private static String classPath() {
    return Optional.ofNullable(System.getProperty("surefire.test.class.path"))
        .orElseGet(() -> System.getProperty("java.class.path"));
  }

  /** What local.json holds. */
  JsonNode addresses() {
    return addresses;
  }

  Path data() {
    return data;
  }

  /** What the functions' way to the database leads through. */
  DatabaseProxy databaseProxy() {
    return way.proxy();
  }

  /** To be called when a database that was taken away is there again. */
  void databaseIsBack() {
    way.serverIsBack();
  }

  /** Ends it at once, as {@code kill -9} does; its database lives on. */
  void kill() {
    process.destroyForcibly();
    await(STOP);
    way.close();
  }

  /** Asks it to stop, as Ctrl-C does, and waits. */
  @Override
  public void close() {
    process.destroy();
    boolean stopped = await(STOP);
    way.close();
    if (!stopped) {
      process.destroyForcibly();
      throw new IllegalStateException("The shop does not stop.");
    }
  }

  private boolean await(Duration most) {
    try {
      return process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
