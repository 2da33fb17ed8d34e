package shelfless.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Pieces of work, as many at once as there are processors; what broke in all of them is told. */
final class Work {
  private final List<Runnable> pieces = new ArrayList<>();
  private final Report report;

  Work(Report report) {
    this.report = report;
  }

  void add(Runnable piece) {
    pieces.add(piece);
  }

  /** Returns when all is done; throws what broke, after the last piece ended. */
  void run() {
    List<String> broken = new ArrayList<>();
    try (ExecutorService threads =
        Executors.newFixedThreadPool(Math.max(2, Runtime.getRuntime().availableProcessors()))) {
      List<Future<?>> running = new ArrayList<>();
      pieces.forEach(piece -> running.add(threads.submit(piece)));
      for (Future<?> each : running) {
        try {
          each.get();
        } catch (ExecutionException failed) {
          report.say("BROKEN: " + failed.getCause());
          broken.add(String.valueOf(failed.getCause()));
        } catch (InterruptedException stopped) {
          Thread.currentThread().interrupt();
        }
      }
    }
    if (!broken.isEmpty()) {
      throw new Broken(String.join("\n", broken));
    }
  }
}
