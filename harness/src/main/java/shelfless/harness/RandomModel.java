package shelfless.harness;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The random model: long runs of what buyers, the seller, the provider, queues, schedules and
 * crashes do, in an order that a seed decides. After each run every order must be what follows from
 * little: what the provider took and gave back, its disputes, and what the seller was told was
 * done. A run that fails is made shorter as long as it still fails, and printed.
 */
final class RandomModel {
  private static final int RUNS_IN_A_WORLD = 25;
  private static final Duration FOR_SHRINKING = Duration.ofSeconds(30);

  private final Report report;
  private final AtomicLong seeds;
  private final AtomicLong commands = new AtomicLong();
  private final AtomicLong runs = new AtomicLong();
  private final AtomicBoolean broken = new AtomicBoolean();

  /**
   * @param seed of the first run; each run after it has the next
   */
  RandomModel(Report report, long seed) {
    this.report = report;
    this.seeds = new AtomicLong(seed);
  }

  /** Runs for so long, on as many threads as there are processors. */
  void run(Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    Work work = new Work(report);
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      work.add(() -> runUntil(end));
    }
    work.run();
    report.say(
        "%d runs of the random model, %d commands, the last seed was %d"
            .formatted(runs.get(), commands.get(), seeds.get() - 1));
  }

  private void runUntil(long end) {
    do {
      try (World world = new World()) {
        for (int i = 0; i < RUNS_IN_A_WORLD && System.nanoTime() < end && !broken.get(); i++) {
          long seed = seeds.getAndIncrement();
          List<Command> all = Command.ofSeed(seed);
          RandomRun run = new RandomRun(world);
          try {
            run.run(all);
          } catch (RuntimeException failure) {
            broken.set(true);
            throw new Broken(tell(seed, all, run, failure), failure);
          }
          runs.incrementAndGet();
          commands.addAndGet(all.size());
          report.history("random model");
        }
      }
    } while (System.nanoTime() < end && !broken.get());
  }

  /** What broke, as short as it can be told. */
  private static String tell(
      long seed, List<Command> all, RandomRun first, RuntimeException failure) {
    RandomRun shortest = first;
    String what = String.valueOf(failure.getMessage());
    List<Command> left = all;
    long end = System.nanoTime() + FOR_SHRINKING.toNanos();
    for (int piece = Math.max(1, all.size() / 2); piece >= 1; piece /= 2) {
      int at = 0;
      while (at < left.size() && System.nanoTime() < end) {
        List<Command> without = new ArrayList<>(left.subList(0, at));
        without.addAll(left.subList(Math.min(left.size(), at + piece), left.size()));
        try (World world = new World()) {
          RandomRun run = new RandomRun(world);
          try {
            run.run(without);
            at += piece;
          } catch (RuntimeException stillBroken) {
            left = without;
            shortest = run;
            what = String.valueOf(stillBroken.getMessage());
          }
        }
      }
    }
    return "%s%nRun it again with -Dharness.seed=%d (%d of its %d commands suffice):%n  %s"
        .formatted(what, seed, left.size(), all.size(), String.join("\n  ", shortest.log()));
  }
}
