package shelfless.bench.scale;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import shelfless.bench.Samples;
import shelfless.harness.World;

/**
 * Measures what a hundred times the data does to each call: {@code tools/bench-scale}. Both shops
 * stand on one server, and the calls to them take turns, so that whatever else changes changes
 * both.
 */
public final class Scale {
  private static final int TIMES = 100;
  private static final int WARM_UP = 300;
  private static final int BATCH = 100;
  private static final int BATCHES = 7;
  private static final int CALLS = WARM_UP + BATCHES * BATCH;

  /** How often all of the calls are made until what they go through is compiled to the end. */
  private static final int TIMES_TO_BE_WARM = 10;

  private static final int TURNS = 50;

  private Scale() {}

  /** With {@code --quick}, a tenth of the data. */
  public static void main(String[] arguments) throws Exception {
    // What the server and the migrations tell of themselves would drown the table.
    Logger.getLogger("").setLevel(Level.WARNING);
    boolean quick = Arrays.asList(arguments).contains("--quick");
    Stock large = quick ? new Stock(10_000, 300_000) : new Stock(100_000, 3_000_000);
    Stock small = new Stock(large.products() / TIMES, large.orders() / TIMES);
    try (World smallWorld = new World();
        World largeWorld = new World();
        Workload few = made(smallWorld, small);
        Workload many = made(largeWorld, large)) {
      System.out.printf(
          "%n| call | %,d products, %,d orders: median, p99; mean, of it PostgreSQL | %,d products, %,d orders | medians, times |%n|---|---|---|--:|%n",
          small.products(), small.orders(), large.products(), large.orders());
      Map<String, IntConsumer> inFew = few.calls();
      for (Map.Entry<String, IntConsumer> call : many.calls().entrySet()) {
        print(
            call.getKey(),
            measure(
                new Side(few, Objects.requireNonNull(inFew.get(call.getKey()))),
                new Side(many, call.getValue())));
      }
      System.out.printf(
          "%n| call, %,d products, %,d orders | median | its statements alone | above them (quartiles of %d turns) | CPU above theirs |%n|---|--:|--:|--:|--:|%n",
          large.products(), large.orders(), TURNS);
      for (Map.Entry<String, IntConsumer> call : many.calls().entrySet()) {
        if (Workload.READING.contains(call.getKey())) {
          besideItsStatements(call.getKey(), new Side(many, call.getValue()));
        }
      }
    }
    System.exit(0);
  }

  private static Workload made(World world, Stock stock) throws SQLException {
    System.out.printf("Making %,d products and %,d orders%n", stock.products(), stock.orders());
    long begun = System.nanoTime();
    Stock.Picked picked = stock.fill(world, CALLS, done -> System.out.println("  " + done));
    System.out.printf("  made in %d s%n", (System.nanoTime() - begun) / 1_000_000_000);
    return new Workload(world, stock, picked);
  }

  /** A kind of call to one of the shops. */
  private record Side(Workload workload, IntConsumer call) {}

  /** How long the calls took, and how long PostgreSQL worked for one on average. */
  private record Times(Samples calls, double database) {
    private String text() {
      return "%.2f ms, %.2f ms; %.2f ms, %.2f ms"
          .formatted(calls.median(), calls.percentile(99), calls.mean(), database);
    }
  }

  private static List<Times> measure(Side small, Side large)
      throws SQLException, InterruptedException {
    List<Side> sides = List.of(small, large);
    List<Samples> samples = List.of(new Samples(), new Samples());
    List<Double> before = new ArrayList<>();
    for (Side side : sides) {
      run(side.call, 0, WARM_UP);
      before.add(databaseMillis(side));
    }
    for (int batch = 0; batch < BATCHES; batch++) {
      int from = WARM_UP + batch * BATCH;
      for (int i = 0; i < sides.size(); i++) {
        samples.get(i).addAll(run(sides.get(i).call, from, from + BATCH));
      }
    }
    List<Times> times = new ArrayList<>();
    for (int i = 0; i < sides.size(); i++) {
      double worked = databaseMillis(sides.get(i)) - before.get(i);
      times.add(new Times(samples.get(i), worked / samples.get(i).count()));
    }
    return times;
  }

  /**
   * How long PostgreSQL has worked so far. A connection tells of it once a second, at the end of a
   * call; that one call is in the sum, and not among the samples.
   */
  private static double databaseMillis(Side side) throws SQLException, InterruptedException {
    Thread.sleep(Duration.ofMillis(1_100));
    side.call.accept(0);
    return side.workload.databaseMillis();
  }

  /** What this thread had of its core so far. It makes the calls itself, and nobody helps it. */
  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /** How long each took, in milliseconds. */
  private static Samples run(IntConsumer call, int from, int to) {
    Samples milliseconds = new Samples();
    for (int i = from; i < to; i++) {
      long begun = System.nanoTime();
      call.accept(i);
      milliseconds.add((System.nanoTime() - begun) / 1e6);
    }
    return milliseconds;
  }

  private static void print(String name, List<Times> times) {
    Times small = times.getFirst();
    Times large = times.getLast();
    System.out.printf(
        "| %s | %s | %s | %.2f |%n",
        name, small.text(), large.text(), large.calls.ratio(small.calls));
  }

  /**
   * What the shop takes over its statements: calls, and the same statements said by nobody, take
   * turns.
   */
  private static void besideItsStatements(String name, Side side) throws IOException {
    try (Statements statements = new Statements(side.workload.databasePort())) {
      List<Statements.Call> said = side.workload.said(name, CALLS, statements);
      IntConsumer alone = i -> statements.ask(said.get(i));
      for (int time = 0; time < TIMES_TO_BE_WARM; time++) {
        run(side.call, 0, CALLS);
        run(alone, 0, CALLS);
      }
      Samples calls = new Samples();
      Samples bare = new Samples();
      Samples above = new Samples();
      Samples work = new Samples();
      for (int batch = 0; batch < TURNS; batch++) {
        int from = batch * BATCH % CALLS;
        long begun = cpuNanos();
        Samples call = run(side.call, from, from + BATCH);
        long called = cpuNanos();
        Samples statement = run(alone, from, from + BATCH);
        long asked = cpuNanos();
        calls.add(call.median());
        bare.add(statement.median());
        above.add(call.median() - statement.median());
        work.add(((called - begun) - (asked - called)) / 1e6 / BATCH);
      }
      System.out.printf(
          "| %s | %.2f ms | %.2f ms | %.2f ms (%.2f..%.2f) | %.2f ms (%.2f..%.2f) |%n",
          name,
          calls.median(),
          bare.median(),
          above.median(),
          above.percentile(25),
          above.percentile(75),
          work.median(),
          work.percentile(25),
          work.percentile(75));
    }
  }
}
