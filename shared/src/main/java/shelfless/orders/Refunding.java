package shelfless.orders;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.aws.Queues;
import shelfless.data.Database;
import shelfless.data.Orders;
import shelfless.data.Transaction;
import shelfless.domain.Money;
import shelfless.domain.PaymentStatus;
import shelfless.domain.RefundPlan;
import shelfless.domain.RefundReason;
import shelfless.domain.RefundStatus;
import shelfless.json.Json;
import shelfless.runtime.Environment;

/**
 * Gives money back (rule 8): the refund is recorded as requested, then asked for at the provider
 * under our id, then recorded as what the provider made of it. A crash in between is picked up by
 * {@link #carryOut}, which can be called again and again.
 */
public final class Refunding {
  private final Database database;
  private final PaymentProvider provider;
  private final Queues queues;

  public Refunding(Environment environment, PaymentProvider provider) {
    this.database = environment.database();
    this.provider = provider;
    this.queues = environment.queues();
  }

  /** Remembers the refund, in the transaction that records it. */
  @FunctionalInterface
  public interface Keep {
    void keep(Transaction transaction, UUID refundId) throws SQLException;
  }

  /** What came of the request. */
  public sealed interface Requested {
    record Recorded(UUID refundId) implements Requested {}

    record Refused(RefundPlan.Refused why) implements Requested {}

    record NoSuchOrder() implements Requested {}
  }

  /** Records what is to be given back, if the order allows it. */
  public Requested request(
      UUID orderId,
      RefundPlan.Request wanted,
      RefundReason reason,
      @Nullable String note,
      String actor,
      Keep keep) {
    return database.transaction(
        transaction -> {
          Optional<Orders.Order> order = Orders.lock(transaction, orderId);
          if (order.isEmpty()) {
            return new Requested.NoSuchOrder();
          }
          List<RefundPlan.Item> items =
              Orders.items(transaction, order.get()).stream().map(Orders.Item::refundable).toList();
          RefundPlan plan = RefundPlan.of(Orders.facts(transaction, order.get()), items, wanted);
          return switch (plan) {
            case RefundPlan.Refused refused -> new Requested.Refused(refused);
            case RefundPlan.Refund refund -> {
              UUID id = transaction.newId();
              Orders.insertRefund(
                  transaction,
                  new Orders.Refund(
                      id,
                      orderId,
                      refund.amount(),
                      reason.wireName(),
                      note,
                      RefundStatus.REQUESTED,
                      null,
                      transaction.now(),
                      refund.units()),
                  provider.name(),
                  actor);
              keep.keep(transaction, id);
              transaction.audit(
                  actor,
                  "refund.requested",
                  "refund",
                  id,
                  Json.object()
                      .put("order_id", orderId.toString())
                      .put("reason", reason.wireName())
                      .put("units", refund.units().size())
                      .set(
                          "amount",
                          Json.money(refund.amount().amount(), refund.amount().currency())));
              yield new Requested.Recorded(id);
            }
          };
        });
  }

  private record Command(
      PaymentProvider.NewRefund refund,
      RefundStatus status,
      PaymentProvider.@Nullable Refused refusal) {}

  /**
   * Asks the provider for a refund that was requested, and records the answer. One that got its
   * answer before is left as it is, and refused once more when it was refused. What the provider
   * refuses becomes failed, and frees the amount.
   *
   * @throws PaymentProvider.Refused when the provider refused
   */
  public void carryOut(UUID refundId) {
    Command command = database.repeatable(transaction -> command(transaction, refundId));
    if (command.refusal != null) {
      throw command.refusal;
    }
    if (command.status != RefundStatus.REQUESTED) {
      return;
    }
    try {
      PaymentProvider.RefundState made = provider.refund(command.refund);
      settle(command.refund.orderId(), refundId, made);
    } catch (PaymentProvider.Refused refused) {
      fail(command.refund.orderId(), refundId, refused);
      throw refused;
    }
  }

  private static Command command(Transaction transaction, UUID refundId) throws SQLException {
    UUID orderId = Orders.orderOfRefund(transaction, refundId).orElseThrow();
    Orders.Refund refund = find(transaction, orderId, refundId);
    String payment =
        Orders.payments(transaction, orderId).stream()
            .filter(each -> each.status() == PaymentStatus.SUCCEEDED)
            .map(Orders.Payment::providerPaymentId)
            .findFirst()
            .orElseThrow();
    Money amount = refund.amount();
    return new Command(
        new PaymentProvider.NewRefund(refundId, orderId, payment, amount, refund.reason()),
        refund.status(),
        // What fails later, the provider has made before.
        refund.status() == RefundStatus.FAILED && refund.providerRefundId() == null
            ? refusal(transaction, refundId)
            : null);
  }

  private static PaymentProvider.Refused refusal(Transaction transaction, UUID refundId)
      throws SQLException {
    return transaction
        .first(
            "select failure from refund where id = ?",
            row -> new PaymentProvider.Refused(row.text("failure"), "it was refused before."),
            refundId)
        .orElseThrow();
  }

  private static Orders.Refund find(Transaction transaction, UUID orderId, UUID refundId)
      throws SQLException {
    return Orders.refunds(transaction, orderId).stream()
        .filter(each -> each.id().equals(refundId))
        .findFirst()
        .orElseThrow();
  }

  private void settle(UUID orderId, UUID refundId, PaymentProvider.RefundState made) {
    database.transaction(
        transaction -> {
          Orders.lock(transaction, orderId);
          Reconciliation.advance(
              transaction, queues, provider.name(), find(transaction, orderId, refundId), made);
          AccessRefresh.refresh(transaction, orderId, "provider:" + provider.name());
          return true;
        });
  }

  private void fail(UUID orderId, UUID refundId, PaymentProvider.Refused refused) {
    database.transaction(
        transaction -> {
          Orders.lock(transaction, orderId);
          if (find(transaction, orderId, refundId).status() == RefundStatus.REQUESTED) {
            Orders.setRefund(transaction, refundId, RefundStatus.FAILED, null, refused.code());
            Reconciliation.auditRefund(
                transaction, "provider:" + provider.name(), refundId, orderId, RefundStatus.FAILED);
          }
          AccessRefresh.refresh(transaction, orderId, "provider:" + provider.name());
          return true;
        });
  }
}
