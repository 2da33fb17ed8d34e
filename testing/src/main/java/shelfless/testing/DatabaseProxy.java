package shelfless.testing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The network between a shop and its PostgreSQL, at its worst: a TCP proxy on loopback that refuses
 * connections, lets nothing through, is slow, resets what is open, or cuts a connection at a
 * statement. It reads of the <a
 * href="https://www.postgresql.org/docs/current/protocol-message-formats.html">protocol</a> the
 * types and lengths of messages, and the texts of statements, which it notes.
 */
public final class DatabaseProxy implements AutoCloseable {
  private static final int SSL_REQUEST = 80_877_103;
  private static final int GSS_REQUEST = 80_877_104;
  private static final int LARGEST_MESSAGE = 1 << 28;

  private final ServerSocket listening;
  private final IntSupplier target;
  private final Set<Statement> statements = ConcurrentHashMap.newKeySet();
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final AtomicInteger mostAtOnce = new AtomicInteger();
  private final AtomicReference<@Nullable Cut> cut = new AtomicReference<>();
  private final Object gate = new Object();
  private boolean paused;
  private volatile boolean refusing;
  private volatile long delayMillis;
  private volatile @Nullable Chance chance;
  private final AtomicInteger cutsByChance = new AtomicInteger();

  /** How likely a transaction loses its connection. */
  private record Chance(double share, Random random) {}

  /**
   * A statement that passed.
   *
   * @param name its name in the server's session; empty for one that is not kept there
   */
  public record Statement(String name, String text) {}

  /** A connection that is to be cut, once, at the first statement that fits. */
  public static final class Cut {
    private final Predicate<String> at;
    private final boolean afterwards;
    private volatile boolean made;

    private Cut(Predicate<String> at, boolean afterwards) {
      this.at = at;
      this.afterwards = afterwards;
    }

    /** Whether it was made: the connection's client has yet to notice. */
    public boolean wasMade() {
      return made;
    }
  }

  private DatabaseProxy(ServerSocket listening, IntSupplier target) {
    this.listening = listening;
    this.target = target;
  }

  /**
   * Starts it on a free port.
   *
   * @param target the port on loopback to which each connection goes, asked anew for each
   */
  public static DatabaseProxy start(IntSupplier target) {
    try {
      DatabaseProxy proxy =
          new DatabaseProxy(new ServerSocket(0, 500, InetAddress.getByName("127.0.0.1")), target);
      Thread.ofVirtual().start(proxy::accept);
      return proxy;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  public int port() {
    return listening.getLocalPort();
  }

  /** Every statement that passed, each once. */
  public Set<Statement> statements() {
    return statements;
  }

  /** How many connections were open through it at once, at most. */
  public int mostAtOnce() {
    return mostAtOnce.get();
  }

  /** No connection is to be had, and those that were are reset: the server is gone. */
  public void refuse() {
    refusing = true;
    reset();
  }

  /** Nothing passes, and nobody is told: packets are lost. */
  public void pause() {
    synchronized (gate) {
      paused = true;
    }
  }

  /** All that passes comes later, each way. */
  public void delay(Duration eachWay) {
    delayMillis = eachWay.toMillis();
  }

  /** Resets all connections; others are to be had, as after a failover. */
  public void reset() {
    links.forEach(Link::reset);
  }

  /** Cuts the connection of the next statement that fits, before the server sees it. */
  public Cut cutBefore(Predicate<String> statement) {
    return arm(new Cut(statement, false));
  }

  /** The same once the server has done it, and before its answer is passed on. */
  public Cut cutAfter(Predicate<String> statement) {
    return arm(new Cut(statement, true));
  }

  /**
   * From now on such a share of the transactions lose their connection, at one of the first four
   * statements (where there are so many), before or after the server has done it.
   */
  public void cutSome(double share, Random random) {
    chance = new Chance(share, random);
  }

  /** How many connections were cut by chance. */
  public int cutsByChance() {
    return cutsByChance.get();
  }

  private Cut arm(Cut next) {
    cut.set(next);
    return next;
  }

  /** All is well again. */
  public void restore() {
    cut.set(null);
    chance = null;
    refusing = false;
    delayMillis = 0;
    synchronized (gate) {
      paused = false;
      gate.notifyAll();
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException closed) {
      // It listens no more either way.
    }
    restore();
    reset();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        client.setTcpNoDelay(true);
        Link link = new Link(client);
        links.add(link);
        mostAtOnce.accumulateAndGet(links.size(), Math::max);
        Thread.ofVirtual().start(link::run);
      } catch (IOException closed) {
        // Asked for above.
      }
    }
  }

  private void waitAtGate() throws IOException {
    synchronized (gate) {
      while (paused) {
        try {
          gate.wait();
        } catch (InterruptedException stop) {
          Thread.currentThread().interrupt();
          throw new IOException(stop);
        }
      }
    }
  }

  /** A connection through the proxy: both its halves. */
  private final class Link {
    private final Socket client;
    private volatile @Nullable Socket server;
    private volatile @Nullable Cut swallowing;
    private int untilCut = -1;

