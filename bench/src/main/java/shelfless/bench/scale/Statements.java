package shelfless.bench.scale;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What calls say to PostgreSQL, so that it can be said again without the shop. It stands between a
 * function and the server, and keeps the messages of the function's side; {@link #ask} sends them
 * to the server as they were, by a connection of its own. That is what a call costs at least: the
 * same statements with the same values, the same ways there and back, and nothing done with the
 * answers.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-message-formats.html">PostgreSQL's
 *     messages</a>
 */
final class Statements implements AutoCloseable {
  private static final int SYNC = 'S';
  private static final int QUERY = 'Q';
  private static final int READY = 'Z';
  private static final int ASKS_FOR_TLS = 80877103;
  private static final int HEADER = 5;
  private static final int LENGTH = 4;

  private final int server;
  private final ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());

  /** Of the function's side since they were last taken. */
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  private byte[] greeting = {};
  private @Nullable Socket connection;
  private DataInputStream answers = new DataInputStream(InputStream.nullInputStream());

  /**
   * Messages of one call, each group of them answered before the next is sent.
   *
   * @param groups each ends with the message that asks for an answer to all before it
   */
  record Call(List<byte[]> groups) {}

  /**
   * @param server the port that PostgreSQL listens at, on loopback
   */
  Statements(int server) throws IOException {
    this.server = server;
    Thread.ofVirtual().start(this::pass);
  }

  /** Where a function is to connect. */
  int port() {
    return door.getLocalPort();
  }

  private void pass() {
    try (Socket function = door.accept();
        Socket database = connected()) {
      function.setTcpNoDelay(true);
      Thread back = Thread.ofVirtual().start(() -> copy(database, function));
      InputStream input = function.getInputStream();
      OutputStream output = database.getOutputStream();
      byte[] buffer = new byte[1 << 16];
      for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
        synchronized (said) {
          said.write(buffer, 0, count);
        }
        output.write(buffer, 0, count);
      }
      back.join();
    } catch (IOException | InterruptedException ended) {
      // One of the two has closed its end.
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException ended) {
      // One of the two has closed its end.
    }
  }

  private Socket connected() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server);
    socket.setTcpNoDelay(true);
    return socket;
  }

  /** What was said since the last time; the first time the greeting comes before it. */
  Call taken() {
    ByteBuffer messages;
    synchronized (said) {
      messages = ByteBuffer.wrap(said.toByteArray());
      said.reset();
    }
    if (greeting.length == 0) {
      // What comes first has no type, and before it the driver may ask whether there is TLS.
      byte[] first = next(messages, messages.getInt(0));
      greeting =
          ByteBuffer.wrap(first).getInt(LENGTH) == ASKS_FOR_TLS
              ? next(messages, messages.getInt(messages.position()))
              : first;
    }
    List<byte[]> groups = new ArrayList<>();
    ByteArrayOutputStream group = new ByteArrayOutputStream();
    while (messages.hasRemaining()) {
      int type = messages.get(messages.position());
      int length = 1 + messages.getInt(messages.position() + 1);
      group.writeBytes(next(messages, length));
      if (type == SYNC || type == QUERY) {
        groups.add(group.toByteArray());
        group.reset();
      }
    }
    return new Call(groups);
  }

  private static byte[] next(ByteBuffer messages, int length) {
    byte[] message = new byte[length];
    messages.get(message);
    return message;
  }

  /** Says it again, and waits for each answer. */
  void ask(Call call) {
    try {
      Socket open = connection;
      if (open == null) {
        open = connected();
        connection = open;
        answers = new DataInputStream(new BufferedInputStream(open.getInputStream(), 1 << 16));
        exchange(open, greeting);
      }
      for (byte[] group : call.groups) {
        exchange(open, group);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException("PostgreSQL does not answer what it answers the shop", failed);
    }
  }

  private void exchange(Socket open, byte[] messages) throws IOException {
    open.getOutputStream().write(messages);
    byte[] header = new byte[HEADER];
    do {
      answers.readFully(header);
      if (header[0] == 'E') {
        throw new IOException("It refuses a statement");
      }
      answers.skipNBytes(ByteBuffer.wrap(header).getInt(1) - LENGTH);
    } while (header[0] != READY);
  }

  @Override
  public void close() throws IOException {
    door.close();
    if (connection != null) {
      connection.close();
    }
  }
}
