package shelfless.harness;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** What was run, counted and printed; several threads may count. */
final class Report {
  private final Map<String, AtomicLong> histories = new LinkedHashMap<>();
  private final long started = System.nanoTime();
  private final Consumer<String> output;

  /** Printed for whoever waits. */
  Report() {
    this(System.out::println);
  }

  Report(Consumer<String> output) {
    this.output = output;
  }

  /** One more history of that name was brought to its right end. */
  void history(String name) {
    AtomicLong count;
    synchronized (histories) {
      count = histories.computeIfAbsent(name, missing -> new AtomicLong());
    }
    count.incrementAndGet();
  }

  /** Says how many crash points a story has. */
  void points(String name, int calls, int faults) {
    say("%5d calls, %5d faults: %s".formatted(calls, faults, name));
  }

  /** A line for whoever waits. */
  void say(String line) {
    output.accept("[harness %4d s] ".formatted(seconds()) + line);
  }

  /** How many histories there were in all. */
  long total() {
    synchronized (histories) {
      return histories.values().stream().mapToLong(AtomicLong::get).sum();
    }
  }

  private long seconds() {
    return (System.nanoTime() - started) / 1_000_000_000;
  }
}
