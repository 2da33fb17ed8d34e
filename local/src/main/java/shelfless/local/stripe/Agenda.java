package shelfless.local.stripe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.PriorityBlockingQueue;

/** What happens later by the shop's clock: sessions expire, banks dispute, refunds arrive. */
final class Agenda {
  private record Entry(long due, String taskId) implements Comparable<Entry> {
    @Override
    public int compareTo(Entry other) {
      return Long.compare(due, other.due);
    }
  }

  private final PriorityBlockingQueue<Entry> entries = new PriorityBlockingQueue<>();
  private final Ledger ledger;
  private final Payments payments;

  Agenda(Ledger ledger, Payments payments) {
    this.ledger = ledger;
    this.payments = payments;
    ledger.onTask(this::add);
    for (String id : ledger.store().ids("task")) {
      ledger.store().find(id).filter(task -> !task.path("done").asBoolean()).ifPresent(this::add);
    }
  }

  private void add(ObjectNode task) {
    entries.add(new Entry(task.path("due").asLong(), task.path("id").asText()));
  }

  /** Does all that is due. When it returns, nobody sees a session open whose time is over. */
  synchronized void runDue() {
    for (Entry next = entries.peek();
        next != null && next.due <= ledger.now();
        next = entries.peek()) {
      String id = next.taskId;
      ledger.change(
          Ledger.Origin.OUTSIDE,
          change -> {
            ObjectNode task = change.find(id).orElseThrow();
            payments.run(change, task);
            change.put(task.put("done", true));
            return true;
          });
      entries.remove(next);
    }
  }
}
