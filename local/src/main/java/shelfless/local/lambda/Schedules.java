package shelfless.local.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import java.util.logging.Logger;
import shelfless.local.DataFolder;
import shelfless.local.Json;
import shelfless.local.LocalException;
import shelfless.local.LocalRoutes;
import shelfless.local.LocalRoutes.Answer;
import shelfless.local.template.Template;

/**
 * EventBridge Scheduler's part: runs functions when the shop's clock says so. When each ran last is
 * kept, so that what came due while the shop was stopped runs once at the next start.
 */
public final class Schedules implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Schedules.class.getName());
  private static final Duration TICK = Duration.ofMillis(500);

  private static final class Entry {
    final Template.Schedule schedule;
    final String function;
    final ReentrantLock running = new ReentrantLock();

    Entry(Template.Schedule schedule, String function) {
      this.schedule = schedule;
      this.function = function;
    }
  }

  private final List<Entry> entries = new ArrayList<>();
  private final FunctionRunner runner;
  private final Clock clock;
  private final Path file;
  private final Map<String, Instant> lastRuns = new ConcurrentHashMap<>();
  private final Thread ticker = Thread.ofVirtual().name("schedules").unstarted(this::tick);

  /**
   * @param file keeps when each schedule ran last
   */
  public Schedules(
      Collection<Template.Function> functions, FunctionRunner runner, Clock clock, Path file)
      throws IOException {
    this.runner = runner;
    this.clock = clock;
    this.file = file;
    JsonNode state = Files.exists(file) ? Json.parse(Files.readAllBytes(file)) : Json.object();
    for (Template.Function function : functions) {
      for (Template.Schedule schedule : function.schedules()) {
        entries.add(new Entry(schedule, function.id()));
        JsonNode last = state.get(schedule.id());
        lastRuns.put(schedule.id(), last == null ? clock.instant() : Instant.parse(last.asText()));
      }
    }
    save();
  }

  /** Begins to run schedules by themselves. */
  public void start() {
    ticker.start();
  }

  /** Runs what is due, each once, in the order in which it came due, and waits for all. */
  public void runDue() {
    Instant now = clock.instant();
    entries.stream()
        .filter(entry -> isDue(entry, now))
        .sorted(Comparator.comparing(this::due))
        .forEach(entry -> runIfDue(entry, now));
  }

  /** The call {@code /_local/schedules/{id}/run}, and a list of the schedules. */
  public LocalRoutes routes() {
    return new LocalRoutes()
        .add(
            "GET",
            "/_local/schedules",
            call -> {
              ObjectNode answer = Json.object();
              for (Entry entry : entries) {
                answer
                    .withArray("data")
                    .addObject()
                    .put("id", entry.schedule.id())
                    .put("enabled", entry.schedule.enabled())
                    .put("last_run", String.valueOf(lastRuns.get(entry.schedule.id())))
                    .put("next_run", String.valueOf(due(entry)));
              }
              return Answer.ok(answer);
            })
        .add(
            "POST",
            "/_local/schedules/{id}/run",
            call -> {
              String id = call.parameter("id");
              Entry entry =
                  entries.stream()
                      .filter(candidate -> candidate.schedule.id().equals(id))
                      .findFirst()
                      .orElseThrow(
                          () ->
                              LocalException.notFound(
                                  "There is no schedule "
                                      + id
                                      + "; GET /_local/schedules lists them."));
              Invocation outcome;
              entry.running.lock();
              try {
                outcome = run(entry, clock.instant());
              } finally {
                entry.running.unlock();
              }
              return switch (outcome) {
                case Invocation.Returned returned ->
                    Answer.ok(
                        Json.object()
                            .put("id", id)
                            .put("ran", true)
                            .set("result", Json.parse(returned.output())));
                case Invocation.Failed failed ->
                    new Answer(
                        500,
                        failed
                            .json()
                            .put("message", id + " failed; the log of functions says why."));
              };
            });
  }

  private void tick() {
    try {
      while (true) {
        Thread.sleep(TICK);
        Instant now = clock.instant();
        for (Entry entry : entries) {
          if (isDue(entry, now) && !entry.running.isLocked()) {
            Thread.ofVirtual().name(entry.function).start(() -> runIfDue(entry, now));
          }
        }
      }
    } catch (InterruptedException stop) {
      // The shop stops.
    }
  }

  private void runIfDue(Entry entry, Instant now) {
    entry.running.lock();
    try {
      if (isDue(entry, now)) {
        run(entry, due(entry));
      }
    } finally {
      entry.running.unlock();
    }
  }

  private boolean isDue(Entry entry, Instant now) {
    return entry.schedule.enabled() && !due(entry).isAfter(now);
  }

  private Instant due(Entry entry) {
    Instant last = lastRuns.getOrDefault(entry.schedule.id(), Instant.MAX);
    return last.equals(Instant.MAX) ? last : entry.schedule.expression().next(last);
  }

  private Invocation run(Entry entry, Instant scheduled) {
    // Noted first: what fails waits for its next time, as a crash would make it wait.
    lastRuns.put(entry.schedule.id(), clock.instant());
    save();
    Invocation outcome = runner.invoke(entry.function, event(entry, scheduled));
    if (outcome instanceof Invocation.Failed failed) {
      LOG.log(
          Level.WARNING,
          "The schedule {0} failed: {1}",
          new Object[] {entry.schedule.id(), failed});
    }
    return outcome;
  }

  private byte[] event(Entry entry, Instant scheduled) {
    String arn = Template.arn("scheduler", "schedule/default/" + entry.schedule.id());
    String time = scheduled.truncatedTo(ChronoUnit.SECONDS).toString();
    if (entry.schedule.input().isPresent()) {
      return entry
          .schedule
          .input()
          .get()
          .replace("<aws.scheduler.schedule-arn>", arn)
          .replace("<aws.scheduler.scheduled-time>", time)
          .replace("<aws.scheduler.execution-id>", UUID.randomUUID().toString())
          .replace("<aws.scheduler.attempt-number>", "1")
          .getBytes(StandardCharsets.UTF_8);
    }
    ObjectNode event = Json.object();
    event.put("version", "0");
    event.put("id", UUID.randomUUID().toString());
    event.put("detail-type", "Scheduled Event");
    event.put("source", "aws.scheduler");
    event.put("account", Template.ACCOUNT);
    event.put("time", time);
    event.put("region", Template.REGION);
    event.putArray("resources").add(arn);
    event.put("detail", "{}");
    return Json.bytes(event);
  }

  private synchronized void save() {
    ObjectNode state = Json.object();
    lastRuns.forEach((id, last) -> state.put(id, last.toString()));
    try {
      DataFolder.replace(file, Json.pretty(state));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Override
  public void close() {
    ticker.interrupt();
  }
}
