package shelfless.harness;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a race takes place. */
record Ground(World world, Crew crew) {
  /** How many take part where nothing asks for more. */
  static final int THREADS = 32;

  /** A buyer who does one thing after the other. */
  History history() {
    return new History(world, Faults.none());
  }

  /** Has all threads do the job at once. */
  <T> List<T> atOnce(Crew.Job<T> job) {
    return crew.atOnce(THREADS, job);
  }

  /** Throws when the query finds another number. */
  void expect(long wanted, String what, String sql, @Nullable Object... parameters) {
    expect(wanted, what, world.count(sql, parameters));
  }

  /** Throws when the number is another. */
  static void expect(long wanted, String what, long got) {
    if (got != wanted) {
      throw new Broken(what + ": " + got + " instead of " + wanted);
    }
  }
}
