package shelfless.local.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.stripe.Stripe;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import shelfless.local.Json;

/**
 * The account's books: every change of them is one transaction, with the events that tell of it.
 */
final class Ledger {
  /** What caused a change; events name the request. */
  record Origin(@Nullable String requestId, @Nullable String idempotencyKey) {
    /** A buyer, a bank, the passing of time. */
    static final Origin OUTSIDE = new Origin(null, null);
  }

  private final Store store;
  private final Clock clock;
  private final Ids ids;
  private Consumer<ObjectNode> publish = event -> {};
  private Consumer<ObjectNode> schedule = task -> {};

  Ledger(Store store, Clock clock, Ids ids) {
    this.store = store;
    this.clock = clock;
    this.ids = ids;
  }

  /** Who hears of each event once it is written; in the order of their creation. */
  void onEvent(Consumer<ObjectNode> listener) {
    publish = listener;
  }

  /** Who hears of each task once it is written. */
  void onTask(Consumer<ObjectNode> listener) {
    schedule = listener;
  }

  Store store() {
    return store;
  }

  /** Seconds since 1970, by the shop's clock. */
  long now() {
    return clock.instant().getEpochSecond();
  }

  /** Does all of {@code work}, or nothing of it when it throws. */
  <T> T change(Origin origin, Function<Change, T> work) {
    return store.transact(transaction -> work.apply(new Change(transaction, origin)));
  }

  /** One transaction. */
  final class Change {
    private final Store.Transaction transaction;
    private final Origin origin;

    private Change(Store.Transaction transaction, Origin origin) {
      this.transaction = transaction;
      this.origin = origin;
    }

    long now() {
      return Ledger.this.now();
    }

    String newId(String prefix) {
      return ids.next(prefix);
    }

    Optional<ObjectNode> find(@Nullable String id) {
      return transaction.find(id);
    }

    List<String> ids(String kind, String attribute, String value) {
      return transaction.ids(kind, attribute, value);
    }

    /** Keeps an object that no event tells of. */
    void put(ObjectNode object) {
      transaction.put(object);
    }

    /** Keeps an object, and tells of it as it is now. */
    void put(ObjectNode object, String eventType) {
      put(object);
      emit(eventType, object, null);
    }

    /** Keeps a changed object, and tells of it and of what it was before. */
    void update(ObjectNode before, ObjectNode after, String... eventTypes) {
      put(after);
      for (String type : eventTypes) {
        emit(type, after, before);
      }
    }

    /** Tells of an object as it is now; {@code before} gives the previous attributes. */
    void emit(String type, ObjectNode object, @Nullable ObjectNode before) {
      ObjectNode data = Json.object();
      data.set("object", object.deepCopy());
      if (before != null) {
        data.set("previous_attributes", previous(before, object));
      }
      ObjectNode event =
          Json.object()
              .put("id", newId("evt_1"))
              .put("object", "event")
              .put("api_version", Stripe.API_VERSION)
              .put("created", now());
      event.set("data", data);
      event.put("livemode", false).put("pending_webhooks", 1);
      event
          .putObject("request")
          .put("id", origin.requestId)
          .put("idempotency_key", origin.idempotencyKey);
      event.put("type", type);
      transaction.put(event);
      transaction.afterCommit(() -> publish.accept(event));
    }

    /** Has something happen later. */
    void schedule(String kind, String subject, long due) {
      ObjectNode task =
          Json.object()
              .put("id", newId("task_"))
              .put("object", "task")
              .put("kind", kind)
              .put("subject", subject)
              .put("due", due)
              .put("done", false);
      transaction.put(task);
      transaction.afterCommit(() -> schedule.accept(task));
    }

    private static ObjectNode previous(ObjectNode before, ObjectNode after) {
      ObjectNode previous = Json.object();
      after
          .properties()
          .forEach(
              entry -> {
                JsonNode old = before.path(entry.getKey());
                if (old.isObject() && entry.getValue() instanceof ObjectNode now) {
                  ObjectNode inner = previous((ObjectNode) old, now);
                  if (!inner.isEmpty()) {
                    previous.set(entry.getKey(), inner);
                  }
                } else if (!same(old, entry.getValue())) {
                  previous.set(
                      entry.getKey(), old.isMissingNode() ? Json.object().nullNode() : old);
                }
              });
      return previous;
    }

    /** Numbers that were just set and such that were read are of different classes. */
    private static boolean same(JsonNode one, JsonNode other) {
      return one.isIntegralNumber() && other.isIntegralNumber()
          ? one.longValue() == other.longValue()
          : one.equals(other);
    }
  }
}
