package shelfless.local;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * An HTTP server on the loopback addresses (127.0.0.1, and ::1 where the machine has it), a virtual
 * thread for each request.
 */
public final class WebServer implements AutoCloseable {
  /** Answers one request, by one call of a {@code send} method or {@link WebExchange#drop()}. */
  @FunctionalInterface
  public interface Handler {
    void handle(WebExchange exchange) throws Exception;
  }

  private static final Logger LOG = Logger.getLogger(WebServer.class.getName());
  private static final int HEADER_BYTES = 32 * 1024;
  private static final int ATTEMPTS = 5;

  private final Server server;
  private final int port;

  private WebServer(Server server, int port) {
    this.server = server;
    this.port = port;
  }

  /**
   * Starts a server.
   *
   * @param port the port, or 0 for any free one
   * @throws BindException when another program has the port
   */
  public static WebServer start(int port, Handler handler) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return open(port, handler);
      } catch (BindException taken) {
        // What is free at the one address may be taken at the other.
        if (port != 0 || attempt == ATTEMPTS) {
          throw taken;
        }
      }
    }
  }

  private static WebServer open(int port, Handler handler) throws IOException {
    QueuedThreadPool threads = new QueuedThreadPool(16, 2);
    threads.setDaemon(true);
    threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
    Server server = new Server(threads);
    server.setHandler(new Adapter(handler));
    server.setErrorHandler(WebServer::error);
    ServerConnector connector = connector(server, "127.0.0.1", port);
    try {
      connector.open();
      int chosen = connector.getLocalPort();
      server.addConnector(connector);
      if (hasIpv6()) {
        ServerConnector second = connector(server, "::1", chosen);
        second.open();
        server.addConnector(second);
      }
      server.start();
      return new WebServer(server, chosen);
    } catch (Exception failed) {
      connector.close();
      if (failed instanceof IOException connection) {
        throw bindException(connection);
      }
      throw new IOException("The HTTP server does not start", failed);
    }
  }

  private static IOException bindException(IOException failed) {
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException taken) {
        return taken;
      }
    }
    return failed;
  }

  private static ServerConnector connector(Server server, String host, int port) {
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    configuration.setRequestHeaderSize(HEADER_BYTES);
    configuration.setResponseHeaderSize(HEADER_BYTES);
    configuration.setUriCompliance(UriCompliance.UNSAFE);
    // Otherwise Jetty hands over well-known header values in its own spelling; requests to AWS are
    // signed with the client's.
    configuration.setHeaderCacheCaseSensitive(true);
    ServerConnector connector =
        new ServerConnector(server, 1, 1, new HttpConnectionFactory(configuration));
    connector.setHost(host);
    connector.setPort(port);
    connector.setIdleTimeout(120_000);
    connector.setAcceptQueueSize(1024);
    return connector;
  }

  private static boolean hasIpv6() {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
      return probe.isBound();
    } catch (IOException none) {
      return false;
    }
  }

  /** The port that it listens on. */
  public int port() {
    return port;
  }

  /** Its address, without a slash at the end. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** Stops listening and gives the requests at work a moment to end. */
  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception failed) {
      LOG.log(Level.WARNING, "The HTTP server on port " + port + " does not stop", failed);
    }
  }

  /** What Jetty itself refuses (a malformed request): as brief as AWS says it. */
  private static boolean error(Request request, Response response, Callback callback) {
    String message = response.getStatus() < 500 ? "Bad Request" : "Internal Server Error";
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    Content.Sink.write(response, true, "{\"message\":\"" + message + "\"}", callback);
    return true;
  }

  /** The exchange of one request, as Jetty has it. */
  private static final class Adapter extends org.eclipse.jetty.server.Handler.Abstract {
    private final Handler handler;

    Adapter(Handler handler) {
      this.handler = handler;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      WebExchange exchange = new WebExchange(request, response);
      try {
        handler.handle(exchange);
        callback.succeeded();
      } catch (Exception failed) {
        // A client that went away, or an answer lost on purpose, is no news.
        Level level = failed instanceof IOException ? Level.FINE : Level.WARNING;
        LOG.log(level, request.getMethod() + " " + request.getHttpURI().getPath(), failed);
        if (response.isCommitted()) {
          callback.failed(failed);
        } else {
          response.reset();
          response.setStatus(500);
          response.getHeaders().put(new HttpField(HttpHeader.CONTENT_TYPE, "application/json"));
          Content.Sink.write(response, true, "{\"message\":\"Internal Server Error\"}", callback);
        }
      }
      return true;
    }
  }
}
