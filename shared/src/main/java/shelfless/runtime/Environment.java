package shelfless.runtime;

import java.time.Clock;
import java.util.Map;

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

  /** Gives up what is held open, as when the environment is retired. */
  @Override
  public void close() {}
}
