package shelfless.runtime;

import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import shelfless.aws.Files;
import shelfless.aws.Mailer;
import shelfless.aws.Queues;
import shelfless.aws.Secrets;
import shelfless.data.Database;
import shelfless.security.RateLimiter;
import shelfless.security.Tokens;

/**
 * All that a handler takes from outside: settings, time and ids. Lambda makes one for each
 * execution environment; the shop on one machine makes its own, with the same settings, the shop's
 * clock and the addresses of the embedded services.
 *
 * <p>An environment serves one call at a time, so nothing here is safe for use by several threads.
 */
public final class Environment implements AutoCloseable {
  private final Settings settings;
  private final Clock clock;
  private final IdGenerator ids;
  private @Nullable Database database;
  private @Nullable Secrets secrets;
  private @Nullable Queues queues;
  private @Nullable Files files;
  private @Nullable Mailer mailer;

  public Environment(Map<String, String> variables, Clock clock, IdGenerator ids) {
    this.settings = new Settings(variables);
    this.clock = clock;
    this.ids = ids;
  }

  /** The environment of the process that Lambda started. */
  public static Environment ofProcess() {
    Clock clock = Clock.systemUTC();
    return new Environment(System.getenv(), clock, IdGenerator.secure(clock));
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

  /** The environment's one connection; it is opened at its first use. */
  public Database database() {
    Database ready = database;
    if (ready == null) {
      ready = new Database(settings, clock, ids);
      database = ready;
    }
    return ready;
  }

  /** The secrets that the function's role may read. */
  public Secrets secrets() {
    Secrets ready = secrets;
    if (ready == null) {
      ready = new Secrets(settings, clock);
      secrets = ready;
    }
    return ready;
  }

  /** The queues that the function's role may send to. */
  public Queues queues() {
    Queues ready = queues;
    if (ready == null) {
      ready = new Queues(settings);
      queues = ready;
    }
    return ready;
  }

  /** The bucket of the products' files. */
  public Files files() {
    Files ready = files;
    if (ready == null) {
      ready = new Files(settings);
      files = ready;
    }
    return ready;
  }

  /** Sends mails, where the function's role may. */
  public Mailer mailer() {
    Mailer ready = mailer;
    if (ready == null) {
      ready = new Mailer(settings);
      mailer = ready;
    }
    return ready;
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
    if (database != null) {
      database.close();
    }
    if (secrets != null) {
      secrets.close();
    }
    if (queues != null) {
      queues.close();
    }
    if (files != null) {
      files.close();
    }
    if (mailer != null) {
      mailer.close();
    }
  }
}
