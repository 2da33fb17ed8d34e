package shelfless.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Processes of one world, each with a connection and a thread of its own, that start at once. */
final class Crew implements AutoCloseable {
  private final List<World.Process> processes = new ArrayList<>();
  private final ExecutorService threads;

  Crew(World world, int size) {
    for (int i = 0; i < size; i++) {
      processes.add(world.ownProcess());
    }
    threads = Executors.newFixedThreadPool(size);
  }

  /** What one of them does; the number says which one, from 0. */
  @FunctionalInterface
  interface Job<T> {
    T run(World.Process process, int number);
  }

  /** Has so many of them do the job at once; what each came to, in their order. */
  <T> List<T> atOnce(int count, Job<T> job) {
    CyclicBarrier barrier = new CyclicBarrier(count);
    List<Future<T>> running = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      World.Process process = processes.get(i);
      int number = i;
      running.add(
          threads.submit(
              () -> {
                barrier.await();
                return job.run(process, number);
              }));
    }
    return running.stream().map(Crew::get).toList();
  }

  private static <T> T get(Future<T> running) {
    try {
      return running.get();
    } catch (ExecutionException failed) {
      throw new Broken(String.valueOf(failed.getCause()), failed);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    processes.forEach(World.Process::close);
  }
}
