package shelfless.harness;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.aws.Queues;

/**
 * Queues as SQS keeps them: a message comes until it was handled, and after five tries goes to the
 * dead letters. Several threads may use them.
 */
final class SimulatedQueues implements Queues {
  private static final int MOST_TRIES = 5;

  private final Map<String, Deque<Message>> waiting = new HashMap<>();
  private final List<Message> dead = new ArrayList<>();

  /** A message, and how often it was given out. */
  record Message(String queue, UUID id, int tries) {}

  @Override
  public synchronized boolean send(String setting, UUID id) {
    queue(setting).add(new Message(setting, id, 0));
    return true;
  }

  private Deque<Message> queue(String name) {
    return waiting.computeIfAbsent(name, missing -> new ArrayDeque<>());
  }

  /** The next message of a queue, or null. */
  synchronized @Nullable Message take(String queue) {
    return queue(queue).poll();
  }

  /** Gives a message back that was not handled. */
  synchronized void giveBack(Message message) {
    Message again = new Message(message.queue, message.id, message.tries + 1);
    if (again.tries < MOST_TRIES) {
      queue(message.queue).add(again);
    } else {
      dead.add(again);
    }
  }

  /** Sends the dead letters once more, as an operator does. */
  synchronized void redrive() {
    dead.forEach(message -> queue(message.queue).add(new Message(message.queue, message.id, 0)));
    dead.clear();
  }

  /** Forgets all messages, as a lost queue would. */
  synchronized void lose() {
    waiting.values().forEach(Deque::clear);
  }

  /** Whether no message waits and none is dead. */
  synchronized boolean isEmpty() {
    return dead.isEmpty() && waiting.values().stream().allMatch(Deque::isEmpty);
  }
}
