package shelfless.aws;

/** Sends mails from the shop's address. */
public interface Mailer extends AutoCloseable {
  /** What a mail says, once as text and once as HTML. */
  record Mail(String subject, String text, String html) {}

  /** What became of a mail. */
  sealed interface Outcome {
    /** SES has it. */
    record Sent() implements Outcome {}

    /**
     * SES will never take it.
     *
     * @param reason without the address
     */
    record Refused(String reason) implements Outcome {}

    /**
     * Not now: SES is out of reach, busy, or not yet set up.
     *
     * @param reason without the address
     */
    record NotNow(String reason) implements Outcome {}
  }

  /** Sends the mail, once: what became of a call whose answer was lost is not known. */
  Outcome send(String to, Mail mail);

  @Override
  void close();
}
