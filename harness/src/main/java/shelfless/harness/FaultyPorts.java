package shelfless.harness;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import shelfless.aws.AuditAnchors;
import shelfless.aws.Files;
import shelfless.aws.Mailer;
import shelfless.aws.Queues;
import shelfless.aws.Secrets;
import shelfless.data.Database;
import shelfless.data.DatabaseUnavailable;
import shelfless.harness.Faults.Call;
import shelfless.harness.Faults.Kind;
import shelfless.orders.PaymentProvider;
import shelfless.runtime.Ports;
import shelfless.runtime.Unavailable;

/**
 * The ports of one process, each call of which can go wrong. Once the process has died, every
 * further call dies, too: a {@code finally} must not do what a dead process could not.
 */
final class FaultyPorts implements Ports {
  private final Database database;
  private final World.Outside outside;
  private final Faults faults;
  private String handler = "";
  private boolean dead;

  FaultyPorts(Database database, World.Outside outside, Faults faults) {
    this.database = database;
    this.outside = outside;
    this.faults = faults;
  }

  /** Names the handler whose calls follow. */
  void enter(String name) {
    handler = name;
  }

  private @Nullable Kind next(String port) {
    if (dead) {
      throw new Crash("dead");
    }
    Call call = new Call(handler, port);
    Kind kind = faults.next(call);
    if (kind == Kind.CRASH_BEFORE) {
      throw die(call);
    }
    return kind;
  }

  private Crash die(Call where) {
    dead = true;
    return new Crash(where.toString());
  }

  private Crash die(String port) {
    return die(new Call(handler, port));
  }

  /** A call with an effect outside; {@code unavailable} makes what the port does when it fails. */
  private <T> T call(String port, Supplier<T> effect, Supplier<T> unavailable) {
    Kind kind = next(port);
    if (kind == Kind.FAIL) {
      return unavailable.get();
    }
    T result = effect.get();
    if (kind == Kind.CRASH_AFTER) {
      throw die(port);
    }
    return kind == Kind.LOSE_ANSWER ? unavailable.get() : result;
  }

  @Override
  public Database database() {
    return new Database() {
      @Override
      public <T extends @Nullable Object> T transaction(Work<T> work) {
        return run(next("database"), work, false);
      }

      @Override
      public <T extends @Nullable Object> T repeatable(Work<T> work) {
        return repeatable(next("database"), work);
      }

      /** A lost answer is asked for again. */
      private <T extends @Nullable Object> T repeatable(@Nullable Kind kind, Work<T> work) {
        if (kind == Kind.LOSE_ANSWER) {
          database.repeatable(work);
          return database.repeatable(work);
        }
        return run(kind, work, true);
      }

      @Override
      public <T extends @Nullable Object> T read(Work<T> work) {
        Kind kind = next("database");
        return kind == null ? database.read(work) : repeatable(kind, work);
      }

      private <T extends @Nullable Object> T run(
          @Nullable Kind kind, Work<T> work, boolean isRepeatable) {
        if (kind == Kind.FAIL) {
          throw new DatabaseUnavailable(new SQLException("no connection", "08001"));
        }
        Work<T> faulty =
            transaction -> {
              // The first of what is left for after the commit, so that nothing comes before it.
              transaction.afterCommit(
                  () -> {
                    if (kind == Kind.CRASH_AFTER_COMMIT) {
                      throw die("commit");
                    }
                    if (kind == Kind.LOSE_ANSWER) {
                      throw new DatabaseUnavailable(new SQLException("lost", "08006"));
                    }
                  });
              T done = work.run(transaction);
              if (kind == Kind.CRASH_BEFORE_COMMIT) {
                throw die("before commit");
              }
              return done;
            };
        T result = isRepeatable ? database.repeatable(faulty) : database.transaction(faulty);
        if (kind == Kind.CRASH_AFTER) {
          throw die("database");
        }
        return result;
      }

      @Override
      public void connect() {
        database.connect();
      }

      @Override
      public void rehearse(Runnable work) {
        throw new UnsupportedOperationException("No scenario takes snapshots.");
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Secrets secrets() {
    return outside.secrets();
  }

  @Override
  public Queues queues() {
    return (setting, id) -> call("queue", () -> outside.queues().send(setting, id), () -> false);
  }

  @Override
  public Files files() {
    throw new UnsupportedOperationException("No scenario reads or signs files in the store.");
  }

  @Override
  public AuditAnchors anchors() {
    throw new UnsupportedOperationException("No scenario anchors the audit log.");
  }

  @Override
  public Mailer mailer() {
    return new Mailer() {
      @Override
      public Outcome send(String to, Mail mail) {
        return call(
            "mail", () -> outside.mails().send(to, mail), () -> new Outcome.NotNow("not reached"));
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public PaymentProvider provider() {
    PaymentProvider real = outside.provider();
    return new PaymentProvider() {
      private <T> T ask(Supplier<T> effect) {
        return call(
            "provider",
            effect,
            () -> {
              throw new Unavailable("The payment provider", new IllegalStateException("fault"));
            });
      }

      @Override
      public String name() {
        return real.name();
      }

      @Override
      public Session createSession(NewSession session) {
        return ask(() -> real.createSession(session));
      }

      @Override
      public State fetch(String sessionId, boolean withRefundsAndDisputes) {
        return ask(() -> real.fetch(sessionId, withRefundsAndDisputes));
      }

      @Override
      public boolean expireSession(String sessionId) {
        return ask(() -> real.expireSession(sessionId));
      }

      @Override
      public Optional<UUID> orderOfPayment(String providerPaymentId) {
        return ask(() -> real.orderOfPayment(providerPaymentId));
      }

      @Override
      public RefundState refund(NewRefund refund) {
        return ask(() -> real.refund(refund));
      }

      @Override
      public List<Event> events(Instant from, Instant to) {
        return ask(() -> real.events(from, to));
      }
    };
  }

  @Override
  public void close() {}
}
