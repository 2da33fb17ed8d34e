package shelfless.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;

/**
 * The folder that keeps everything between runs, for its owner's eyes only. One shop at a time runs
 * on it.
 */
public final class DataFolder implements AutoCloseable {
  private static final String PORTS = "ports.json";
  private static final int FIRST_PORT = 20_000;

  /** On Linux; on other systems they begin further up. */
  private static final int FIRST_EPHEMERAL_PORT = 32_768;

  private final Path folder;
  private final FileChannel lock;
  private final SecureRandom random = new SecureRandom();

  private DataFolder(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Opens the folder, which is made where it is missing, and keeps others from it.
   *
   * @throws StartException when it cannot be written, or another shop runs on it
   */
  public static DataFolder open(Path folder) throws StartException {
    try {
      folder(folder);
      FileChannel channel =
          FileChannel.open(
              folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = null;
      try {
        lock = channel.tryLock();
      } catch (OverlappingFileLockException sameProcess) {
        // Taken by this very process: as taken as by another.
      }
      if (lock == null) {
        channel.close();
        throw new StartException(
            "Another shop runs on %s: stop it, or set SHELFLESS_DATA to another folder."
                .formatted(folder));
      }
      return new DataFolder(folder, channel);
    } catch (IOException unusable) {
      throw new StartException(
          "The data folder %s cannot be written (%s): make it writable, or set SHELFLESS_DATA to another folder."
              .formatted(folder, unusable),
          unusable);
    }
  }

  /** A file or folder in it. */
  public Path resolve(String name) {
    return folder.resolve(name);
  }

  /** A folder in it, which is made where it is missing. */
  public Path subfolder(String name) throws IOException {
    return folder(folder.resolve(name));
  }

  /**
   * Starts a server of a service: on the port that it had before, so that addresses which were
   * given out still lead there, unless another program has it now; then, and at first, on any free
   * one, which is kept.
   */
  public synchronized WebServer listen(String service, WebServer.Handler handler)
      throws IOException {
    int kept = keptPort(service);
    WebServer server;
    try {
      server = WebServer.start(kept, handler);
    } catch (BindException taken) {
      server = WebServer.start(0, handler);
    }
    keepPort(service, server.port());
    return server;
  }

  /**
   * The port of a service that has to be told one: as {@link #listen} chooses it, but only bound
   * when the service starts. So a new one is none that the system gives to whoever asks for any.
   */
  public synchronized int port(String service) throws IOException {
    int port = keptPort(service);
    while (port == 0 || !isFree(port)) {
      port = FIRST_PORT + random.nextInt(FIRST_EPHEMERAL_PORT - FIRST_PORT);
    }
    keepPort(service, port);
    return port;
  }

  private int keptPort(String service) throws IOException {
    return ports().path(service).asInt();
  }

  private void keepPort(String service, int port) throws IOException {
    ObjectNode ports = ports();
    if (ports.path(service).asInt() != port) {
      replace(resolve(PORTS), Json.pretty(ports.put(service, port)));
    }
  }

  private ObjectNode ports() throws IOException {
    Path file = resolve(PORTS);
    return Files.exists(file) && Json.parse(Files.readAllBytes(file)) instanceof ObjectNode kept
        ? kept
        : Json.object();
  }

  private static boolean isFree(int port) {
    try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
      return probe.isBound();
    } catch (IOException taken) {
      return false;
    }
  }

  /** Lets others have the folder. */
  @Override
  public void close() throws IOException {
    lock.close();
  }

  /**
   * Puts this text in the file's place, whole or not at all, and on the disk before it returns.
   * Only the owner may read it (mode 600, where the file system knows modes).
   */
  public static void replace(Path file, String text) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(draft);
    Files.createFile(draft, ownerOnly(file, "rw-------"));
    try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Makes a folder that only its owner may enter; one that is there stays as it is. */
  public static Path folder(Path folder) throws IOException {
    return Files.createDirectories(folder, ownerOnly(folder, "rwx------"));
  }

  private static FileAttribute<?>[] ownerOnly(Path path, String permissions) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }
}
