package shelfless.local.lambda;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import javax.net.SocketFactory;
import shelfless.local.Json;

/**
 * Notes whenever a function connects to the database, as PostgreSQL's driver lets it be told: in
 * AWS a function's role has to allow that, too ({@code rds-db:connect}).
 */
public final class DatabaseSockets extends SocketFactory {
  private final SocketFactory plain = SocketFactory.getDefault();
  private final String user;

  /**
   * Made by the driver.
   *
   * @param connection the connection's properties
   */
  public DatabaseSockets(Properties connection) {
    user = connection.getProperty("user", "");
  }

  /** The same variables, with this class named in those that are the address of a database. */
  static Map<String, String> in(Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(variables);
    all.replaceAll((name, value) -> value.startsWith("jdbc:postgresql:") ? in(value) : value);
    return all;
  }

  /** The same address of a database, with the driver told of this class. */
  static String in(String jdbcUrl) {
    return jdbcUrl
        + (jdbcUrl.contains("?") ? "&" : "?")
        + "socketFactory="
        + DatabaseSockets.class.getName();
  }

  private void note() {
    ObjectNode call = Json.object().put("service", "rds-db").put("operation", "connect");
    call.putObject("on").put("User", user);
    AwsCalls.note(call);
  }

  /** The one that the driver calls, to connect the socket itself. */
  @Override
  public Socket createSocket() throws IOException {
    note();
    return plain.createSocket();
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return createSocket(InetAddress.getByName(host), port);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress from, int fromPort)
      throws IOException {
    return createSocket(InetAddress.getByName(host), port, from, fromPort);
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    note();
    return plain.createSocket(host, port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort)
      throws IOException {
    note();
    return plain.createSocket(host, port, from, fromPort);
  }
}
