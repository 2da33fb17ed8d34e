package shelfless.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import shelfless.local.Json;

/**
 * Measures how many requests a second the shop on one machine answers, with 1,000 products and
 * eight connections: {@code tools/bench-throughput}. The load, the gateway, the functions, the
 * payment provider's stand-in and PostgreSQL share the machine.
 */
public final class Throughput {
  private static final int CONNECTIONS = 8;
  private static final int PRODUCTS = 1_000;
  private static final Duration WARM_UP = Duration.ofSeconds(30);

  /** A sale goes through so much code that the JVM compiles it for minutes. */
  private static final Duration WARM_UP_OF_SALES = Duration.ofSeconds(150);

  private static final String SALE = "order, paid and delivered";
  private static final Duration MEASURED = Duration.ofSeconds(20);
  private static final List<String> WORDS =
      List.of("Garden", "Winter", "Compiler", "Sourdough", "Harbour", "Synth", "Atlas", "Letter");

  private final Shop shop;

  /** One request, or one whole sale. */
  private interface Work {
    void run(int thread, int number) throws IOException, InterruptedException;
  }

  private Throughput(Shop shop) {
    this.shop = shop;
  }

  /** Runs in the working directory's project. */
  public static void main(String[] arguments) throws Exception {
    Path project = Path.of("").toAbsolutePath();
    Path data = project.resolve("target/bench/run/throughput-shop");
    ColdStart.delete(data);
    try (Shop shop = Shop.start(project, data)) {
      new Throughput(shop).measure();
    }
    System.exit(0);
  }

  private void measure() throws IOException, InterruptedException, ExecutionException {
    stock();
    Map<String, Work> kinds = new LinkedHashMap<>();
    kinds.put("list", (thread, number) -> get("/v1/products"));
    kinds.put("detail", (thread, number) -> get("/v1/products/" + slug(thread, number)));
    kinds.put(
        "search",
        (thread, number) ->
            get("/v1/products?query=" + WORDS.get(Math.floorMod(thread + number, WORDS.size()))));
    kinds.put("order, placed", (thread, number) -> shop.order("shelfless-handbook", 1));
    kinds.put(SALE, (thread, number) -> sell());
    System.out.printf("%n| what | a second | median | p99 |%n|---|---|---|---|%n");
    for (Map.Entry<String, Work> kind : kinds.entrySet()) {
      load(kind.getValue(), kind.getKey().equals(SALE) ? WARM_UP_OF_SALES : WARM_UP);
      Samples milliseconds = load(kind.getValue(), MEASURED);
      System.out.printf(
          "| %s | %,.1f | %.1f ms | %.1f ms |%n",
          kind.getKey(),
          milliseconds.count() / (double) MEASURED.toSeconds(),
          milliseconds.median(),
          milliseconds.percentile(99));
    }
  }

  private static String slug(int thread, int number) {
    return "bench-" + (thread * 7_919 + number) % PRODUCTS;
  }

  private void stock() throws IOException, InterruptedException {
    for (int i = 0; i < PRODUCTS; i++) {
      ObjectNode product = Json.object().put("slug", "bench-" + i).put("visibility", "public");
      product.put(
          "title", WORDS.get(i % WORDS.size()) + " " + WORDS.get(i / 8 % WORDS.size()) + " " + i);
      product.put("description", "Number " + i + " of what the bench sells. ".repeat(10));
      product.putObject("price").put("amount", 100 + i).put("currency", "EUR");
      shop.call("POST", "/v1/admin/products", product, shop.apiKey());
    }
  }

  private void get(String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(shop.url() + path).toURL().openConnection();
    if (connection.getResponseCode() != 200) {
      throw new IOException(path + " answered " + connection.getResponseCode());
    }
    connection.getInputStream().readAllBytes();
  }

  /** From the order to the page that shows the link. */
  private void sell() throws IOException, InterruptedException {
    Shop.Purchase order = shop.order("shelfless-handbook", 1);
    shop.pay(order);
    shop.delivered(order, 1);
  }

  /** How long each took, in milliseconds. */
  private static Samples load(Work work, Duration duration)
      throws InterruptedException, ExecutionException {
    long end = System.nanoTime() + duration.toNanos();
    try (ExecutorService connections = Executors.newFixedThreadPool(CONNECTIONS)) {
      List<Callable<List<Double>>> loops = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        int thread = i;
        loops.add(
            () -> {
              List<Double> times = new ArrayList<>();
              for (int number = 0; System.nanoTime() < end; number++) {
                long begun = System.nanoTime();
                work.run(thread, number);
                times.add((System.nanoTime() - begun) / 1e6);
              }
              return times;
            });
      }
      Samples all = new Samples();
      for (Future<List<Double>> loop : connections.invokeAll(loops)) {
        loop.get().forEach(all::add);
      }
      return all;
    }
  }
}
