package shelfless.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.domain.WireNamed;
import shelfless.orders.PaymentProvider;

/** The inbox: what the payment provider told, once each, and what came of it. */
public final class ProviderEvents {
  private ProviderEvents() {}

  /** What came of an event. */
  public enum Status implements WireNamed {
    HANDLED,
    PARKED;

    /** The constant of that wire name, or nothing. */
    public static Optional<Status> of(String wireName) {
      return WireNamed.find(Status.class, wireName);
    }
  }

  /**
   * An event that was received, and how it stands.
   *
   * @param event as it was told; its evidence is the allow-list of fields that is kept
   * @param orderId the order here that it is about, once that is known
   * @param reason why it was parked; it stays when the event is handled later
   */
  public record Received(
      String provider,
      PaymentProvider.Event event,
      @Nullable UUID orderId,
      Status status,
      @Nullable String reason,
      Instant receivedAt,
      @Nullable Instant handledAt) {}

  /** Which events are asked for; nothing stands for any. */
  public record Filter(Optional<Status> status, Optional<UUID> orderId, Optional<String> type) {}

  /** Where a page of the list ended. */
  public record Place(Instant receivedAt, String eventId) {}

  private static final String COLUMNS =
      """
      select provider, event_id, type, api_version, order_id, payload, status, reason, created_at, received_at, handled_at
      from provider_event
      """;

  /** The event of that id of the provider's. */
  public static Optional<Received> find(Transaction transaction, String provider, String eventId)
      throws SQLException {
    return transaction.first(
        COLUMNS + "where provider = ? and event_id = ?",
        ProviderEvents::received,
        provider,
        eventId);
  }

  /** Those that were received last come first. */
  public static List<Received> list(
      Transaction transaction, Filter filter, Optional<Place> after, int limit)
      throws SQLException {
    @Nullable String status = filter.status.map(Status::wireName).orElse(null);
    @Nullable UUID orderId = filter.orderId.orElse(null);
    @Nullable String type = filter.type.orElse(null);
    @Nullable Instant receivedAt = after.map(Place::receivedAt).orElse(null);
    return transaction.list(
        COLUMNS
            + """
            where (?::text is null or status = ?::text)
              and (?::uuid is null or order_id = ?::uuid)
              and (?::text is null or type = ?::text)
              and (?::timestamptz is null or (received_at, event_id) < (?::timestamptz, ?::text))
            order by received_at desc, event_id desc limit ?
            """,
        ProviderEvents::received,
        status,
        status,
        orderId,
        orderId,
        type,
        type,
        receivedAt,
        receivedAt,
        after.map(Place::eventId).orElse(null),
        limit);
  }

  private static Received received(Row row) throws SQLException {
    ObjectNode payload = (ObjectNode) row.json("payload");
    return new Received(
        row.text("provider"),
        new PaymentProvider.Event(
            row.text("event_id"),
            row.text("type"),
            row.textOrNull("api_version"),
            row.instant("created_at"),
            payload.path("session_id").asText(null),
            payload.path("payment_id").asText(null),
            id(payload.path("order_id").asText(null)),
            payload),
        row.uuidOrNull("order_id"),
        Status.of(row.text("status")).orElseThrow(),
        row.textOrNull("reason"),
        row.instant("received_at"),
        row.instantOrNull("handled_at"));
  }

  private static @Nullable UUID id(@Nullable String text) {
    return text == null ? null : UUID.fromString(text);
  }

  /** What is kept of an event: enough to handle it again. */
  private static ObjectNode payload(PaymentProvider.Event event) {
    ObjectNode payload = event.evidence().deepCopy();
    if (event.sessionId() != null) {
      payload.put("session_id", event.sessionId());
    }
    if (event.paymentId() != null) {
      payload.put("payment_id", event.paymentId());
    }
    if (event.orderId() != null) {
      payload.put("order_id", event.orderId().toString());
    }
    return payload;
  }

  /** Whether the event was handled before. */
  public static boolean isSettled(Transaction transaction, String provider, String eventId)
      throws SQLException {
    return transaction
        .first(
            "select event_id from provider_event where provider = ? and event_id = ? and status = 'handled'",
            row -> row.text("event_id"),
            provider,
            eventId)
        .isPresent();
  }

  /**
   * Records the event, in the transaction of its effect; a parked one can become handled, not the
   * other way.
   *
   * @return whether that said anything new
   */
  public static boolean save(
      Transaction transaction,
      String provider,
      PaymentProvider.Event event,
      @Nullable UUID orderId,
      Status status,
      @Nullable String reason)
      throws SQLException {
    Instant now = transaction.now();
    return transaction.update(
            """
        insert into provider_event as held (provider, event_id, type, api_version, order_id, payload, status, reason,
          created_at, received_at, handled_at)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (provider, event_id) do update
        set status = excluded.status, reason = coalesce(excluded.reason, held.reason),
          handled_at = excluded.handled_at, order_id = coalesce(excluded.order_id, held.order_id)
        where held.status <> 'handled'
          and (held.status, held.reason, held.order_id) is distinct from (
            excluded.status, coalesce(excluded.reason, held.reason), coalesce(excluded.order_id, held.order_id))
        """,
            provider,
            event.id(),
            event.type(),
            event.apiVersion(),
            orderId,
            payload(event),
            status.wireName(),
            reason,
            event.created(),
            now,
            status == Status.HANDLED ? now : null)
        == 1;
  }

  /** The order is as the provider says: what was parked about it is settled. */
  public static void settleParked(Transaction transaction, UUID orderId) throws SQLException {
    transaction.update(
        """
        update provider_event set status = 'handled', handled_at = ?
        where order_id = ? and status = 'parked'
        """,
        transaction.now(),
        orderId);
  }

  /** Up to where the provider's list of events was read. */
  public static Optional<Instant> checkpoint(Transaction transaction, String provider)
      throws SQLException {
    return transaction.first(
        "select events_to from provider_checkpoint where provider = ?",
        row -> row.instant("events_to"),
        provider);
  }

  /** Remembers how far the list was read; it never goes back. */
  public static void setCheckpoint(Transaction transaction, String provider, Instant eventsTo)
      throws SQLException {
    transaction.update(
        """
        insert into provider_checkpoint as held (provider, events_to, updated_at) values (?, ?, ?)
        on conflict (provider) do update
        set events_to = greatest(held.events_to, excluded.events_to), updated_at = excluded.updated_at
        """,
        provider,
        eventsTo,
        transaction.now());
  }
}