    Link(Socket client) {
      this.client = client;
    }

    void run() {
      try {
        waitAtGate();
        if (refusing) {
          return;
        }
        Socket opened = new Socket(InetAddress.getByName("127.0.0.1"), target.getAsInt());
        opened.setTcpNoDelay(true);
        server = opened;
        Half up = new Half(client, opened);
        up.startUp(client, opened);
        Thread.ofVirtual().start(() -> answers(opened));
        up.pump(this::look);
      } catch (IOException | RuntimeException broken) {
        // Both ends learn of it below.
      } finally {
        reset();
      }
    }

    private void answers(Socket from) {
      try {
        new Half(from, client)
            .pump(
                (type, body) -> {
                  Cut swallowed = swallowing;
                  if (swallowed != null && type == 'Z') {
                    swallowed.made = true;
                    throw new IOException("cut");
                  }
                  return swallowed == null;
                });
      } catch (IOException | RuntimeException broken) {
        // Both ends learn of it below.
      } finally {
        reset();
      }
    }

    /** Notes a statement, and cuts the connection where it is to be cut. */
    private boolean look(int type, byte[] body) throws IOException {
      if (type != 'P' && type != 'Q') {
        return true;
      }
      ByteBuffer fields = ByteBuffer.wrap(body);
      String name = type == 'P' ? text(fields) : "";
      String text = text(fields);
      statements.add(new Statement(name, text));
      Cut next = nextCut(text);
      if (next != null) {
        if (!next.afterwards) {
          next.made = true;
          throw new IOException("cut");
        }
        swallowing = next;
      }
      return true;
    }

    private @Nullable Cut nextCut(String statement) {
      Cut ordered = cut.get();
      if (ordered != null && ordered.at.test(statement) && cut.compareAndSet(ordered, null)) {
        return ordered;
      }
      Chance now = chance;
      if (now == null) {
        return null;
      }
      if (statement.startsWith("BEGIN")) {
        untilCut = now.random.nextDouble() < now.share ? now.random.nextInt(4) : -1;
      }
      if (untilCut-- != 0) {
        return null;
      }
      cutsByChance.incrementAndGet();
      return new Cut(text -> true, now.random.nextBoolean());
    }

    private static String text(ByteBuffer fields) {
      int start = fields.position();
      while (fields.get() != 0) {
        // To the end of the text.
      }
      return new String(
          fields.array(), start, fields.position() - start - 1, StandardCharsets.UTF_8);
    }

    /** Both ends are told by a reset, not by a goodbye. */
    void reset() {
      links.remove(this);
      close(client);
      Socket opened = server;
      if (opened != null) {
        close(opened);
      }
    }

    private static void close(Socket socket) {
      try {
        if (!socket.isClosed()) {
          socket.setSoLinger(true, 0);
        }
        socket.close();
      } catch (IOException alreadyGone) {
        // It is closed either way.
      }
    }
  }

  /** Sees a message; whether it is passed on. */
  @FunctionalInterface
  private interface Sight {
    boolean sees(int type, byte[] body) throws IOException;
  }

  /** One direction of a connection. */
  private final class Half {
    private final DataInputStream in;
    private final OutputStream out;

    Half(Socket from, Socket to) throws IOException {
      in = new DataInputStream(new BufferedInputStream(from.getInputStream()));
      out = new BufferedOutputStream(to.getOutputStream());
    }

    /** What comes before messages have types: asking for encryption, and the start. */
    void startUp(Socket client, Socket server) throws IOException {
      int code;
      do {
        byte[] body = body(in.readInt());
        pass(-1, body);
        out.flush();
        code = ByteBuffer.wrap(body).getInt();
        if (code == SSL_REQUEST || code == GSS_REQUEST) {
          // One byte, 'N', since a local server has neither.
          client.getOutputStream().write(server.getInputStream().read());
        }
      } while (code == SSL_REQUEST || code == GSS_REQUEST);
    }

    void pump(Sight sight) throws IOException {
      while (true) {
        boolean burst = in.available() == 0;
        int type = in.read();
        if (type < 0) {
          return;
        }
        byte[] body = body(in.readInt());
        if (burst && delayMillis > 0) {
          sleep(delayMillis);
        }
        waitAtGate();
        if (sight.sees(type, body)) {
          pass(type, body);
          if (in.available() == 0) {
            out.flush();
          }
        }
      }
    }

    private byte[] body(int length) throws IOException {
      if (length < 4 || length > LARGEST_MESSAGE) {
        throw new IOException("no message has " + length + " bytes");
      }
      return in.readNBytes(length - 4);
    }

    private void pass(int type, byte[] body) throws IOException {
      if (type >= 0) {
        out.write(type);
      }
      out.write(ByteBuffer.allocate(4).putInt(body.length + 4).array());
      out.write(body);
    }
  }

  private static void sleep(long millis) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IOException(stop);
    }
  }
}
