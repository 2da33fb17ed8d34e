package shelfless.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import shelfless.bench.Events.Case;
import shelfless.bench.ExecutionEnvironment.Deployed;
import shelfless.bench.ExecutionEnvironment.Memory;
import shelfless.local.Json;

/**
 * Measures the cold starts: {@code tools/bench-cold-start}.
 *
 * <p>Each start is a new process by Lambda's own runtime client. Starts are interleaved: each round
 * has one of each function and floor, so that what changes on the machine meanwhile changes all.
 */
public final class ColdStart {
  /** What a checkpointed process may still do for itself before it is restored. */
  private static final Duration SETTLE = Duration.ofMillis(300);

  private static final int WARM_UP = 100;
  private static final int MOST_PACKAGES = 30;
  private static final Duration MOST_OF_WARM = Duration.ofSeconds(90);

  private final Plan plan;
  private final Path work;
  private final PrintStream out;
  private final Cores cores;
  private final RuntimeClient client;
  private final Functions functions;
  private final Events events;

  private record Measured(Case each, Deployed deployed, Row row) {}

  private ColdStart(
      Plan plan,
      Path work,
      PrintStream out,
      Cores cores,
      RuntimeClient client,
      Functions functions,
      Events events) {
    this.plan = plan;
    this.work = work;
    this.out = out;
    this.cores = cores;
    this.client = client;
    this.functions = functions;
    this.events = events;
  }

  /** Runs in the working directory's project; the exit code is 1 when something went wrong. */
  public static void main(String[] arguments) throws Exception {
    int exit = 1;
    try {
      // As one argument, or as several.
      List<String> words = List.of(String.join(" ", arguments).strip().split("\\s+"));
      Plan plan = Plan.of(words.stream().filter(word -> !word.isEmpty()).toList());
      run(plan, Path.of("").toAbsolutePath(), System.out);
      exit = 0;
    } catch (BenchException refused) {
      System.err.println(refused.getMessage());
    } catch (IOException failed) {
      failed.printStackTrace();
    }
    System.exit(exit);
  }

  private static void run(Plan plan, Path start, PrintStream out) throws Exception {
    Path project = start;
    while (!Files.exists(project.resolve("template.yaml"))) {
      project = project.getParent();
      if (project == null) {
        throw new BenchException("There is no template.yaml in or above " + start);
      }
    }
    Path work = project.resolve("target/bench");
    delete(work.resolve("run"));
    Files.createDirectories(work.resolve("run/log"));
    Cores cores = Cores.divide();
    try (Shop shop = Shop.start(project, work.resolve("run/shop"));
        Tls tls = plan.tls() ? Tls.start(work.resolve("run/tls"), shop) : Tls.none()) {
      Functions functions =
          Functions.read(project, work.resolve("run/task"), tls.variables(shop.variables()));
      RuntimeClient bare = RuntimeClient.layOut(work.resolve("run/runtime"), tls.options());
      RuntimeClient client = train(bare, functions, cores, work);
      Events events = Events.fill(project.resolve("events"), shop);
      ColdStart bench = new ColdStart(plan, work, out, cores, client, functions, events);
      if (plan.where()) {
        bench.known(plan.functions());
        bench.where(plan.functions().getFirst());
      } else {
        bench.measure(bench.chosen(project.resolve("events")));
      }
    }
  }

  /**
   * Makes the ahead-of-time cache of the client, as the managed runtime has one: from a run of the
   * floor without work, so that it knows the client and what that needs of the JDK, and no
   * function.
   */
  private static RuntimeClient train(
      RuntimeClient client, Functions functions, Cores cores, Path work)
      throws IOException, InterruptedException {
    Path cache = work.resolve("run/runtime/runtime.aot");
    Path log = work.resolve("run/log/training.log");
    try (ExecutionEnvironment environment =
        ExecutionEnvironment.start(
            functions.deployed(Functions.BARE),
            false,
            cores,
            client,
            log,
            List.of("-XX:AOTCacheOutput=" + cache))) {
      environment.call("{}".getBytes(StandardCharsets.UTF_8));
      environment.end(60);
    }
    return Files.exists(cache) ? client.with(cache) : client;
  }

