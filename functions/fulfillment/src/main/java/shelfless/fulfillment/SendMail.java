package shelfless.fulfillment;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.aws.Mailer;
import shelfless.aws.Mailer.Outcome;
import shelfless.data.Database;
import shelfless.data.MailContents;
import shelfless.data.Outbox;
import shelfless.data.Outbox.Claimed;
import shelfless.runtime.Environment;
import shelfless.runtime.QueueHandler;
import shelfless.runtime.ShopAddress;

/**
 * From the mail queue: sends one mail of the outbox. It is taken, sent and marked in this order,
 * with no transaction held while SES is asked, so a crash between sending and marking can repeat a
 * mail, and nothing can lose one.
 */
public final class SendMail extends QueueHandler {
  /** SES is given eight seconds. */
  private static final Duration ENOUGH = Duration.ofSeconds(12);

  public SendMail() {
    this(Environment.ofProcess());
  }

  public SendMail(Environment environment) {
    super(environment, ENOUGH);
  }

  /** It is to come again. The reason goes to the log, and so holds no address. */
  private static final class NotSent extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotSent(String reason) {
      super(reason);
    }
  }

  private record Work(Claimed mail, MailContents contents) {}

  @Override
  protected void handle(UUID id) {
    Database database = environment.database();
    @Nullable Work work =
        database.transaction(
            transaction -> {
              Optional<Claimed> mail = Outbox.claim(transaction, id);
              return mail.isEmpty()
                  ? null
                  : new Work(
                      mail.get(),
                      MailContents.load(transaction, mail.get().kind(), mail.get().subjectId()));
            });
    if (work == null) {
      // Sent, given up, or in another sender's hands.
      return;
    }
    switch (send(work.contents)) {
      case Outcome.Sent sent ->
          database.transaction(
              transaction -> {
                Outbox.markSent(transaction, id);
                return null;
              });
      case Outcome.Refused refused -> giveUp(id, refused.reason());
      case Outcome.NotNow later -> {
        database.transaction(
            transaction -> {
              Outbox.release(transaction, id);
              return null;
            });
        throw new NotSent(later.reason());
      }
    }
  }

  private Outcome send(MailContents contents) {
    MailWriter writer =
        new MailWriter(
            environment.settings().required("SHOP_NAME"),
            ShopAddress.shop(environment),
            environment.clock().instant(),
            environment.tokens());
    Mailer mailer = environment.mailer();
    return switch (contents) {
      case MailContents.Receipt receipt -> mailer.send(receipt.to(), writer.receipt(receipt));
      case MailContents.Refund refund -> mailer.send(refund.to(), writer.refund(refund));
      case MailContents.Links links -> mailer.send(links.to(), writer.links(links));
      case MailContents.Nothing nothing -> new Outcome.Refused(nothing.reason());
    };
  }

  private void giveUp(UUID id, String reason) {
    environment
        .database()
        .transaction(
            transaction -> {
              Outbox.giveUp(transaction, id, reason);
              return null;
            });
  }
}
