package shelfless.local;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Starts services beside each other: most of a start is waiting for one of them. */
final class Parallel {
  private Parallel() {}

  static <T> CompletableFuture<T> start(Callable<T> task) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return task.call();
          } catch (Exception failed) {
            throw new CompletionException(failed);
          }
        },
        work -> Thread.ofPlatform().daemon().start(work));
  }

  /** What the task made. */
  static <T> T await(CompletableFuture<T> started) throws IOException {
    try {
      return started.join();
    } catch (CompletionException failed) {
      throw failed.getCause() instanceof IOException cause
          ? cause
          : new IOException(String.valueOf(failed.getCause()), failed);
    }
  }
}
