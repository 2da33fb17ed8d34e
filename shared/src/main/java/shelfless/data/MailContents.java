package shelfless.data;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import shelfless.data.Entitlements.Entitlement;
import shelfless.domain.OrderFacts;
import shelfless.domain.RefundStatus;
import shelfless.domain.Unit;

/** What mails tell, read at the moment of sending: the outbox itself holds ids only. */
public sealed interface MailContents {
  /** So many orders a mail of links tells of, the newest. */
  int MOST_ORDERS = 20;

  /** An order that was paid, with what it delivered. */
  record Bought(
      Orders.Order order,
      List<Orders.Item> items,
      List<Entitlement> entitlements,
      List<Consent> consents) {}

  /** What the buyer agreed to: which text, in which version, when. */
  record Consent(String kind, String textVersion, Instant givenAt) {}

  /** What an order delivered, and what was paid for it. */
  record Receipt(String to, Bought bought) implements MailContents {}

  /**
   * Money that goes back.
   *
   * @param closed what can't be reached any more because of it, and because of refunds before it
   */
  record Refund(
      String to,
      Orders.Order order,
      List<Orders.Item> items,
      Orders.Refund refund,
      List<Entitlement> closed)
      implements MailContents {}

  /** The links of every paid order of an address, the newest first. */
  record Links(String to, List<Bought> orders) implements MailContents {}

  /** There is nothing to tell, or nobody to tell it to. */
  record Nothing(String reason) implements MailContents {}

  /** What that mail has to tell now. */
  static MailContents load(Transaction transaction, Outbox.Kind kind, UUID subject)
      throws SQLException {
    return switch (kind) {
      case RECEIPT -> receipt(transaction, subject);
      case REFUND -> refund(transaction, subject);
      case LINKS -> links(transaction, subject);
    };
  }

  private static MailContents receipt(Transaction transaction, UUID orderId) throws SQLException {
    Orders.Order order = Orders.find(transaction, orderId).orElseThrow();
    String to = order.email();
    return to == null ? erased() : new Receipt(to, bought(transaction, order));
  }

  private static MailContents refund(Transaction transaction, UUID refundId) throws SQLException {
    UUID orderId = Orders.orderOfRefund(transaction, refundId).orElseThrow();
    Orders.Order order = Orders.find(transaction, orderId).orElseThrow();
    String to = order.email();
    if (to == null) {
      return erased();
    }
    Orders.Refund refund =
        Orders.refunds(transaction, orderId).stream()
            .filter(each -> each.id().equals(refundId))
            .findFirst()
            .orElseThrow();
    if (refund.status() == RefundStatus.FAILED) {
      return new Nothing("the refund failed");
    }
    OrderFacts facts = Orders.facts(transaction, order);
    List<Entitlement> closed =
        Entitlements.listForOrder(transaction, orderId).stream()
            .filter(
                held ->
                    facts.isFullyRefunded()
                        || refund.units().contains(new Unit(held.orderItemId(), held.unit())))
            .toList();
    return new Refund(to, order, Orders.items(transaction, order), refund, closed);
  }

  private static MailContents links(Transaction transaction, UUID orderId) throws SQLException {
    String to = Orders.find(transaction, orderId).orElseThrow().email();
    if (to == null) {
      return erased();
    }
    List<UUID> ids =
        transaction.list(
            """
            select o.id
            from order_contact c join orders o on o.id = c.order_id
            where lower(c.email) = lower(?) and o.paid_at is not null
            order by o.created_at desc, o.id desc limit ?
            """,
            row -> row.uuid("id"),
            to,
            MOST_ORDERS);
    if (ids.isEmpty()) {
      return new Nothing("no order of the address is paid");
    }
    List<Bought> orders = new ArrayList<>();
    for (UUID id : ids) {
      orders.add(bought(transaction, Orders.find(transaction, id).orElseThrow()));
    }
    return new Links(to, orders);
  }

  private static Bought bought(Transaction transaction, Orders.Order order) throws SQLException {
    return new Bought(
        order,
        Orders.items(transaction, order),
        Entitlements.listForOrder(transaction, order.id()),
        transaction.list(
            "select kind, text_version, given_at from order_consent where order_id = ? order by kind",
            row -> new Consent(row.text("kind"), row.text("text_version"), row.instant("given_at")),
            order.id()));
  }

  private static Nothing erased() {
    return new Nothing("the address was erased");
  }
}
