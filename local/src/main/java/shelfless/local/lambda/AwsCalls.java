package shelfless.local.lambda;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import shelfless.local.Json;
import shelfless.local.WebServer;

/**
 * The file that tells what each function did in AWS: a line of JSON for each call that it had not
 * made so far. It is what the functions' policies are compared with, so a call counts as soon as it
 * is begun, whatever becomes of it.
 *
 * <p>All functions share a JVM, and the SDK finds its interceptors by itself, so a call belongs to
 * the function whose work its thread does. What the local runtime calls by itself is no function's.
 */
public final class AwsCalls implements AutoCloseable {
  /** Inherited, since PostgreSQL's driver connects on a thread that it starts for it. */
  private static final ThreadLocal<@Nullable Work> WORK = new InheritableThreadLocal<>();

  private record Work(AwsCalls calls, String function) {}

  private final Set<String> known = new HashSet<>();
  private @Nullable Writer file;
  private @Nullable NotedCalls notedCalls;

  private AwsCalls(Writer file) {
    this.file = file;
  }

  /** Goes on with this file, in a folder that is there. */
  public static AwsCalls open(Path file) throws IOException {
    return new AwsCalls(
        Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
  }

  /**
   * Notes what functions call without the SDK, too.
   *
   * @param services that they call so, by their names in signatures
   */
  public void standBefore(Map<String, WebServer.Handler> services) throws IOException {
    notedCalls = NotedCalls.start(this, services);
  }

  /** The variables by which a function in this JVM reaches AWS. */
  Map<String, String> in(String function, Map<String, String> variables) {
    return notedCalls == null ? variables : notedCalls.in(function, variables);
  }

  /** Does a function's work, and notes the calls that it makes. */
  void during(String function, Runnable work) {
    WORK.set(new Work(this, function));
    try {
      work.run();
    } finally {
      WORK.remove();
    }
  }

  /** Notes a call for the function at work on this thread, if there is one. */
  static void note(ObjectNode call) {
    Work work = WORK.get();
    if (work != null) {
      work.calls.note(work.function, call);
    }
  }

  /** Notes a call of a function that is known otherwise. */
  void note(String function, ObjectNode call) {
    ObjectNode line = Json.object().put("function", function);
    line.setAll(call);
    add(Json.write(line));
  }

  private synchronized void add(String line) {
    // A call that ran out of time may go on for a while after the shop has stopped.
    if (file != null && known.add(line)) {
      try {
        file.write(line + "\n");
        file.flush();
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }

  @Override
  public synchronized void close() throws IOException {
    Writer closing = file;
    file = null;
    if (closing != null) {
      closing.close();
    }
    if (notedCalls != null) {
      notedCalls.close();
    }
  }
}
