package shelfless.harness;

import java.util.ArrayList;
import java.util.List;
import shelfless.aws.Mailer;

/** Keeps the mails that were sent. Several threads may use it. */
final class SimulatedMailer implements Mailer {
  private final List<Sent> sent = new ArrayList<>();

  /** A mail, with whom it went to. */
  record Sent(String to, Mail mail) {}

  @Override
  public synchronized Outcome send(String to, Mail mail) {
    sent.add(new Sent(to, mail));
    return new Outcome.Sent();
  }

  /** The mails to an address, the oldest first. */
  synchronized List<Mail> to(String address) {
    return sent.stream().filter(each -> each.to.equals(address)).map(Sent::mail).toList();
  }

  @Override
  public void close() {}
}
