package shelfless.local.stripe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.stripe.net.Webhook;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import shelfless.local.Json;

/**
 * Sends each event to the shop, signed as Stripe signs, again and again until it is answered with
 * 2xx; as unreliably as the knobs ask for.
 *
 * <p>Retries are due by the shop's clock, so advancing it brings them at once.
 */
final class Webhooks {
  /**
   * How bad the delivery is; neutral at a start.
   *
   * @param duplicate how often each event is sent besides the once, at the same time
   * @param reorder each event waits a moment of its own, so that any may come first
   * @param delayMs how long each first delivery waits, in real time
   * @param drop the share of events that are never sent
   * @param paused nothing is sent until this is false again
   */
  record Knobs(int duplicate, boolean reorder, int delayMs, double drop, boolean paused) {
    static final Knobs NEUTRAL = new Knobs(0, false, 0, 0, false);
  }

  /** What a delivery led to: the answer's status, or what went wrong on the way. */
  record Result(int status, String problem) {
    boolean isSuccess() {
      return status >= 200 && status < 300;
    }
  }

  private record Retry(long dueMillis, String eventId) implements Comparable<Retry> {
    @Override
    public int compareTo(Retry other) {
      return Long.compare(dueMillis, other.dueMillis);
    }
  }

  private static final Logger LOG = Logger.getLogger(Webhooks.class.getName());

