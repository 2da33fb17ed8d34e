package shelfless.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import shelfless.bench.ExecutionEnvironment.Deployed;
import shelfless.local.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;

/** What a snapshot of a function may hold, with the hooks run by Lambda's own runtime client. */
final class SnapStartTest {
  @TempDir private static Path folder;
  private static Shop shop;
  private static Tls tls;
  private static Events events;
  private static TaskFolder code;

  @BeforeAll
  static void start() throws Exception {
    // Surefire runs in the module.
    Path project = Path.of("..").toRealPath();
    code = TaskFolder.ofClassPath(folder.resolve("task"));
    shop = Shop.start(project, folder.resolve("shop"));
    tls = Tls.start(folder.resolve("tls"), shop);
    events = Events.fill(project.resolve("events"), shop);
  }

  @AfterAll
  static void stop() throws IOException {
    tls.close();
    shop.close();
    // JUnit warns of each link when it deletes the folder.
    try (Stream<Path> links = Files.list(folder.resolve("task/lib"))) {
      for (Path link : links.toList()) {
        Files.delete(link);
      }
    }
  }

  private static ExecutionEnvironment checkpointed(String function) throws Exception {
    Map<String, String> variables = new HashMap<>();
    JsonNode own = tls.variables(shop.variables()).path(function);
    own.properties().forEach(each -> variables.put(each.getKey(), each.getValue().asText()));
    // As good as over: whoever still uses them after the restore would ask again.
    Instant soon = Instant.now().plus(Duration.ofSeconds(30));
    ExecutionEnvironment environment =
        ExecutionEnvironment.start(
            new Deployed(variables.getOrDefault("_HANDLER", ""), code, 1024, true, variables, soon),
            true,
            Cores.shared(),
            RuntimeClient.layOut(folder.resolve("runtime"), tls.options()),
            folder.resolve(function + ".log"),
            List.of());
    environment.api().checkpointNanos();
    return environment;
  }

  /**
   * The ports of this machine that a function has a connection to, beside Lambda's own, which also
   * hands out the credentials.
   */
  private static Set<Integer> connections(ExecutionEnvironment environment) throws IOException {
    long processId = environment.processId();
    Set<String> sockets = new HashSet<>();
    try (Stream<Path> files = Files.list(Path.of("/proc/" + processId + "/fd"))) {
      for (Path file : files.toList()) {
        String target = Files.readSymbolicLink(file).toString();
        if (target.startsWith("socket:[")) {
          sockets.add(target.substring(8, target.length() - 1));
        }
      }
    }
    Set<Integer> ports = new HashSet<>();
    for (String table : List.of("tcp", "tcp6")) {
      for (String line : Files.readAllLines(Path.of("/proc/" + processId + "/net/" + table))) {
        String[] field = line.strip().split("\\s+");
        // https://docs.kernel.org/networking/proc_net_tcp.html: remote address, state, inode
        if (field.length > 9 && field[3].equals("01") && sockets.contains(field[9])) {
          ports.add(Integer.parseInt(field[2].substring(field[2].indexOf(':') + 1), 16));
        }
      }
    }
    ports.remove(URI.create(environment.api().credentialsUri()).getPort());
    return ports;
  }

  @Test
  void aRehearsedFunctionHasItsClassesAndNoConnection_andAnswersOnceItIsRestored()
      throws Exception {
    try (ExecutionEnvironment environment = checkpointed("ListProducts")) {
      assertFalse(environment.tail().contains("not rehearsed"), environment.tail());
      assertEquals(Set.of(), connections(environment), "the snapshot's copies would share them");
      byte[] event = events.of("ListProducts", 1).getFirst().event().call();
      environment.restore(event);
      assertEquals(1, connections(environment).size(), "PostgreSQL's, of its own");
      JsonNode answer = Json.parse(environment.call(event).body());
      assertEquals(200, answer.path("statusCode").asInt());
    }
  }

  @Test
  @Timeout(60)
  void theDatabaseAndTheSecretsAreReachedBeforeTheFirstCall() throws Exception {
    try (ExecutionEnvironment environment = checkpointed("GetEntitlement")) {
      environment.api().restore();
      while (connections(environment).size() < 2) {
        Thread.sleep(10);
      }
    }
  }

