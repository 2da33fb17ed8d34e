package shelfless.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Who runs on which processor cores: the function that is measured has the last one for itself, and
 * everything else (this program, the shop, its database) shares the others.
 */
final class Cores {
  private final int count;
  private final boolean pins;

  private Cores(int count, boolean pins) {
    this.count = count;
    this.pins = pins;
  }

  /** Moves this process, and what it starts from now on, to its own cores. */
  static Cores divide() throws IOException, InterruptedException {
    int count = Runtime.getRuntime().availableProcessors();
    if (count < 2) {
      return new Cores(count, false);
    }
    Process moved =
        new ProcessBuilder(
                "taskset", "-a", "-p", "-c", others(count), "" + ProcessHandle.current().pid())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return new Cores(count, moved.waitFor() == 0);
  }

  /** Nobody is moved, as where nothing is timed. */
  static Cores shared() {
    return new Cores(Runtime.getRuntime().availableProcessors(), false);
  }

  /** The cores but the last: {@code 0}, {@code 0-6}. */
  static String others(int count) {
    return count == 2 ? "0" : "0-" + (count - 2);
  }

  /** The command, on the core of the function that is measured. */
  List<String> alone(List<String> command) {
    List<String> pinned = new ArrayList<>();
    if (pins) {
      pinned.addAll(List.of("taskset", "-c", String.valueOf(count - 1)));
    }
    pinned.addAll(command);
    return pinned;
  }

  @Override
  public String toString() {
    return pins
        ? "function on core %d, everything else on %s".formatted(count - 1, others(count))
        : "NOT PINNED: %d core(s), and no taskset or nothing to divide".formatted(count);
  }
}
