package shelfless.runtime;

import java.time.Clock;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import shelfless.aws.AuditAnchors;
import shelfless.aws.AwsSecrets;
import shelfless.aws.AwsSettings;
import shelfless.aws.Files;
import shelfless.aws.IamSignIn;
import shelfless.aws.Mailer;
import shelfless.aws.Queues;
import shelfless.aws.S3AuditAnchors;
import shelfless.aws.S3Files;
import shelfless.aws.Secrets;
import shelfless.aws.SesMailer;
import shelfless.aws.SqsQueues;
import shelfless.data.Database;
import shelfless.data.JdbcDatabase;
import shelfless.data.SignIn;
import shelfless.orders.PaymentProvider;
import shelfless.orders.RehearsedProvider;
import shelfless.stripe.StripeProvider;

/**
 * PostgreSQL, AWS and Stripe, each by its own client, which is made at its first use.
 *
 * <p>For a rehearsal they leave nothing that a copy could share: no connection serves a second
 * call, nothing is left to a queue, and the payment provider is asked for nothing that it would do.
 */
final class RealPorts implements Ports {
  private final Settings settings;
  private final boolean isRehearsal;
  private final AwsSettings aws;
  private final Clock clock;
  private final IdGenerator ids;
  private final CallTime time;
  private @Nullable Database database;
  private @Nullable AwsSecrets secrets;
  private @Nullable Queues queues;
  private @Nullable Files files;
  private @Nullable AuditAnchors anchors;
  private @Nullable Mailer mailer;
  private @Nullable PaymentProvider rehearsed;

  RealPorts(Settings settings, Clock clock, IdGenerator ids, CallTime time, boolean isRehearsal) {
    this.settings = settings;
    this.isRehearsal = isRehearsal;
    this.aws = new AwsSettings(settings, !isRehearsal);
    this.clock = clock;
    this.ids = ids;
    this.time = time;
  }

  @Override
  public Database database() {
    Database ready = database;
    if (ready == null) {
      ready = new JdbcDatabase(settings, clock, ids, time, signIn());
      database = ready;
    }
    return ready;
  }

  private SignIn signIn() {
    String way = settings.optional("DATABASE_SIGN_IN").orElse("as-the-address-says");
    return switch (way) {
      case "as-the-address-says" -> SignIn.AS_THE_ADDRESS_SAYS;
      case "iam" -> new IamSignIn(aws, clock);
      default ->
          throw new IllegalStateException(
              "DATABASE_SIGN_IN must be 'iam' or 'as-the-address-says', not '" + way + "'.");
    };
  }

  @Override
  public Secrets secrets() {
    AwsSecrets ready = secrets;
    if (ready == null) {
      ready = new AwsSecrets(aws, clock, ids);
      secrets = ready;
    }
    return ready;
  }

  /** The settings of the secrets that were read. */
  Set<String> secretsRead() {
    return secrets == null ? Set.of() : secrets.read();
  }

  @Override
  public Queues queues() {
    if (isRehearsal) {
      return (setting, id) -> true;
    }
    Queues ready = queues;
    if (ready == null) {
      ready = new SqsQueues(aws, clock);
      queues = ready;
    }
    return ready;
  }

  @Override
  public Files files() {
    Files ready = files;
    if (ready == null) {
      ready = new S3Files(aws);
      files = ready;
    }
    return ready;
  }

  @Override
  public AuditAnchors anchors() {
    AuditAnchors ready = anchors;
    if (ready == null) {
      ready = new S3AuditAnchors(aws);
      anchors = ready;
    }
    return ready;
  }

  @Override
  public Mailer mailer() {
    Mailer ready = mailer;
    if (ready == null) {
      ready = new SesMailer(aws);
      mailer = ready;
    }
    return ready;
  }

  /** Made for each use, so that a rotated key is taken up with the secret. */
  @Override
  public PaymentProvider provider() {
    if (!isRehearsal) {
      return new StripeProvider(settings, secrets(), time, true);
    }
    PaymentProvider ready = rehearsed;
    if (ready == null) {
      ready = new RehearsedProvider(new StripeProvider(settings, secrets(), time, false), clock);
      rehearsed = ready;
    }
    return ready;
  }

  @Override
  public void close() {
    if (database != null) {
      database.close();
    }
    if (files != null) {
      files.close();
    }
    if (anchors != null) {
      anchors.close();
    }
    if (mailer != null) {
      mailer.close();
    }
  }
}
