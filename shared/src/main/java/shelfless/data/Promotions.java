package shelfless.data;

import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.domain.Money;
import shelfless.domain.Promotion;

/**
 * Promotions, and the orders that hold or used one. The limits hold under concurrency (rule 12).
 */
public final class Promotions {
  private Promotions() {}

  /** A promotion that can be used now. */
  public record Usable(UUID id, Promotion promotion) {}

  private record Stored(
      UUID id, @Nullable Integer percentOff, @Nullable Long amountOff, @Nullable String currency) {}

  /**
   * The promotion of that code, in either case, if it is valid now; its limits are asked when it is
   * reserved.
   */
  public static Optional<Usable> findUsable(Transaction transaction, String code)
      throws SQLException {
    Instant now = transaction.now();
    Stored stored =
        transaction
            .first(
                """
                select id, percent_off, amount_off, currency from promotion
                where lower(code) = lower(?) and active
                  and (starts_at is null or starts_at <= ?) and (ends_at is null or ends_at > ?)
                  and (max_redemptions is null or redemptions < max_redemptions)
                """,
                row ->
                    new Stored(
                        row.uuid("id"),
                        row.integerOrNull("percent_off"),
                        row.numberOrNull("amount_off"),
                        row.textOrNull("currency")),
                code,
                now,
                now)
            .orElse(null);
    if (stored == null) {
      return Optional.empty();
    }
    Set<UUID> products =
        new HashSet<>(
            transaction.list(
                "select product_id from promotion_product where promotion_id = ?",
                row -> row.uuid("product_id"),
                stored.id));
    Promotion.Off off =
        stored.percentOff != null
            ? new Promotion.Percent(stored.percentOff)
            : new Promotion.Amount(
                new Money(
                    java.util.Objects.requireNonNull(stored.amountOff),
                    java.util.Objects.requireNonNull(stored.currency)));
    return Optional.of(new Usable(stored.id, new Promotion(off, products)));
  }

  /**
   * Reserves one use for the order; false when a limit is reached. The promotion's row is locked by
   * the update, so that the customer's uses can be counted after it.
   */
  public static boolean reserve(
      Transaction transaction, UUID promotionId, UUID orderId, byte[] customer)
      throws SQLException {
    Instant now = transaction.now();
    int counted =
        transaction.update(
            """
            update promotion set redemptions = redemptions + 1
            where id = ? and active and (max_redemptions is null or redemptions < max_redemptions)
            """,
            promotionId);
    if (counted == 0) {
      return false;
    }
    boolean withinCustomersLimit =
        transaction
            .first(
                """
                select 1 as one from promotion p where p.id = ? and (p.max_per_customer is null or p.max_per_customer > (
                  select count(*) from promotion_redemption r
                  where r.promotion_id = p.id and r.customer = ? and r.status <> 'released'))
                """,
                row -> row.integer("one"),
                promotionId,
                customer)
            .isPresent();
    if (!withinCustomersLimit) {
      transaction.update(
          "update promotion set redemptions = redemptions - 1 where id = ?", promotionId);
      return false;
    }
    transaction.update(
        """
        insert into promotion_redemption (order_id, promotion_id, customer, status, created_at, updated_at)
        values (?, ?, ?, 'reserved', ?, ?)
        """,
        orderId,
        promotionId,
        customer,
        now,
        now);
    return true;
  }

  /** The order was paid: its reservation is used up. */
  public static void redeem(Transaction transaction, UUID orderId) throws SQLException {
    transaction.update(
        "update promotion_redemption set status = 'redeemed', updated_at = ? where order_id = ? and status = 'reserved'",
        transaction.now(),
        orderId);
  }

  /** The order came to nothing: its reservation goes back. */
  public static void release(Transaction transaction, UUID orderId) throws SQLException {
    transaction.update(
        """
        with released as (
          update promotion_redemption set status = 'released', updated_at = ?
          where order_id = ? and status = 'reserved' returning promotion_id)
        update promotion set redemptions = redemptions - 1 where id in (select promotion_id from released)
        """,
        transaction.now(),
        orderId);
  }
}
