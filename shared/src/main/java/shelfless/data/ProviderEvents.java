package shelfless.data;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.orders.PaymentProvider;

/** The inbox: what the payment provider told, once each, and what came of it. */
public final class ProviderEvents {
  private ProviderEvents() {}

  /** What came of an event. */
  public enum Status {
    HANDLED,
    PARKED;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
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
   */
  public static void save(
      Transaction transaction,
      String provider,
      PaymentProvider.Event event,
      @Nullable UUID orderId,
      Status status,
      @Nullable String reason)
      throws SQLException {
    Instant now = transaction.now();
    transaction.update(
        """
        insert into provider_event as held (provider, event_id, type, api_version, order_id, payload, status, reason,
          created_at, received_at, handled_at)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (provider, event_id) do update
        set status = excluded.status, reason = excluded.reason, handled_at = excluded.handled_at,
          order_id = excluded.order_id
        where held.status <> 'handled'
        """,
        provider,
        event.id(),
        event.type(),
        event.apiVersion(),
        orderId,
        event.evidence(),
        status.wireName(),
        reason,
        event.created(),
        now,
        status == Status.HANDLED ? now : null);
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
