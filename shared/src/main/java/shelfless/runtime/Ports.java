package shelfless.runtime;

import shelfless.aws.AuditAnchors;
import shelfless.aws.Files;
import shelfless.aws.Mailer;
import shelfless.aws.Queues;
import shelfless.aws.Secrets;
import shelfless.data.Database;
import shelfless.orders.PaymentProvider;

/**
 * What the shop does outside of itself, each kind of effect behind one interface; time and ids come
 * beside them with the {@link Environment}. What is not used is never made.
 */
public interface Ports extends AutoCloseable {
  /** The database, by the environment's one connection. */
  Database database();

  /** The secrets that the function's role may read. */
  Secrets secrets();

  /** The queues that the function's role may send to. */
  Queues queues();

  /** The bucket of the products' files. */
  Files files();

  /** The ends of the audit log, kept outside the database. */
  AuditAnchors anchors();

  /** Sends mails, where the function's role may. */
  Mailer mailer();

  /** Takes the money and gives it back. */
  PaymentProvider provider();

  @Override
  void close();
}