  /** The functions that buyers wait for, by the template. */
  private static Stream<String> published() throws IOException {
    return Functions.withSnapStart(Path.of("../template.yaml").toRealPath()).stream();
  }

  @ParameterizedTest
  @MethodSource("published")
  void aRehearsalSucceedsAndLeavesNothing(String function) throws Exception {
    Map<String, Long> before = rows();
    try (ExecutionEnvironment environment = checkpointed(function)) {
      assertFalse(environment.tail().contains("not rehearsed"), environment.tail());
      assertEquals(Set.of(), connections(environment), "the snapshot's copies would share them");
    }
    assertEquals(before, rows());
  }

  /** How many rows each table has. */
  private static Map<String, Long> rows() throws Exception {
    Map<String, Long> rows = new TreeMap<>();
    String address = shop.variables().path("ListProducts").path("DATABASE_URL").asText();
    try (Connection connection = DriverManager.getConnection(address, "postgres", "");
        Statement statement = connection.createStatement();
        ResultSet tables =
            statement.executeQuery(
                """
                select table_name, (xpath('/row/c/text()', query_to_xml(
                  format('select count(*) as c from %I', table_name), false, true, '')))[1]::text::bigint
                from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'
                """)) {
      while (tables.next()) {
        rows.put(tables.getString(1), tables.getLong(2));
      }
    }
    return rows;
  }

  @Test
  void credentialsAreAskedForAnew() throws Exception {
    try (ExecutionEnvironment environment = checkpointed("HandleStripeWebhook")) {
      byte[] notice = events.of("HandleStripeWebhook", 1).getFirst().event().call();
      int before = environment.api().credentialRequests();
      environment.restore(notice);
      assertTrue(environment.api().credentialRequests() > before, environment.tail());
    }
  }

  /** A key that was taken away since the snapshot is not in it. */
  @Test
  void secretsAreReadAnew() throws Exception {
    Map<String, String> variables = new HashMap<>();
    shop.variables()
        .path("HandleStripeWebhook")
        .properties()
        .forEach(each -> variables.put(each.getKey(), each.getValue().asText()));
    Clock clock = Clock.systemUTC();
    JsonNode keys = shop.secret("StripeKeys");
    ObjectNode rotated = keys.deepCopy();
    rotated.putArray("webhook_secrets").add("whsec_the_next_one");
    try (Environment operator = new Environment(variables, clock, IdGenerator.secure(clock));
        ExecutionEnvironment environment = checkpointed("HandleStripeWebhook")) {
      byte[] notice = events.of("HandleStripeWebhook", 1).getFirst().event().call();
      operator.secrets().write("STRIPE_SECRET", Json.write(rotated));
      try {
        environment.restore(notice);
        assertEquals("400", Events.outcome(environment.call(notice).body()));
      } finally {
        operator.secrets().write("STRIPE_SECRET", Json.write(keys));
      }
    }
  }

  /** Copies that went on with one session of the snapshot's would be known for one another. */
  @Test
  void sessionsOfTlsAreMadeAnew() throws Exception {
    try (ExecutionEnvironment environment = checkpointed("HandleStripeWebhook")) {
      byte[] notice = events.of("HandleStripeWebhook", 1).getFirst().event().call();
      int before = tls.sessions().size();
      Instant restored = Instant.now().truncatedTo(ChronoUnit.MILLIS);
      environment.restore(notice);
      List<Instant> own = tls.sessions().subList(before, tls.sessions().size());
      assertFalse(own.isEmpty());
      assertTrue(own.stream().noneMatch(restored::isAfter), restored + ": " + own);
    }
  }

  /**
   * Copies differ in what they draw, since it comes from the kernel, which Lambda seeds anew:
   * https://docs.aws.amazon.com/lambda/latest/dg/snapstart-uniqueness.html
   */
  @Test
  void randomBytesComeFromTheKernel() {
    assertEquals("NativePRNG", new SecureRandom().getAlgorithm());
  }
}