  private List<String> chosen(Path folder) throws IOException {
    List<String> wanted = plan.functions();
    if (wanted.isEmpty()) {
      wanted = new ArrayList<>(Events.functions(folder));
      if (plan.buyers()) {
        wanted = new ArrayList<>(functions.withSnapStart());
      }
    }
    known(wanted);
    return wanted;
  }

  private void known(List<String> wanted) {
    for (String function : wanted) {
      if (!functions.has(function)) {
        throw new BenchException("There is no function " + function + " in template.yaml.");
      }
    }
  }

  private void measure(List<String> wanted) throws Exception {
    List<Measured> all = new ArrayList<>();
    byte[] nothing = "{}".getBytes(StandardCharsets.UTF_8);
    for (String floor : List.of(Functions.BARE, Functions.QUERY, Functions.EACH)) {
      all.add(measured(new Case(floor, floor, plan.calls(), () -> nothing)));
    }
    for (String function : wanted) {
      for (Case each : events.of(function, plan.calls())) {
        all.add(measured(each));
      }
    }
    Row floor = all.get(1).row;
    ObjectNode about =
        Json.object()
            .put("at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
            .put("java", Runtime.version().toString())
            .put("client", client.toString())
            .put("cores", cores.toString())
            .put("tls", plan.tls())
            .put("runs", plan.runs())
            .put("load_before", load());
    for (int run = 1; run <= plan.runs(); run++) {
      for (Measured each : all) {
        progress("run %d of %d: %s", run, plan.runs(), each.row.name);
        onDemand(each);
        restored(each);
      }
    }
    for (Measured each : all) {
      progress("classes and warm calls: %s", each.row.name);
      each.row.classes = logged(each.each, each.deployed).classes.count();
      warm(each);
    }
    about.put("load_after", load());
    List<Row> rows = all.stream().map(Measured::row).toList();
    List<String> lines = new ArrayList<>();
    lines.add(Json.write(about));
    rows.forEach(row -> lines.add(Json.write(row.json(floor))));
    Path file = work.resolve("cold-start.jsonl");
    Files.write(file, lines);
    String table = Report.table(rows, floor);
    Files.writeString(work.resolve("cold-start.md"), table);
    out.println(Json.write(about));
    out.println();
    out.print(table);
    out.println();
    out.println("Each measurement: " + file);
  }

  private Measured measured(Case each) throws IOException {
    Deployed deployed = functions.deployed(each.function());
    return new Measured(
        each,
        deployed,
        new Row(each.name(), each.function(), deployed.code().jarBytes(), deployed.snapStart()));
  }

  private Path log(String name, String of) {
    return work.resolve("run/log/" + name.replaceAll("\\W+", "-") + "-" + of + ".log");
  }

  private ExecutionEnvironment start(Measured each, boolean snapStart) throws IOException {
    return ExecutionEnvironment.start(
        each.deployed,
        snapStart,
        cores,
        client,
        log(each.row.name, snapStart ? "restored" : "on-demand"),
        List.of());
  }

  /** From the spawn of the process until the first answer is here. */
  private void onDemand(Measured each) throws Exception {
    byte[] event = each.each.event().call();
    try (ExecutionEnvironment environment = start(each, false)) {
      RuntimeApi.Answer answer = environment.call(event);
      double processor = environment.processorTime();
      Memory memory = environment.memory();
      Row row = each.row;
      row.onDemand.add((answer.receivedNanos() - environment.spawnNanos()) / 1e6);
      row.onDemandProcessor.add(processor);
      row.firstCall.add(answer.milliseconds());
      row.memory.add(memory.now());
      row.peak.add(memory.peak());
      row.outcome = Events.outcome(answer.body());
    }
  }

  /**
   * From the moment at which a checkpointed environment may go on until the first answer is here.
   */
  private void restored(Measured each) throws Exception {
    byte[] event = each.each.event().call();
    try (ExecutionEnvironment environment = start(each, true)) {
      long checkpoint = environment.api().checkpointNanos();
      Thread.sleep(SETTLE);
      Row row = each.row;
      row.beforeCheckpoint.add((checkpoint - environment.spawnNanos()) / 1e6);
      double processor = environment.processorTime();
      row.restored.add(environment.restore(event));
      row.restoredProcessor.add(environment.processorTime() - processor);
      row.restoredMemory.add(environment.memory().now());
    }
  }

  /** Call after call in an environment as it is deployed, after a few that do not count. */
  private void warm(Measured each) throws Exception {
    try (ExecutionEnvironment environment = start(each, each.row.snapStart)) {
      if (each.row.snapStart) {
        environment.api().checkpointNanos();
        environment.api().restore();
      }
      int ahead = Math.min(WARM_UP, each.each.calls() / 10);
      long end = System.nanoTime() + MOST_OF_WARM.toNanos();
      for (int call = 0; call < ahead + each.each.calls() && System.nanoTime() < end; call++) {
        RuntimeApi.Answer answer = environment.call(each.each.event().call());
        if (call >= ahead) {
          each.row.warm.add(answer.milliseconds());
          if (!Events.outcome(answer.body()).equals(each.row.outcome)) {
            each.row.failures++;
          }
        }
      }
    }
  }

  /**
   * A first call with each class logged.
   *
   * @param ready when the handler was made and the client asked for an event, in milliseconds after
   *     the spawn
   * @param answered when the first answer was here, likewise
   */
  private record Logged(ClassLog classes, double ready, double answered, byte[] answer) {}

  /** What is loaded until the first answer; in a run of its own, since it is slower. */
  private Logged logged(Case each, Deployed deployed) throws Exception {
    byte[] event = each.event().call();
    Path classes = log(each.name(), "classes");
    try (ExecutionEnvironment environment =
        ExecutionEnvironment.start(
            deployed,
            false,
            cores,
            client,
            log(each.name(), "output"),
            List.of(ClassLog.option(classes)))) {
      RuntimeApi.Answer answer = environment.call(event);
      long spawn = environment.spawnNanos();
      return new Logged(
          ClassLog.read(classes),
          (environment.api().readyNanos() - spawn) / 1e6,
          (answer.receivedNanos() - spawn) / 1e6,
          answer.body());
    }
  }

  /** Where one function's start goes. */
  private void where(String function) throws Exception {
    Case each = events.of(function, 1).getFirst();
    Deployed deployed = functions.deployed(function);
    Logged logged = logged(each, deployed);
    double client = logged.classes.when(RuntimeClient.MAIN).orElse(0);
    double handler =
        logged.classes.when(deployed.handler().replaceFirst("::.*", "")).orElse(client);
    out.printf(
        Locale.ROOT,
        """
        %s answered %s, %.0f ms after its process was spawned, with each class logged (which takes time, too):
          %6.0f ms  until the JVM loaded the client's main class
          %6.0f ms  until the client loaded the handler's class
          %6.0f ms  until the handler was made and the client asked for an event
          %6.0f ms  for the first call

        %s
        %s
        Each class: %s
        """,
        each.name(),
        Events.outcome(logged.answer),
        logged.answered,
        client,
        handler - client,
        logged.ready - handler,
        logged.answered - logged.ready,
        Report.groups("origin", logged.classes.byOrigin(), Integer.MAX_VALUE),
        Report.groups("package", logged.classes.byPackage(), MOST_PACKAGES),
        log(each.name(), "classes"));
  }

  private static void progress(String what, Object... values) {
    System.err.printf(Locale.ROOT, what + "%n", values);
  }

  private static String load() throws IOException {
    Path file = Path.of("/proc/loadavg");
    return Files.exists(file) ? Files.readString(file).strip() : "unknown";
  }

  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path file : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
