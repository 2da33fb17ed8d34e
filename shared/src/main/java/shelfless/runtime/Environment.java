package shelfless.runtime;

import java.time.Clock;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import shelfless.aws.AuditAnchors;
import shelfless.aws.Files;
import shelfless.aws.Mailer;
import shelfless.aws.Queues;
import shelfless.aws.Secrets;
import shelfless.data.Database;
import shelfless.orders.PaymentProvider;
import shelfless.security.RateLimiter;
import shelfless.security.Tokens;

/**
 * All that a handler takes from outside: settings, time, ids, and the {@link Ports}. Lambda makes
 * one for each execution environment; the shop on one machine makes its own, with the same
 * settings, the shop's clock and the addresses of the embedded services.
 *
 * <p>An environment serves one call at a time, so nothing here is safe for use by several threads.
 */
public final class Environment implements AutoCloseable {
  /**
   * What Lambda says of a process whose memory it keeps; any other is spared what its hooks cost.
   *
   * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html">AWS on
   *     environment variables</a>
   */
  private static final String SNAPSHOT = "snap-start";

  private final Settings settings;
  private final Clock clock;
  private final IdGenerator ids;
  private final CallTime time = new CallTime();
  private Ports ports;

  /** The settings of the secrets that the function is known to read. */
  private Set<String> secretsRead = Set.of();

  /** Of a process that Lambda takes a snapshot of. */
  private @Nullable Snapshot snapshot;

  /** With the real services, at the addresses that the variables name. */
  public Environment(Map<String, String> variables, Clock clock, IdGenerator ids) {
    this.settings = new Settings(variables);
    this.clock = clock;
    this.ids = ids;
    this.ports = new RealPorts(settings, clock, ids, time, false);
  }

  /** With ports of the caller's, which are closed with the environment. */
  public Environment(Settings settings, Clock clock, IdGenerator ids, Ports ports) {
    this.settings = settings;
    this.clock = clock;
    this.ids = ids;
    this.ports = ports;
  }

  /** The environment of the process that Lambda started. */
  public static Environment ofProcess() {
    Clock clock = Clock.systemUTC();
    Environment environment = new Environment(System.getenv(), clock, IdGenerator.secure(clock));
    if (environment
        .settings
        .optional("AWS_LAMBDA_INITIALIZATION_TYPE")
        .orElse("")
        .equals(SNAPSHOT)) {
      environment.snapshot = Snapshot.of(environment);
    }
    return environment;
  }

  /**
   * Says what rehearses the function before a snapshot is taken of it, where Lambda takes one. What
   * it does comes to nothing.
   */
  public void beforeSnapshot(Runnable rehearsal) {
    if (snapshot != null) {
      snapshot.rehearse(rehearsal);
    }
  }

  /**
   * Rehearses something: it is done as any other work, but what it writes is rolled back, what it
   * would leave to a queue is left to none, and the payment provider is asked for nothing that it
   * would do. No connection, no secret and no credentials are kept of it.
   */
  void rehearse(Runnable work) {
    Ports own = ports;
    try (RealPorts rehearsed = new RealPorts(settings, clock, ids, time, true)) {
      ports = rehearsed;
      restored();
      rehearsed.database().rehearse(work);
      secretsRead = rehearsed.secretsRead();
    } finally {
      ports = own;
    }
  }

  /**
   * Does what the first call would wait for, at once: the secrets that a rehearsal read are fetched
   * beside the connection to the database.
   */
  void restored() {
    // The last rehearsal's time is over.
    time.end();
    if (!secretsRead.isEmpty()) {
      secrets().readAhead(secretsRead);
    }
    database().connect();
  }

  public Settings settings() {
    return settings;
  }

  public Clock clock() {
    return clock;
  }

  public IdGenerator ids() {
    return ids;
  }

  /** How long the running call may still take. */
  public CallTime time() {
    return time;
  }

  /** The environment's one connection; it is opened at its first use. */
  public Database database() {
    return ports.database();
  }

  /** The secrets that the function's role may read. */
  public Secrets secrets() {
    return ports.secrets();
  }

  /** The queues that the function's role may send to. */
  public Queues queues() {
    return ports.queues();
  }

  /** The bucket of the products' files. */
  public Files files() {
    return ports.files();
  }

  /** The ends of the audit log, kept outside the database. */
  public AuditAnchors anchors() {
    return ports.anchors();
  }

  /** Sends mails, where the function's role may. */
  public Mailer mailer() {
    return ports.mailer();
  }

  /** Takes the money and gives it back, where the function's role may. */
  public PaymentProvider provider() {
    return ports.provider();
  }

  /** The keys of the tokens in links. */
  public Tokens tokens() {
    return Tokens.of(secrets().read("TOKEN_KEYS_SECRET"));
  }

  /** How often one may ask. */
  public RateLimiter rateLimiter() {
    return new RateLimiter(database(), tokens());
  }

  /** Gives up what is held open, as when the environment is retired. */
  @Override
  public void close() {
    ports.close();
  }
}
