package shelfless.local;

/**
 * A server's handler that lets nobody in before it is opened, nor after it is closed: a server can
 * have its port before what is behind it is ready.
 */
public final class Door implements WebServer.Handler, AutoCloseable {
  private static final WebServer.Handler CLOSED =
      exchange -> exchange.send(503, "application/json", "{\"message\":\"Service Unavailable\"}");

  private volatile WebServer.Handler inside = CLOSED;

  /** From now on, this one answers. */
  public void open(WebServer.Handler handler) {
    inside = handler;
  }

  @Override
  public void handle(WebExchange exchange) throws Exception {
    inside.handle(exchange);
  }

  @Override
  public void close() {
    inside = CLOSED;
  }
}
