package shelfless.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One execution environment of Lambda's: the process of a function, and the API that it asks. */
final class ExecutionEnvironment implements AutoCloseable {
  private final Process process;
  private final RuntimeApi api;
  private final Path log;
  private final long spawnNanos;

  private ExecutionEnvironment(Process process, RuntimeApi api, Path log, long spawnNanos) {
    this.process = process;
    this.api = api;
    this.log = log;
    this.spawnNanos = spawnNanos;
  }

  /**
   * A function as it is deployed.
   *
   * @param memory in MB
   * @param snapStart whether the template has SnapStart for it
   * @param variables its environment
   * @param credentialsEnd until when the role's credentials are good that a restored one fetches
   */
  record Deployed(
      String handler,
      TaskFolder code,
      int memory,
      boolean snapStart,
      Map<String, String> variables,
      Instant credentialsEnd) {
    private static final Instant NEVER = Instant.parse("2100-01-01T00:00:00Z");

    Deployed(
        String handler,
        TaskFolder code,
        int memory,
        boolean snapStart,
        Map<String, String> variables) {
      this(handler, code, memory, snapStart, variables, NEVER);
    }
  }

  /**
   * Resident memory of a process, in MB.
   *
   * @param now at the moment
   * @param peak at the most so far
   */
  record Memory(double now, double peak) {}

  /**
   * Starts one.
   *
   * @param snapStart whether it is to wait before its first event, as for a snapshot
   * @param log where its output goes
   * @param options further options of the JVM
   */
  static ExecutionEnvironment start(
      Deployed function,
      boolean snapStart,
      Cores cores,
      RuntimeClient client,
      Path log,
      List<String> options)
      throws IOException {
    Map<String, String> own = function.variables();
    RuntimeApi api =
        new RuntimeApi(
            own.getOrDefault("AWS_ACCESS_KEY_ID", "none"),
            own.getOrDefault("AWS_SECRET_ACCESS_KEY", "none"),
            function.credentialsEnd());
    ProcessBuilder builder =
        new ProcessBuilder(
            cores.alone(client.command(function.handler(), function.memory(), snapStart, options)));
    Map<String, String> variables = builder.environment();
    variables.clear();
    variables.putAll(own);
    variables.put("_HANDLER", function.handler());
    variables.put("AWS_EXECUTION_ENV", "AWS_Lambda_java25");
    variables.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", String.valueOf(function.memory()));
    variables.put("AWS_LAMBDA_INITIALIZATION_TYPE", snapStart ? "snap-start" : "on-demand");
    variables.put("AWS_LAMBDA_LOG_FORMAT", "JSON");
    variables.put("AWS_LAMBDA_RUNTIME_API", api.address());
    variables.put("LAMBDA_TASK_ROOT", function.code().folder().toString());
    variables.put("LANG", "en_US.UTF-8");
    variables.put("PATH", "/usr/local/bin:/usr/bin:/bin");
    variables.put("TZ", ":UTC");
    if (snapStart) {
      // A snapshot must not hold credentials: a restored environment fetches them.
      variables.remove("AWS_ACCESS_KEY_ID");
      variables.remove("AWS_SECRET_ACCESS_KEY");
      variables.remove("AWS_SESSION_TOKEN");
      variables.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", api.credentialsUri());
      variables.put("AWS_CONTAINER_AUTHORIZATION_TOKEN", "token");
    }
    builder.directory(function.code().folder().toFile());
    builder.redirectErrorStream(true);
    builder.redirectOutput(log.toFile());
    long spawn = System.nanoTime();
    try {
      Process process = builder.start();
      var unused = process.onExit().thenRun(api::processEnded);
      return new ExecutionEnvironment(process, api, log, spawn);
    } catch (IOException failed) {
      api.close();
      throw failed;
    }
  }

  long processId() {
    return process.pid();
  }

  RuntimeApi api() {
    return api;
  }

  /** When the process was started, by {@link System#nanoTime}. */
  long spawnNanos() {
    return spawnNanos;
  }

  /** Hands over an event and waits for its answer. */
  RuntimeApi.Answer call(byte[] event) throws InterruptedException, IOException {
    api.send(event);
    try {
      return api.answer();
    } catch (BenchException failed) {
      throw new BenchException(failed.getMessage() + "\n" + tail(), failed);
    }
  }

  /**
   * How long it had a processor core so far, in milliseconds, threads that have ended included:
   * what others do on the machine meanwhile is not in it.
   */
  double processorTime() {
    return ProcessorClock.milliseconds(process.pid());
  }

  /**
   * Lets a checkpointed environment go on, with an event that waits for it.
   *
   * @return how long it took from there until the answer was here, in milliseconds
   */
  double restore(byte[] event) throws InterruptedException, IOException {
    api.send(event);
    long restored = api.restore();
    try {
      return (api.answer().receivedNanos() - restored) / 1e6;
    } catch (BenchException failed) {
      throw new BenchException(failed.getMessage() + "\n" + tail(), failed);
    }
  }

  /** What Linux says that it takes up. */
  Memory memory() throws IOException {
    double now = 0;
    double peak = 0;
    for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        now = megabytes(line);
      } else if (line.startsWith("VmHWM:")) {
        peak = megabytes(line);
      }
    }
    return new Memory(now, peak);
  }

  /** Of a line like {@code VmRSS: 123456 kB}. */
  static double megabytes(String line) {
    return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
  }

  /** The end of what it printed. */
  String tail() throws IOException {
    String printed = Files.readString(log);
    return printed.substring(Math.max(0, printed.length() - 4_000));
  }

  /** Asks it to end by itself, and waits for that. */
  boolean end(long seconds) throws InterruptedException {
    process.destroy();
    return process.waitFor(seconds, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
    api.close();
  }
}
