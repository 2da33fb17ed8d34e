package shelfless.local.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import shelfless.local.Json;

/**
 * What the stand-in remembers: JSON objects by their {@code id}, in one file that is only appended
 * to.
 *
 * <p>Each object is a line, and an empty line ends a transaction, so that what a crash cut off is
 * not read again. Memory holds only where the latest version of each object stands. A process that
 * is killed loses nothing; a machine that loses power may lose its last moments, since nothing
 * waits for the disk.
 */
final class Store implements AutoCloseable {
  /** The attributes by which objects are found, besides their ids. */
  private static final List<String> REFERENCES = List.of("payment_intent", "charge");

  private static final long COMPACT_FROM_BYTES = 4 << 20;

  /** Where an object stands, and what is asked of many objects at once. */
  private record Entry(String kind, long created, long offset, int length) {}

  private final Path file;
  private final Map<String, Entry> entries = new HashMap<>();
  private final Map<String, LinkedHashSet<String>> idsByKind = new HashMap<>();
  private final Map<String, LinkedHashSet<String>> idsByReference = new HashMap<>();
  private FileChannel channel;
  private long end;
  private long liveBytes;

  private Store(Path file) throws IOException {
    this.file = file;
    this.channel = append(file);
  }

  /**
   * Opens the file, or makes it.
   *
   * @param worthKeeping what remains when the file is rewritten because much of it is outdated
   */
  static Store open(Path file, Predicate<JsonNode> worthKeeping) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Store store = new Store(file);
    store.load();
    if (store.end > COMPACT_FROM_BYTES && store.liveBytes < store.end / 2) {
      store.compact(worthKeeping);
    }
    return store;
  }

  private static FileChannel append(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private void load() throws IOException {
    record Line(long offset, byte[] text) {}
    List<Line> transaction = new ArrayList<>();
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    long lineStart = 0;
    long position = 0;
    channel.position(0);
    while (channel.read(buffer.clear()) > 0) {
      buffer.flip();
      while (buffer.hasRemaining()) {
        byte next = buffer.get();
        position++;
        if (next != '\n') {
          line.write(next);
          continue;
        }
        if (line.size() == 0) {
          for (Line written : transaction) {
            remember(Json.parse(written.text), written.offset, written.text.length);
          }
          transaction.clear();
          end = position;
        } else {
          transaction.add(new Line(lineStart, line.toByteArray()));
          line.reset();
        }
        lineStart = position;
      }
    }
    channel.truncate(end);
  }

  private void compact(Predicate<JsonNode> worthKeeping) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try (Store copy = new Store(fresh)) {
      for (LinkedHashSet<String> ids : List.copyOf(idsByKind.values())) {
        for (String id : ids) {
          ObjectNode object = find(id).orElseThrow();
          if (worthKeeping.test(object)) {
            copy.write(List.of(object));
          }
        }
      }
      copy.channel.force(true);
    }
    channel.close();
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    channel = append(file);
    entries.clear();
    idsByKind.clear();
    idsByReference.clear();
    end = 0;
    liveBytes = 0;
    load();
  }

  private void remember(JsonNode object, long offset, int length) {
    String id = object.path("id").asText();
    String kind = object.path("object").asText();
    Entry outdated =
        entries.put(id, new Entry(kind, object.path("created").asLong(), offset, length));
    liveBytes += length - (outdated == null ? 0 : outdated.length);
    idsByKind.computeIfAbsent(kind, key -> new LinkedHashSet<>()).add(id);
    for (String attribute : REFERENCES) {
      if (object.path(attribute).isTextual()) {
        String key = reference(kind, attribute, object.path(attribute).asText());
        idsByReference.computeIfAbsent(key, unused -> new LinkedHashSet<>()).add(id);
      }
    }
  }

  private static String reference(String kind, String attribute, String value) {
    return kind + "\n" + attribute + "\n" + value;
  }

  /** Writes one transaction. */
  private void write(Collection<ObjectNode> objects) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    List<Runnable> remembering = new ArrayList<>();
    for (ObjectNode object : objects) {
      byte[] text = Json.bytes(object);
      long offset = end + bytes.size();
      remembering.add(() -> remember(object, offset, text.length));
      bytes.writeBytes(text);
      bytes.write('\n');
    }
    bytes.write('\n');
    try {
      ByteBuffer buffer = ByteBuffer.wrap(bytes.toByteArray());
      long at = end;
      while (buffer.hasRemaining()) {
        at += channel.write(buffer, at);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException("The payment stand-in cannot write " + file, failed);
    }
    remembering.forEach(Runnable::run);
    end += bytes.size();
  }

  /** The object as it is now, a copy of the caller's own. */
  synchronized Optional<ObjectNode> find(String id) {
    Entry entry = entries.get(id);
    if (entry == null) {
      return Optional.empty();
    }
    ByteBuffer buffer = ByteBuffer.allocate(entry.length);
    try {
      while (buffer.hasRemaining() && channel.read(buffer, entry.offset + buffer.position()) >= 0) {
        // Until all of it is there.
      }
    } catch (IOException failed) {
      throw new UncheckedIOException("The payment stand-in cannot read " + file, failed);
    }
    return Optional.of((ObjectNode) Json.parse(new String(buffer.array(), StandardCharsets.UTF_8)));
  }

  /** The ids of all objects of a kind ({@code "charge"}), oldest first. */
  synchronized List<String> ids(String kind) {
    return List.copyOf(idsByKind.getOrDefault(kind, new LinkedHashSet<>()));
  }

  /** The ids of the objects of a kind that refer to another, oldest first. */
  synchronized List<String> ids(String kind, String attribute, String value) {
    return List.copyOf(
        idsByReference.getOrDefault(reference(kind, attribute, value), new LinkedHashSet<>()));
  }

  /** When the object was made, in seconds; 0 when it does not say so. */
  synchronized long created(String id) {
    Entry entry = entries.get(id);
    return entry == null ? 0 : entry.created;
  }

  /**
   * Does several things as one: other callers wait, and an exception leaves everything as it was.
   */
  synchronized <T> T transact(Function<Transaction, T> work) {
    Transaction transaction = new Transaction();
    T result = work.apply(transaction);
    if (!transaction.changed.isEmpty()) {
      write(transaction.changed.values());
    }
    transaction.afterCommit.forEach(Runnable::run);
    return result;
  }

  @Override
  public synchronized void close() throws IOException {
    channel.close();
  }

  /** What one caller changes. */
  final class Transaction {
    private final Map<String, ObjectNode> changed = new LinkedHashMap<>();
    private final List<Runnable> afterCommit = new ArrayList<>();

    /** The object as this transaction sees it, a copy of the caller's own. */
    Optional<ObjectNode> find(@Nullable String id) {
      if (id == null) {
        return Optional.empty();
      }
      ObjectNode own = changed.get(id);
      return own != null ? Optional.of(own.deepCopy()) : Store.this.find(id);
    }

    /** The ids of the objects of a kind that refer to another, oldest first. */
    List<String> ids(String kind, String attribute, String value) {
      Set<String> ids = new LinkedHashSet<>(Store.this.ids(kind, attribute, value));
      changed.forEach(
          (id, object) -> {
            if (object.path("object").asText().equals(kind)
                && object.path(attribute).asText().equals(value)) {
              ids.add(id);
            }
          });
      return List.copyOf(ids);
    }

    /** Keeps the object under its {@code id}, in place of an earlier version. */
    void put(ObjectNode object) {
      changed.put(object.path("id").asText(), object.deepCopy());
    }

    /** What to do once everything is written; it must be quick, since the others wait. */
    void afterCommit(Runnable action) {
      afterCommit.add(action);
    }
  }
}
