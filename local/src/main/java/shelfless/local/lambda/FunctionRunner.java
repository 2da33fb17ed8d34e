package shelfless.local.lambda;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import shelfless.local.Json;
import shelfless.local.LocalException;
import shelfless.local.LocalRoutes;
import shelfless.local.LocalRoutes.Answer;
import shelfless.local.template.Template;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;

/**
 * Runs functions by Lambda's rules: an execution environment serves one call at a time and is used
 * again, the latest first; a call that takes longer than the function's time-out is interrupted and
 * its environment thrown away; events and answers have at most 6 MB.
 *
 * <p>At most 32 environments a function live at a time, and more callers wait; one that was idle
 * for a minute is closed.
 */
public final class FunctionRunner implements AutoCloseable {
  /** What Lambda takes as an event and as an answer, in bytes. */
  static final int PAYLOAD_BYTES = 6 * 1024 * 1024;

  private static final int MOST_ENVIRONMENTS = 32;
  private static final Duration IDLE = Duration.ofSeconds(60);

  private final Map<String, Pool> pools = new LinkedHashMap<>();
  private final Map<String, String> variables;
  private final Clock clock;
  private final FunctionLog log;
  private final AwsCalls awsCalls;
  private final ScheduledExecutorService timer;

  /**
   * @param functions the functions of the template
   * @param variables environment variables that every function has, as Lambda itself sets some;
   *     those of the template come before them
   * @param clock the shop's clock
   * @param awsCalls where it is noted what they do in AWS
   */
  public FunctionRunner(
      Map<String, Template.Function> functions,
      Map<String, String> variables,
      Clock clock,
      FunctionLog log,
      AwsCalls awsCalls) {
    this.variables = Map.copyOf(variables);
    this.clock = clock;
    this.log = log;
    this.awsCalls = awsCalls;
    functions.forEach((id, function) -> pools.put(id, new Pool(function)));
    timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("function-timer").factory());
    long period = IDLE.toMillis() / 6;
    timer.scheduleWithFixedDelay(this::closeIdle, period, period, TimeUnit.MILLISECONDS);
  }

  /** Whether there is a function of this name. */
  public boolean has(String function) {
    return pools.containsKey(function);
  }

  /**
   * The environment variables of each function, in the form that {@code sam local invoke
   * --env-vars} reads.
   */
  public ObjectNode variables() {
    ObjectNode all = Json.object();
    pools.forEach((id, pool) -> new TreeMap<>(pool.environment).forEach(all.putObject(id)::put));
    return all;
  }

  /** Calls the function and waits for what becomes of it. */
  public Invocation invoke(String function, byte[] event) {
    return start(function, event).join();
  }

  /**
   * Calls the function.
   *
   * @throws LocalException (404) when there is none of this name
   */
  public CompletableFuture<Invocation> start(String function, byte[] event) {
    Pool pool = pools.get(function);
    if (pool == null) {
      throw LocalException.notFound(
          "There is no function " + function + "; GET /_local/functions lists them.");
    }
    CompletableFuture<Invocation> result = new CompletableFuture<>();
    if (event.length > PAYLOAD_BYTES) {
      result.complete(
          new Invocation.Failed("RequestEntityTooLargeException", "The event has more than 6 MB."));
    } else {
      Thread.ofVirtual()
          .name(function)
          .start(() -> awsCalls.during(function, () -> pool.call(event, result)));
    }
    return result;
  }

  /** The calls of {@code /_local/functions}. */
  public LocalRoutes routes() {
    return new LocalRoutes()
        .add(
            "GET",
            "/_local/functions",
            call -> {
              ArrayNode data = Json.array();
              pools.values().forEach(pool -> pool.describe(data));
              return Answer.ok(Json.object().set("data", data));
            })
        .add(
            "POST",
            "/_local/functions/{id}/invoke",
            call ->
                Answer.ok(
                    switch (invoke(call.parameter("id"), Json.bytes(call.body()))) {
                      case Invocation.Returned(byte[] output) -> Json.parse(output);
                      case Invocation.Failed failed -> failed.json();
                    }));
  }

  /** Closes all environments; calls still at work are interrupted. */
  @Override
  public void close() {
    timer.shutdownNow();
    pools.values().forEach(Pool::close);
  }

  private void closeIdle() {
    pools.values().forEach(Pool::closeIdle);
  }

  /** One execution environment. */
  private static final class Instance {
    final Environment environment;
    final RequestStreamHandler handler;
    final AtomicBoolean open = new AtomicBoolean(true);
    volatile long idleSince;

    Instance(Environment environment, RequestStreamHandler handler) {
      this.environment = environment;
      this.handler = handler;
    }
  }

  /** A call at work: it ends once, by its own return or because its time is up. */
  private final class Running {
    final AtomicBoolean ended = new AtomicBoolean();
    final Thread thread = Thread.currentThread();
    final CompletableFuture<Invocation> result;

    Running(CompletableFuture<Invocation> result) {
      this.result = result;
    }
  }

  /** One function with its environments. */
  private final class Pool {
    private final Template.Function function;
    private final Map<String, String> environment;
    private final Semaphore slots;
    private final Deque<Instance> idle = new ArrayDeque<>();
    private final AtomicInteger live = new AtomicInteger();
    private final LongAdder calls = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder started = new LongAdder();
    private volatile @Nullable Double lastMilliseconds;
    private volatile boolean closed;

    Pool(Template.Function function) {
      this.function = function;
      this.slots =
          new Semaphore(
              Math.min(MOST_ENVIRONMENTS, function.reservedConcurrency().orElse(MOST_ENVIRONMENTS)),
              true);
      Map<String, String> all = new LinkedHashMap<>(variables);
      all.put("AWS_LAMBDA_FUNCTION_NAME", function.id());
      all.put("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
      all.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", String.valueOf(function.memory()));
      all.put("_HANDLER", function.handlerClass());
      all.putAll(function.environment());
      this.environment = Map.copyOf(all);
    }

    void call(byte[] event, CompletableFuture<Invocation> result) {
      try {
        slots.acquire();
      } catch (InterruptedException stopping) {
        result.complete(new Invocation.Failed("Stopped", "The shop stops."));
        return;
      }
      calls.increment();
      String requestId = UUID.randomUUID().toString();
      Instance instance;
      try {
        instance = take();
      } catch (Exception failed) {
        slots.release();
        errors.increment();
        result.complete(failure(requestId, "Runtime.InitError", failed));
        return;
      }
      Running running = new Running(result);
      long start = System.nanoTime();
      ScheduledFuture<?> alarm =
          timer.schedule(
              () -> timeOut(running, instance, requestId),
              function.timeout().toMillis(),
              TimeUnit.MILLISECONDS);
      ByteArrayOutputStream output = new ByteArrayOutputStream();
      Invocation outcome;
      boolean broken = false;
      try {
        instance.handler.handleRequest(
            new ByteArrayInputStream(event),
            output,
            new CallContext(function, requestId, log.logger(function.id())));
        outcome =
            output.size() > PAYLOAD_BYTES
                ? new Invocation.Failed(
                    "Function.ResponseSizeTooLarge", "The answer has more than 6 MB.")
                : new Invocation.Returned(output.toByteArray());
      } catch (Throwable failed) {
        // As in Lambda, an exception leaves the environment as it is; an error ends it.
        broken = failed instanceof Error;
        outcome = failure(requestId, failed.getClass().getName(), failed);
      }
      alarm.cancel(false);
      if (running.ended.compareAndSet(false, true)) {
        double milliseconds = (System.nanoTime() - start) / 1_000_000.0;
        lastMilliseconds = milliseconds;
        if (outcome instanceof Invocation.Failed) {
          errors.increment();
        }
        log.line(
            function.id(),
            "REPORT RequestId: %s Duration: %.2f ms".formatted(requestId, milliseconds));
        if (broken) {
          discard(instance);
        } else {
          giveBack(instance);
        }
        slots.release();
        result.complete(outcome);
      }
    }

    private void timeOut(Running running, Instance instance, String requestId) {
      if (running.ended.compareAndSet(false, true)) {
        errors.increment();
        lastMilliseconds = (double) function.timeout().toMillis();
        String message =
            "%s Task timed out after %.2f seconds"
                .formatted(requestId, function.timeout().toMillis() / 1000.0);
        log.line(function.id(), message);
        running.thread.interrupt();
        Thread.ofVirtual().start(() -> discard(instance));
        slots.release();
        running.result.complete(new Invocation.Failed("Sandbox.Timedout", message));
      }
    }

    private Invocation.Failed failure(String requestId, String type, Throwable cause) {
      StringWriter trace = new StringWriter();
      cause.printStackTrace(new PrintWriter(trace));
      log.line(function.id(), "ERROR RequestId: " + requestId + " " + trace);
      return new Invocation.Failed(type, String.valueOf(cause.getMessage()));
    }

    private Instance take() throws Exception {
      synchronized (idle) {
        Instance latest = idle.pollFirst();
        if (latest != null) {
          return latest;
        }
      }
      Environment made =
          new Environment(
              DatabaseSockets.in(awsCalls.in(function.id(), environment)),
              clock,
              IdGenerator.secure(clock));
      Object handler;
      try {
        handler =
            Class.forName(function.handlerClass())
                .getConstructor(Environment.class)
                .newInstance(made);
      } catch (InvocationTargetException failed) {
        made.close();
        throw failed.getCause() instanceof Exception cause ? cause : failed;
      } catch (ClassNotFoundException missing) {
        made.close();
        throw new ClassNotFoundException(
            "There is no class " + function.handlerClass() + " for " + function.id(), missing);
      }
      if (!(handler instanceof RequestStreamHandler streaming)) {
        made.close();
        throw new IllegalStateException(
            function.handlerClass() + " is no " + RequestStreamHandler.class.getName());
      }
      live.incrementAndGet();
      started.increment();
      return new Instance(made, streaming);
    }

    private void giveBack(Instance instance) {
      instance.idleSince = System.nanoTime();
      boolean kept;
      synchronized (idle) {
        kept = !closed;
        if (kept) {
          idle.addFirst(instance);
        }
      }
      if (!kept) {
        discard(instance);
      }
    }

    private void discard(Instance instance) {
      if (instance.open.compareAndSet(true, false)) {
        live.decrementAndGet();
        try {
          instance.environment.close();
        } catch (RuntimeException failed) {
          log.line(function.id(), "An environment does not close: " + failed);
        }
      }
    }

    void closeIdle() {
      List<Instance> old = new ArrayList<>();
      synchronized (idle) {
        while (!idle.isEmpty() && System.nanoTime() - idle.getLast().idleSince > IDLE.toNanos()) {
          old.add(idle.removeLast());
        }
      }
      old.forEach(this::discard);
    }

    void close() {
      List<Instance> all;
      synchronized (idle) {
        closed = true;
        all = List.copyOf(idle);
        idle.clear();
      }
      all.forEach(this::discard);
    }

    void describe(ArrayNode data) {
      data.addObject()
          .put("id", function.id())
          .put("calls", calls.sum())
          .put("errors", errors.sum())
          .put("environments", live.get())
          .put("environments_started", started.sum())
          .put("waiting", slots.getQueueLength())
          .put("last_duration_ms", lastMilliseconds);
    }
  }
}
