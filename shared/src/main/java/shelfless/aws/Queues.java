package shelfless.aws;

import java.util.UUID;

/**
 * Sends work to the queues. A message holds one id and nothing else; what it stands for is read
 * from the database.
 */
public interface Queues {
  /**
   * Sends the id. A queue that is out of reach is no failure of the caller's: the work is recorded
   * in the database, and the sweep of its queue finds what was not sent.
   *
   * @param setting the setting that holds the queue's address: {@code MAIL_QUEUE_URL}
   * @return whether it was sent
   */
  boolean send(String setting, UUID id);
}
