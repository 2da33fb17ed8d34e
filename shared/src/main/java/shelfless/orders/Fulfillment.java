package shelfless.orders;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.aws.Queues;
import shelfless.data.Database;
import shelfless.data.Orders;
import shelfless.data.Outbox;
import shelfless.data.Transaction;
import shelfless.domain.DownloadTerms;
import shelfless.domain.LicenseKey;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;
import shelfless.security.Tokens;

/**
 * Delivers what a paid order is owed: one entitlement for each unit, its licence key, and the mail
 * with the links.
 */
public final class Fulfillment {
  private final Database database;
  private final Tokens tokens;
  private final Queues queues;
  private final IdGenerator ids;

  public Fulfillment(Environment environment) {
    this.database = environment.database();
    this.tokens = environment.tokens();
    this.queues = environment.queues();
    this.ids = environment.ids();
  }

  /** What came of it. */
  public enum Outcome {
    DELIVERED,
    ALREADY_DELIVERED,
    NOT_PAID,
    NO_SUCH_ORDER
  }

  /**
   * Delivers in a transaction of its own. Whoever calls it, and however often: the order's row is
   * locked first, and each unit can have one entitlement (rule 3).
   */
  public Outcome fulfill(UUID orderId) {
    return database.repeatable(
        transaction -> {
          Optional<Orders.Order> order = Orders.lock(transaction, orderId);
          if (order.isEmpty()) {
            return Outcome.NO_SUCH_ORDER;
          }
          if (order.get().paidAt() == null) {
            return Outcome.NOT_PAID;
          }
          if (order.get().fulfilledAt() != null) {
            return Outcome.ALREADY_DELIVERED;
          }
          deliver(transaction, order.get());
          return Outcome.DELIVERED;
        });
  }

  /**
   * Delivers now, so that the buyer who comes back finds the links; what fails is left to the
   * queue, and behind that to the sweep.
   */
  public void fulfillOrQueue(UUID orderId) {
    try {
      fulfill(orderId);
    } catch (RuntimeException failure) {
      queues.send("FULFILLMENT_QUEUE_URL", orderId);
    }
  }

  private record Terms(
      @Nullable Integer downloadLimit,
      @Nullable Integer accessDays,
      boolean licensed,
      @Nullable Integer activationLimit,
      @Nullable Integer validDays) {}

  private void deliver(Transaction transaction, Orders.Order order) throws SQLException {
    List<Orders.Item> items = Orders.items(transaction, order);
    int delivered = 0;
    for (Orders.Item item : items) {
      Terms terms =
          transaction
              .first(
                  """
                  select download_limit, access_days, licensed, license_activation_limit, license_valid_days
                  from product where id = ?
                  """,
                  row ->
                      new Terms(
                          row.integerOrNull("download_limit"),
                          row.integerOrNull("access_days"),
                          row.bool("licensed"),
                          row.integerOrNull("license_activation_limit"),
                          row.integerOrNull("license_valid_days")),
                  item.productId())
              .orElseThrow();
      delivered += issue(transaction, order, item, terms);
    }
    Orders.setFulfilled(transaction, order.id());
    AccessRefresh.refresh(transaction, order, "system");
    Outbox.add(transaction, queues, Outbox.Kind.RECEIPT, order.id(), "");
    transaction.audit(
        "system",
        "order.fulfilled",
        "order",
        order.id(),
        Json.object().put("entitlements", delivered));
  }

  /** One entitlement for each unit of the item, and its licence key; those that are there stay. */
  private int issue(Transaction transaction, Orders.Order order, Orders.Item item, Terms terms)
      throws SQLException {
    Instant now = transaction.now();
    List<UUID> held = new ArrayList<>();
    List<@Nullable Object[]> entitlements = new ArrayList<>();
    for (int unit = 1; unit <= item.quantity(); unit++) {
      UUID id = transaction.newId();
      Tokens.Token token = tokens.download(id, 0);
      held.add(id);
      entitlements.add(
          new @Nullable Object[] {
            id,
            order.id(),
            item.id(),
            unit,
            item.productId(),
            order.userId(),
            terms.downloadLimit,
            terms.downloadLimit,
            new DownloadTerms(terms.downloadLimit, terms.accessDays).expiresAt(now),
            now,
            token.hash(),
            token.keyId(),
            token.generation()
          });
    }
    int[] issued =
        transaction.batch(
            """
            insert into entitlement (id, order_id, order_item_id, unit, product_id, user_id, status, download_limit,
              downloads_left, expires_at, issued_at, token_hash, token_key_id, token_generation)
            values (?, ?, ?, ?, ?, ?, 'active', ?, ?, ?, ?, ?, ?, ?)
            on conflict on constraint entitlement_once do nothing
            """,
            entitlements);
    List<@Nullable Object[]> keys = new ArrayList<>();
    int delivered = 0;
    for (int i = 0; i < issued.length; i++) {
      if (issued[i] == 0) {
        continue;
      }
      delivered++;
      if (terms.licensed) {
        keys.add(
            new @Nullable Object[] {
              transaction.newId(),
              held.get(i),
              LicenseKey.of(ids.randomBytes(LicenseKey.RANDOM_BYTES)).value(),
              terms.activationLimit,
              terms.validDays == null ? null : now.plus(Duration.ofDays(terms.validDays)),
              now
            });
      }
      transaction.audit(
          "system",
          "entitlement.issued",
          "entitlement",
          held.get(i),
          Json.object().put("order_id", order.id().toString()).put("unit", i + 1));
    }
    transaction.batch(
        """
        insert into license_key (id, entitlement_id, key, activations_allowed, expires_at, status, created_at)
        values (?, ?, ?, ?, ?, 'active', ?)
        """,
        keys);
    return delivered;
  }
}
