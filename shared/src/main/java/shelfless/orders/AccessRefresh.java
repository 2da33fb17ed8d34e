package shelfless.orders;

import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.data.Orders;
import shelfless.data.Transaction;
import shelfless.domain.Access;
import shelfless.domain.EntitlementStatus;
import shelfless.domain.OrderFacts;
import shelfless.domain.OrderStatus;
import shelfless.domain.Unit;
import shelfless.json.Json;

/**
 * Derives again what an order, its entitlements and licence keys say, from what is recorded (rule
 * 7). Called in every transaction that records a payment, refund, dispute or revocation, with the
 * order's row locked.
 */
public final class AccessRefresh {
  private AccessRefresh() {}

  private record Held(
      UUID id,
      Unit unit,
      EntitlementStatus status,
      @Nullable String reason,
      boolean withdrawn,
      boolean keyMissing) {}

  /**
   * Writes what the derivation says wherever it differs, each change with its audit row.
   *
   * @return the order with its payment, and the status that it had before
   */
  public static Orders.Order refresh(Transaction transaction, UUID orderId, String actor)
      throws SQLException {
    Orders.Order order = Orders.lock(transaction, orderId).orElseThrow();
    refresh(transaction, order, actor);
    return order;
  }

  /**
   * The same for an order that was locked and read already.
   *
   * @param order with the payment and the status that it has now
   */
  static void refresh(Transaction transaction, Orders.Order order, String actor)
      throws SQLException {
    OrderFacts facts = Orders.facts(transaction, order);
    refreshOrder(transaction, order, facts, actor);
    for (Held held :
        transaction.list(
            """
            select e.id, e.order_item_id, e.unit, e.status, e.revoked_reason, e.withdrawn_at is not null as withdrawn,
              p.licensed and l.id is null as key_missing
            from entitlement e
            join product p on p.id = e.product_id
            left join license_key l on l.entitlement_id = e.id
            where e.order_id = ? order by e.id for update of e
            """,
            row ->
                new Held(
                    row.uuid("id"),
                    new Unit(row.uuid("order_item_id"), row.integer("unit")),
                    EntitlementStatus.of(row.text("status")).orElseThrow(),
                    row.textOrNull("revoked_reason"),
                    row.bool("withdrawn"),
                    // A product that became licensed after the sale owes its earlier buyers no key.
                    row.bool("key_missing") && row.text("status").equals("pending")),
            order.id())) {
      refreshEntitlement(
          transaction,
          held,
          Access.derive(facts, held.unit, held.withdrawn, held.keyMissing),
          actor);
    }
  }

  private static void refreshOrder(
      Transaction transaction, Orders.Order order, OrderFacts facts, String actor)
      throws SQLException {
    OrderStatus status = Access.orderStatus(order.status(), facts);
    if (status != order.status()) {
      Orders.setStatus(transaction, order.id(), status);
      transaction.audit(
          actor,
          "order." + status.wireName(),
          "order",
          order.id(),
          Json.object().put("before", order.status().wireName()).put("after", status.wireName()));
    }
  }

  private static void refreshEntitlement(
      Transaction transaction, Held held, Access access, String actor) throws SQLException {
    String reason =
        access.status() == EntitlementStatus.REVOKED && access.reason() != null
            ? access.reason().wireName()
            : null;
    if (access.status() == held.status && java.util.Objects.equals(reason, held.reason)) {
      return;
    }
    boolean revoked = access.status() == EntitlementStatus.REVOKED;
    transaction.update(
        """
        update entitlement set status = ?, revoked_reason = ?,
          revoked_at = case when ? then coalesce(revoked_at, ?) end
        where id = ?
        """,
        access.status().wireName(),
        reason,
        revoked,
        transaction.now(),
        held.id);
    transaction.update(
        "update license_key set status = ? where entitlement_id = ?",
        switch (access.status()) {
          case REVOKED -> "revoked";
          case SUSPENDED -> "suspended";
          case ACTIVE, PENDING -> "active";
        },
        held.id);
    transaction.audit(
        actor,
        "entitlement." + access.status().wireName(),
        "entitlement",
        held.id,
        Json.object()
            .put("before", held.status.wireName())
            .put("after", access.status().wireName())
            .put("reason", access.reason() == null ? null : access.reason().wireName()));
  }
}