  /** The waits between the tries; Stripe's own begin with minutes, which nobody waits for here. */
  private static final List<Duration> BACKOFF =
      List.of(
          Duration.ofMillis(500),
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5),
          Duration.ofSeconds(15),
          Duration.ofMinutes(1),
          Duration.ofMinutes(5),
          Duration.ofMinutes(30),
          Duration.ofHours(1),
          Duration.ofHours(3),
          Duration.ofHours(6),
          Duration.ofHours(12),
          Duration.ofHours(24),
          Duration.ofHours(24));

  private static final int REORDER_WITHIN_MS = 250;
  private static final Duration TO_CONNECT = Duration.ofSeconds(5);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int AT_ONCE = 64;

  private final Store store;
  private final Clock clock;
  private final Supplier<URI> target;
  private final String secret;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
  private final Semaphore places = new Semaphore(AT_ONCE);
  private final Deque<String> held = new ArrayDeque<>();
  private final PriorityQueue<Retry> retries = new PriorityQueue<>();
  private Knobs knobs = Knobs.NEUTRAL;
  private volatile boolean stopped;

  Webhooks(Store store, Clock clock, Supplier<URI> target, String secret) {
    this.store = store;
    this.clock = clock;
    this.target = target;
    this.secret = secret;
  }

  /** Sends what an earlier run had not delivered. */
  void start() {
    for (String id : store.ids("event")) {
      Optional<ObjectNode> delivery = store.find(deliveryId(id));
      if (delivery.isEmpty() || delivery.get().path("state").asText().equals("due")) {
        begin(id);
      }
    }
  }

  void stop() {
    stopped = true;
    timer.shutdownNow();
  }

  synchronized Knobs knobs() {
    return knobs;
  }

  /** Sets the knobs; what a pause held is sent when it ends. */
  void set(Knobs wanted) {
    List<String> released = new ArrayList<>();
    synchronized (this) {
      knobs = wanted;
      if (!wanted.paused) {
        released.addAll(held);
        held.clear();
      }
    }
    released.forEach(this::begin);
  }

  /** Takes a new event; returns at once. */
  void publish(ObjectNode event) {
    String id = event.path("id").asText();
    if (ThreadLocalRandom.current().nextDouble() < knobs().drop) {
      remember(id, "dropped", 0, 0);
    } else {
      begin(id);
    }
  }

  private void begin(String eventId) {
    Knobs now;
    synchronized (this) {
      now = knobs;
      if (now.paused) {
        held.add(eventId);
        return;
      }
    }
    for (int copy = 0; copy <= now.duplicate; copy++) {
      boolean first = copy == 0;
      int wait =
          now.delayMs + (now.reorder ? ThreadLocalRandom.current().nextInt(REORDER_WITHIN_MS) : 0);
      if (wait == 0) {
        sendInBackground(eventId, first);
      } else if (!stopped) {
        var unused =
            timer.schedule(() -> sendInBackground(eventId, first), wait, TimeUnit.MILLISECONDS);
      }
    }
  }

  private void sendInBackground(String eventId, boolean retried) {
    Thread.ofVirtual()
        .name("webhook-", 0)
        .start(
            () -> {
              try {
                places.acquire();
                try {
                  Result result = send(eventId);
                  if (!result.isSuccess() && retried && !stopped) {
                    again(eventId);
                  }
                } finally {
                  places.release();
                }
              } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
              } catch (RuntimeException failed) {
                if (!stopped) {
                  LOG.log(Level.WARNING, "The webhook for " + eventId + " failed", failed);
                }
              }
            });
  }

  private void again(String eventId) {
    int tries = 1 + store.find(deliveryId(eventId)).map(d -> d.path("tries").asInt()).orElse(0);
    if (tries > BACKOFF.size()) {
      remember(eventId, "given_up", tries, 0);
      return;
    }
    long due = clock.millis() + BACKOFF.get(tries - 1).toMillis();
    remember(eventId, "due", tries, due);
    synchronized (this) {
      retries.add(new Retry(due, eventId));
    }
  }

  /** Sends again what is due by the shop's clock. */
  void runDue() {
    List<String> due = new ArrayList<>();
    synchronized (this) {
      while (!retries.isEmpty() && retries.peek().dueMillis <= clock.millis()) {
        due.add(retries.remove().eventId);
      }
      if (knobs.paused) {
        held.addAll(due);
        return;
      }
    }
    due.forEach(id -> sendInBackground(id, true));
  }

  /** Sends an event now, whatever the knobs say, and answers what came back. */
  Result send(String eventId) {
    ObjectNode event = store.find(eventId).orElseThrow();
    String payload = Json.pretty(event).stripTrailing();
    Result result;
    try {
      result = new Result(post(payload), "");
    } catch (IOException unreachable) {
      result = new Result(0, String.valueOf(unreachable));
    }
    if (result.isSuccess()) {
      remember(eventId, "delivered", 0, 0);
    }
    return result;
  }

  /** By the JDK's older client, which takes half of the newer one's time for a request. */
  private int post(String payload) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) target.get().toURL().openConnection();
    connection.setConnectTimeout((int) TO_CONNECT.toMillis());
    connection.setReadTimeout((int) TIMEOUT.toMillis());
    connection.setInstanceFollowRedirects(false);
    connection.setRequestProperty("Content-Type", "application/json; charset=utf-8");
    connection.setRequestProperty("Accept", "*/*; q=0.5, application/xml");
    connection.setRequestProperty("Cache-Control", "no-cache");
    connection.setRequestProperty("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)");
    connection.setRequestProperty("Stripe-Signature", signature(payload));
    connection.setDoOutput(true);
    byte[] body = payload.getBytes(StandardCharsets.UTF_8);
    connection.setFixedLengthStreamingMode(body.length);
    try (OutputStream output = connection.getOutputStream()) {
      output.write(body);
    }
    int status = connection.getResponseCode();
    try (InputStream answer =
        status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      if (answer != null) {
        answer.transferTo(OutputStream.nullOutputStream());
      }
    }
    return status;
  }

  private String signature(String payload) {
    long time = clock.instant().getEpochSecond();
    try {
      return "t=" + time + ",v1=" + Webhook.Util.computeHmacSha256(secret, time + "." + payload);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** How many deliveries of this event are still to come: 1 or 0. */
  int pending(String eventId) {
    return store
        .find(deliveryId(eventId))
        .map(delivery -> delivery.path("state").asText().equals("due") ? 1 : 0)
        .orElse(1);
  }

  private void remember(String eventId, String state, int tries, long due) {
    store.transact(
        transaction -> {
          ObjectNode delivery =
              Json.object()
                  .put("id", deliveryId(eventId))
                  .put("object", "delivery")
                  .put("state", state)
                  .put("tries", tries)
                  .put("due", due);
          transaction.put(delivery);
          return delivery;
        });
  }

  private static String deliveryId(String eventId) {
    return eventId + "/delivery";
  }
}
