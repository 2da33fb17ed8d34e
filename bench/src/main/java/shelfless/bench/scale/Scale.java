package shelfless.bench.scale;

import java.sql.SQLException;
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

  private Scale() {}

  /** With {@code --quick}, a tenth of the data. */
  public static void main(String[] arguments) throws SQLException {
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
          "%n| call | %,d products, %,d orders: median, p99 | %,d products, %,d orders | times |%n|---|---|---|---|%n",
          small.products(), small.orders(), large.products(), large.orders());
      Map<String, IntConsumer> inFew = few.calls();
      many.calls()
          .forEach(
              (name, call) -> print(name, measure(Objects.requireNonNull(inFew.get(name)), call)));
    }
    System.exit(0);
  }

  private static Workload made(World world, Stock stock) throws SQLException {
    System.out.printf("Making %,d products and %,d orders%n", stock.products(), stock.orders());
    long begun = System.nanoTime();
    Stock.Picked picked =
        stock.fill(world, WARM_UP + BATCH * BATCHES, done -> System.out.println("  " + done));
    System.out.printf("  made in %d s%n", (System.nanoTime() - begun) / 1_000_000_000);
    return new Workload(world, stock, picked);
  }

  private record Times(Samples small, Samples large) {}

  private static Times measure(IntConsumer small, IntConsumer large) {
    run(small, 0, WARM_UP);
    run(large, 0, WARM_UP);
    Times times = new Times(new Samples(), new Samples());
    for (int batch = 0; batch < BATCHES; batch++) {
      int from = WARM_UP + batch * BATCH;
      run(small, from, from + BATCH).forEach(times.small::add);
      run(large, from, from + BATCH).forEach(times.large::add);
    }
    return times;
  }

  /** How long each took, in milliseconds. */
  private static List<Double> run(IntConsumer call, int from, int to) {
    List<Double> milliseconds = new ArrayList<>();
    for (int i = from; i < to; i++) {
      long begun = System.nanoTime();
      call.accept(i);
      milliseconds.add((System.nanoTime() - begun) / 1e6);
    }
    return milliseconds;
  }

  private static void print(String name, Times times) {
    System.out.printf(
        "| %s | %.2f ms, %.2f ms | %.2f ms, %.2f ms | %.2f |%n",
        name,
        times.small.median(),
        times.small.percentile(99),
        times.large.median(),
        times.large.percentile(99),
        times.large.ratio(times.small));
  }
}
