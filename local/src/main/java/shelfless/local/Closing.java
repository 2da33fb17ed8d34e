package shelfless.local;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What is to be closed when the shop stops: the latest first, each even if another fails. */
final class Closing implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Closing.class.getName());

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  private boolean closed;

  /**
   * Notes it; returns it.
   *
   * @throws IllegalStateException when the shop stops already: then the part is closed at once
   */
  synchronized <T extends AutoCloseable> T add(T part) {
    parts.push(part);
    if (closed) {
      close();
      throw new IllegalStateException("The shop stops");
    }
    return part;
  }

  @Override
  public synchronized void close() {
    closed = true;
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception failed) {
        LOG.log(Level.WARNING, part + " does not close", failed);
      }
    }
  }
}
