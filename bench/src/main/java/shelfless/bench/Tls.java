package shelfless.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import shelfless.local.Json;

/**
 * TLS before all that functions reach, as it is at AWS: PostgreSQL speaks it itself, and before
 * each service of the local shop stands a socket that ends it. Its certificate is made for this
 * machine, and the functions trust it beside all that a JDK trusts.
 */
final class Tls implements AutoCloseable {
  private static final char[] PASSWORD = "changeit".toCharArray();

  private final Path folder;

  /** None where there is no TLS. */
  private final @Nullable SSLContext context;

  /** What ends TLS, by the port that it leads to. */
  private final Map<Integer, ServerSocket> ends = new HashMap<>();

  private final List<Instant> sessions = new CopyOnWriteArrayList<>();

  private Tls(Path folder, @Nullable SSLContext context) {
    this.folder = folder;
    this.context = context;
  }

  /**
   * Makes a certificate, and lets the shop's PostgreSQL speak TLS with it.
   *
   * @param folder a new folder
   */
  static Tls start(Path folder, Shop shop) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path store = folder.resolve("server.p12");
    keytool(
        "-genkeypair -alias server -keyalg RSA -keysize 2048 -dname CN=localhost -validity 30",
        "-ext SAN=dns:localhost,ip:127.0.0.1 -ext BC=ca:true -storetype PKCS12 -keystore " + store);
    try {
      KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
      Certificate certificate = keys.getCertificate("server");
      String pem = pem("CERTIFICATE", certificate.getEncoded());
      Files.writeString(folder.resolve("root.pem"), pem);
      trust(certificate, folder.resolve("trusted.jks"));
      database(shop, pem, pem("PRIVATE KEY", keys.getKey("server", PASSWORD).getEncoded()));
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), null, null);
      return new Tls(folder, context);
    } catch (GeneralSecurityException | SQLException failed) {
      throw new BenchException("There is no TLS to measure with: " + failed.getMessage(), failed);
    }
  }

  /** Without it: every address stays as it is. */
  static Tls none() {
    return new Tls(Path.of(""), null);
  }

  private static void keytool(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(String.join(" ", options).split(" ")));
    command.addAll(List.of("-storepass", new String(PASSWORD)));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new BenchException("keytool makes no certificate: " + output.strip());
    }
  }

  private static String pem(String what, byte[] encoded) {
    return "-----BEGIN %s-----\n%s\n-----END %1$s-----\n"
        .formatted(what, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded));
  }

  /** The JDK's own roots and this one, which take their time to be read as they do at Lambda. */
  private static void trust(Certificate certificate, Path file)
      throws IOException, GeneralSecurityException {
    Path roots = Path.of(System.getProperty("java.home"), "lib/security/cacerts");
    KeyStore trusted = KeyStore.getInstance(roots.toFile(), PASSWORD);
    trusted.setCertificateEntry("bench", certificate);
    try (OutputStream output = Files.newOutputStream(file)) {
      trusted.store(output, PASSWORD);
    }
  }

  private static void database(Shop shop, String certificate, String key)
      throws SQLException, IOException {
    String address = shop.variables().path("ListProducts").path("DATABASE_URL").asText();
    try (Connection connection = DriverManager.getConnection(address, "postgres", "");
        Statement statement = connection.createStatement()) {
      Path data;
      try (ResultSet row = statement.executeQuery("show data_directory")) {
        row.next();
        data = Path.of(row.getString(1));
      }
      Files.writeString(data.resolve("server.crt"), certificate);
      Path secret =
          Files.createFile(
              data.resolve("server.key"),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(secret, key);
      statement.execute("alter system set ssl = on");
      statement.execute("select pg_reload_conf()");
    }
  }

  /** The functions' variables, with the addresses that speak TLS. */
  JsonNode variables(JsonNode plain) throws IOException {
    if (context == null) {
      return plain;
    }
    ServerSocketFactory sockets = context.getServerSocketFactory();
    ObjectNode secured = Json.object();
    for (Map.Entry<String, JsonNode> function : plain.properties()) {
      ObjectNode own = secured.putObject(function.getKey());
      for (Map.Entry<String, JsonNode> variable : function.getValue().properties()) {
        own.put(
            variable.getKey(), secured(variable.getKey(), variable.getValue().asText(), sockets));
      }
    }
    return secured;
  }

  private String secured(String name, String value, ServerSocketFactory sockets)
      throws IOException {
    if (name.equals("DATABASE_URL")) {
      return value
          + (value.contains("?") ? "&" : "?")
          + "sslmode=verify-full&sslrootcert="
          + folder.resolve("root.pem");
    }
    // What functions call; other addresses are for browsers.
    if (!name.startsWith("AWS_ENDPOINT_URL") && !name.equals("STRIPE_API_BASE")) {
      return value;
    }
    URI address = URI.create(value);
    return "https://127.0.0.1:" + end(address.getPort(), sockets) + address.getRawPath();
  }

  /** The port at which TLS ends before that one. */
  private int end(int plain, ServerSocketFactory sockets) throws IOException {
    ServerSocket ready = ends.get(plain);
    if (ready == null) {
      ServerSocket server = sockets.createServerSocket(0, 128, InetAddress.getByName("127.0.0.1"));
      ends.put(plain, server);
      Thread.startVirtualThread(() -> accept(server, plain));
      ready = server;
    }
    return ready.getLocalPort();
  }

  private void accept(ServerSocket server, int plain) {
    while (!server.isClosed()) {
      try {
        SSLSocket outside = (SSLSocket) server.accept();
        Thread.startVirtualThread(() -> serve(outside, plain));
      } catch (IOException ended) {
        // The server was closed, or somebody was gone before a connection stood.
      }
    }
  }

  private void serve(SSLSocket outside, int plain) {
    try (outside;
        Socket inside = new Socket("127.0.0.1", plain)) {
      outside.setTcpNoDelay(true);
      inside.setTcpNoDelay(true);
      outside.startHandshake();
      sessions.add(Instant.ofEpochMilli(outside.getSession().getCreationTime()));
      Thread.startVirtualThread(() -> pass(inside, outside));
      pass(outside, inside);
    } catch (IOException ended) {
      // By either side.
    }
  }

  /**
   * When the session of each connection was made, in the order of the connections: a resumed one is
   * older than its connection. PostgreSQL's are not among them.
   */
  List<Instant> sessions() {
    return List.copyOf(sessions);
  }

  private static void pass(Socket from, Socket to) {
    try (from;
        to;
        InputStream input = from.getInputStream();
        OutputStream output = to.getOutputStream()) {
      input.transferTo(output);
    } catch (IOException ended) {
      // By either side.
    }
  }

  /** What lets a JVM trust the certificate. */
  List<String> options() {
    return context == null
        ? List.of()
        : List.of(
            "-Djavax.net.ssl.trustStore=" + folder.resolve("trusted.jks"),
            "-Djavax.net.ssl.trustStorePassword=" + new String(PASSWORD));
  }

  @Override
  public void close() throws IOException {
    for (ServerSocket end : ends.values()) {
      end.close();
    }
  }
}
