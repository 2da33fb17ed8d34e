package shelfless.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.domain.DisputeStatus;
import shelfless.domain.Money;
import shelfless.domain.OrderFacts;
import shelfless.domain.OrderStatus;
import shelfless.domain.PaymentStatus;
import shelfless.domain.RefundPlan;
import shelfless.domain.RefundStatus;
import shelfless.domain.Unit;
import shelfless.domain.Units;
import shelfless.security.Tokens;

/**
 * Orders with their items, contact, payments, refunds and disputes. What was sold is written once
 * (rule 1).
 */
public final class Orders {
  private static final String COLUMNS =
      """
      select o.id, o.number, o.user_id, c.email, o.status, o.subtotal, o.discount, o.tax, o.total_amount, o.currency, o.country,
        o.awaiting_payment, o.token_key_id, o.token_generation, o.created_at, o.paid_at, o.fulfilled_at
      from orders o left join order_contact c on c.order_id = o.id
      """;

  private Orders() {}

  /**
   * An order, as it was placed and as it stands.
   *
   * @param email the buyer's address; null once it was erased
   */
  public record Order(
      UUID id,
      String number,
      @Nullable UUID userId,
      @Nullable String email,
      OrderStatus status,
      Money subtotal,
      Money discount,
      Money tax,
      Money total,
      @Nullable String country,
      boolean awaitingPayment,
      String tokenKeyId,
      int tokenGeneration,
      Instant createdAt,
      @Nullable Instant paidAt,
      @Nullable Instant fulfilledAt) {
    static Order of(Row row) throws SQLException {
      String currency = row.text("currency");
      return new Order(
          row.uuid("id"),
          row.text("number"),
          row.uuidOrNull("user_id"),
          row.textOrNull("email"),
          OrderStatus.of(row.text("status")).orElseThrow(),
          new Money(row.number("subtotal"), currency),
          new Money(row.number("discount"), currency),
          new Money(row.number("tax"), currency),
          new Money(row.number("total_amount"), currency),
          row.textOrNull("country"),
          row.bool("awaiting_payment"),
          row.text("token_key_id"),
          row.integer("token_generation"),
          row.instant("created_at"),
          row.instantOrNull("paid_at"),
          row.instantOrNull("fulfilled_at"));
    }

    /** Whether it was paid and is not delivered yet. */
    public boolean owesDelivery() {
      return paidAt != null && fulfilledAt == null;
    }

    /** The token with which a guest reaches the order. */
    public Tokens.Token accessToken(Tokens tokens) {
      return tokens.order(id, tokenGeneration, tokenKeyId);
    }
  }

  /** One product of an order, with its price, title and sku as they were sold. */
  public record Item(
      UUID id,
      UUID productId,
      String slug,
      String sku,
      String title,
      Money unitPrice,
      int quantity,
      Money lineTotal,
      Money discount,
      BigDecimal taxRate,
      Money tax) {
    static Item of(Row row, String currency) throws SQLException {
      return new Item(
          row.uuid("id"),
          row.uuid("product_id"),
          row.text("slug"),
          row.text("sku"),
          row.text("title"),
          new Money(row.number("unit_price"), currency),
          row.integer("quantity"),
          new Money(row.number("line_total"), currency),
          new Money(row.number("discount"), currency),
          row.decimal("tax_rate"),
          new Money(row.number("tax"), currency));
    }

    /** What the buyer paid for the line. */
    public Money paid() {
      return lineTotal.minus(discount).plus(tax);
    }

    /** What each unit cost, for a refund that names units. */
    public RefundPlan.Item refundable() {
      return new RefundPlan.Item(id, Units.costs(paid(), quantity));
    }
  }

  /** A product as it is asked for in a new order. */
  public record NewItem(
      UUID id,
      UUID productId,
      String sku,
      String title,
      Money unitPrice,
      int quantity,
      Money lineTotal,
      Money discount,
      BigDecimal taxRate,
      Money tax) {}

  /** An order to be placed. */
  public record NewOrder(
      UUID id,
      String email,
      @Nullable String name,
      List<NewItem> items,
      Money subtotal,
      Money discount,
      Money tax,
      Money total,
      @Nullable String country,
      @Nullable String vatId,
      JsonNode taxEvidence,
      @Nullable UUID promotionId,
      Map<String, String> consents,
      Tokens.Token token) {}

  /** A payment at the provider. */
  public record Payment(
      UUID id,
      String provider,
      String providerPaymentId,
      Money amount,
      PaymentStatus status,
      @Nullable Instant paidAt) {}

  /** A refund, with the units that it covers. */
  public record Refund(
      UUID id,
      UUID orderId,
      Money amount,
      String reason,
      @Nullable String note,
      RefundStatus status,
      @Nullable String providerRefundId,
      Instant createdAt,
      Set<Unit> units) {
    /** With the units of another row of it. */
    private Refund with(Refund row) {
      Set<Unit> all = new HashSet<>(units);
      all.addAll(row.units);
      return new Refund(
          id, orderId, amount, reason, note, status, providerRefundId, createdAt, all);
    }
  }

  /** A dispute. */
  public record Dispute(UUID id, String providerDisputeId, Money amount, DisputeStatus status) {}

  /** Where the buyer pays. */
  public record CheckoutSession(UUID orderId, String providerSessionId, String url) {}

  /**
   * Stores a pending order with its lines; the database checks its sums at the commit. One of a
   * rehearsal uses up no number, since what is taken of a sequence is not rolled back.
   */
  public static void insert(Transaction transaction, NewOrder order) throws SQLException {
    String number = transaction.isRehearsal() ? "rehearsal-" + order.id : null;
    insert(transaction, order, number, transaction.now());
  }

  /**
   * Stores an order that the database has lost, as it was placed. It keeps its number, unless that
   * was given to another meanwhile; numbers go on behind it.
   */
  public static void insertAgain(
      Transaction transaction, NewOrder order, String number, Instant placedAt)
      throws SQLException {
    transaction.first(
        """
        select count(nextval('order_number')) as passed
        from pg_sequences, generate_series(coalesce(last_value + 1, start_value), substr(?::text, 3)::bigint)
        where schemaname = 'public' and sequencename = 'order_number'
        """,
        row -> row.number("passed"),
        number);
    insert(transaction, order, number, placedAt);
  }

  private static void insert(
      Transaction transaction, NewOrder order, @Nullable String number, Instant placedAt)
      throws SQLException {
    transaction.update(
        """
        insert into orders (id, number, subtotal, discount, tax, total_amount, currency, country, vat_id, tax_evidence,
          promotion_id, token_hash, token_key_id, token_generation, created_at)
        values (?, coalesce((select ?::text where not exists (select from orders where number = ?::text)),
          'S-' || nextval('order_number')), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        order.id,
        number,
        number,
        order.subtotal.amount(),
        order.discount.amount(),
        order.tax.amount(),
        order.total.amount(),
        order.total.currency(),
        order.country,
        order.vatId,
        order.taxEvidence,
        order.promotionId,
        order.token.hash(),
        order.token.keyId(),
        order.token.generation(),
        placedAt);
    transaction.update(
        "insert into order_contact (order_id, email, name, updated_at) values (?, ?, ?, ?)",
        order.id,
        order.email,
        order.name,
        transaction.now());
    List<@Nullable Object[]> items = new ArrayList<>();
    for (NewItem item : order.items) {
      items.add(
          new @Nullable Object[] {
            item.id,
            order.id,
            items.size() + 1,
            item.productId,
            item.sku,
            item.title,
            item.unitPrice.amount(),
            item.quantity,
            item.lineTotal.amount(),
            item.discount.amount(),
            item.taxRate,
            item.tax.amount()
          });
    }
    transaction.batch(
        """
        insert into order_item (id, order_id, position, product_id, sku, title, unit_price, quantity, line_total,
          discount, tax_rate, tax)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        items);
    for (Map.Entry<String, String> consent : order.consents.entrySet()) {
      transaction.update(
          "insert into order_consent (order_id, kind, text_version, given_at) values (?, ?, ?, ?)",
          order.id,
          consent.getKey(),
          consent.getValue(),
          placedAt);
    }
  }

  public static Optional<Order> find(Transaction transaction, UUID id) throws SQLException {
    return transaction.first(COLUMNS + "where o.id = ?", Order::of, id);
  }

  /**
   * The order with its row locked: the first lock of every transaction that changes anything about
   * it.
   */
  public static Optional<Order> lock(Transaction transaction, UUID id) throws SQLException {
    return transaction.first(COLUMNS + "where o.id = ? for update of o", Order::of, id);
  }

  /** In the order in which they were asked for. */
  public static List<Item> items(Transaction transaction, Order order) throws SQLException {
    return transaction.list(
        """
        select i.*, p.slug from order_item i join product p on p.id = i.product_id
        where i.order_id = ? order by i.position
        """,
        row -> Item.of(row, order.total.currency()),
        order.id);
  }

  /** The newest order that was paid and was placed with this address, in any case. */
  public static Optional<UUID> latestPaidOf(Transaction transaction, String email)
      throws SQLException {
    return transaction.first(
        """
        select o.id from order_contact c join orders o on o.id = c.order_id
        where lower(c.email) = lower(?) and o.paid_at is not null
        order by o.created_at desc, o.id desc limit 1
        """,
        row -> row.uuid("id"),
        email);
  }

  public static List<Payment> payments(Transaction transaction, UUID orderId) throws SQLException {
    return transaction.list(
        "select * from payment where order_id = ? order by created_at, id",
        row ->
            new Payment(
                row.uuid("id"),
                row.text("provider"),
                row.text("provider_payment_id"),
                new Money(row.number("amount"), row.text("currency")),
                PaymentStatus.of(row.text("status")).orElseThrow(),
                row.instantOrNull("paid_at")),
        orderId);
  }

  /** Oldest first. */
  public static List<Refund> refunds(Transaction transaction, UUID orderId) throws SQLException {
    // A row for each unit; one alone, without a unit, for a refund that names none.
    List<Refund> rows =
        transaction.list(
            """
            select r.*, u.order_item_id, u.unit
            from refund r left join refund_unit u on u.refund_id = r.id
            where r.order_id = ? order by r.created_at, r.id
            """,
            row ->
                new Refund(
                    row.uuid("id"),
                    orderId,
                    new Money(row.number("amount"), row.text("currency")),
                    row.text("reason"),
                    row.textOrNull("note"),
                    RefundStatus.of(row.text("status")).orElseThrow(),
                    row.textOrNull("provider_refund_id"),
                    row.instant("created_at"),
                    unit(row)),
            orderId);
    Map<UUID, Refund> refunds = new LinkedHashMap<>();
    rows.forEach(row -> refunds.merge(row.id, row, Refund::with));
    return List.copyOf(refunds.values());
  }

  private static Set<Unit> unit(Row row) throws SQLException {
    UUID item = row.uuidOrNull("order_item_id");
    return item == null ? Set.of() : Set.of(new Unit(item, row.integer("unit")));
  }

  /** The order that a refund is of. */
  public static Optional<UUID> orderOfRefund(Transaction transaction, UUID refundId)
      throws SQLException {
    return transaction.first(
        "select order_id from refund where id = ?", row -> row.uuid("order_id"), refundId);
  }

  public static List<Dispute> disputes(Transaction transaction, UUID orderId) throws SQLException {
    return transaction.list(
        "select * from dispute where order_id = ? order by created_at, id",
        row ->
            new Dispute(
                row.uuid("id"),
                row.text("provider_dispute_id"),
                new Money(row.number("amount"), row.text("currency")),
                DisputeStatus.of(row.text("status")).orElseThrow()),
        orderId);
  }

  /** What access, status and further refunds are derived from. */
  public static OrderFacts facts(Transaction transaction, Order order) throws SQLException {
    List<OrderFacts.Refund> refunds = new ArrayList<>();
    for (Refund refund : refunds(transaction, order.id)) {
      refunds.add(new OrderFacts.Refund(refund.status, refund.amount, refund.units));
    }
    return new OrderFacts(
        order.paidAt != null,
        order.total,
        refunds,
        disputes(transaction, order.id).stream().map(Dispute::status).toList());
  }

  public static void setStatus(Transaction transaction, UUID orderId, OrderStatus status)
      throws SQLException {
    transaction.update("update orders set status = ? where id = ?", status.wireName(), orderId);
  }

  /** Records that the money was taken, or that nothing was to be paid. */
  public static void setPaid(Transaction transaction, UUID orderId) throws SQLException {
    transaction.update(
        "update orders set status = 'paid', paid_at = ?, awaiting_payment = false where id = ?",
        transaction.now(),
        orderId);
  }

  /** Records that a delayed payment is on its way. */
  public static void setAwaitingPayment(Transaction transaction, UUID orderId) throws SQLException {
    transaction.update("update orders set awaiting_payment = true where id = ?", orderId);
  }

  /** Records that the order came to nothing: failed or cancelled. */
  public static void setOver(Transaction transaction, UUID orderId, OrderStatus status)
      throws SQLException {
    transaction.update(
        "update orders set status = ?, awaiting_payment = false where id = ?",
        status.wireName(),
        orderId);
  }

  public static void setFulfilled(Transaction transaction, UUID orderId) throws SQLException {
    transaction.update(
        "update orders set fulfilled_at = ? where id = ?", transaction.now(), orderId);
  }

  public static Optional<CheckoutSession> session(Transaction transaction, UUID orderId)
      throws SQLException {
    return transaction.first(
        "select * from checkout_session where order_id = ?",
        row -> new CheckoutSession(orderId, row.text("provider_session_id"), row.text("url")),
        orderId);
  }

  /** The order that the provider's session is for. */
  public static Optional<UUID> orderOfSession(
      Transaction transaction, String provider, String providerSessionId) throws SQLException {
    return transaction.first(
        "select order_id from checkout_session where provider = ? and provider_session_id = ?",
        row -> row.uuid("order_id"),
        provider,
        providerSessionId);
  }

  public static void insertSession(
      Transaction transaction,
      UUID orderId,
      String provider,
      String providerSessionId,
      String url,
      Instant expiresAt)
      throws SQLException {
    transaction.update(
        """
        insert into checkout_session (order_id, provider, provider_session_id, url, created_at, expires_at)
        values (?, ?, ?, ?, ?, ?) on conflict (order_id) do nothing
        """,
        orderId,
        provider,
        providerSessionId,
        url,
        transaction.now(),
        expiresAt);
  }

  /** The order that was paid with the provider's payment. */
  public static Optional<UUID> orderOfPayment(
      Transaction transaction, String provider, String providerPaymentId) throws SQLException {
    return transaction.first(
        "select order_id from payment where provider = ? and provider_payment_id = ?",
        row -> row.uuid("order_id"),
        provider,
        providerPaymentId);
  }

  /** Records the payment, or that it moved on: a payment that succeeded stays so. */
  public static void savePayment(
      Transaction transaction,
      UUID orderId,
      String provider,
      String providerPaymentId,
      Money amount,
      PaymentStatus status,
      ObjectNode rawResponse)
      throws SQLException {
    Instant paidAt = status == PaymentStatus.SUCCEEDED ? transaction.now() : null;
    transaction.update(
        """
        insert into payment as held (id, order_id, provider, provider_payment_id, amount, currency, status, paid_at,
          raw_response, created_at)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (provider, provider_payment_id) do update
        set status = excluded.status, paid_at = excluded.paid_at, raw_response = excluded.raw_response
        where held.status = 'pending' and excluded.status <> 'pending'
          or held.status = 'failed' and excluded.status = 'succeeded'
        """,
        transaction.newId(),
        orderId,
        provider,
        providerPaymentId,
        amount.amount(),
        amount.currency(),
        status.wireName(),
        paidAt,
        rawResponse,
        transaction.now());
  }

  public static void insertRefund(
      Transaction transaction, Refund refund, String provider, String createdBy)
      throws SQLException {
    transaction.update(
        """
        insert into refund (id, order_id, amount, currency, reason, note, status, provider, provider_refund_id,
          created_by, created_at, updated_at)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        refund.id,
        refund.orderId,
        refund.amount.amount(),
        refund.amount.currency(),
        refund.reason,
        refund.note,
        refund.status.wireName(),
        provider,
        refund.providerRefundId,
        createdBy,
        refund.createdAt,
        transaction.now());
    for (Unit unit : refund.units) {
      transaction.update(
          "insert into refund_unit (refund_id, order_item_id, unit) values (?, ?, ?)",
          refund.id,
          unit.itemId(),
          unit.number());
    }
  }

  /** Records how far the refund is at the provider. */
  public static void setRefund(
      Transaction transaction,
      UUID refundId,
      RefundStatus status,
      @Nullable String providerRefundId,
      @Nullable String failure)
      throws SQLException {
    transaction.update(
        """
        update refund
        set status = ?, provider_refund_id = coalesce(?, provider_refund_id), failure = ?, updated_at = ?
        where id = ?
        """,
        status.wireName(),
        providerRefundId,
        failure,
        transaction.now(),
        refundId);
  }

  public static void insertDispute(
      Transaction transaction,
      UUID orderId,
      String provider,
      String providerDisputeId,
      Money amount,
      DisputeStatus status,
      String reason)
      throws SQLException {
    transaction.update(
        """
        insert into dispute (id, order_id, provider, provider_dispute_id, amount, currency, status, reason, created_at,
          closed_at)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        transaction.newId(),
        orderId,
        provider,
        providerDisputeId,
        amount.amount(),
        amount.currency(),
        status.wireName(),
        reason,
        transaction.now(),
        status.isClosed() ? transaction.now() : null);
  }

  public static void setDispute(Transaction transaction, UUID disputeId, DisputeStatus status)
      throws SQLException {
    transaction.update(
        "update dispute set status = ?, closed_at = ? where id = ?",
        status.wireName(),
        status.isClosed() ? transaction.now() : null,
        disputeId);
  }

  /**
   * Which orders are asked for; nothing stands for any.
   *
   * @param email in whatever case
   * @param from placed not before
   * @param to placed before
   */
  public record Filter(
      Optional<OrderStatus> status,
      Optional<String> email,
      Optional<String> number,
      Optional<Instant> from,
      Optional<Instant> to) {}

  /** An order's place in the list. */
  public record Place(Instant createdAt, UUID id) {}

  /**
   * The newest first.
   *
   * @param after only orders behind that one
   */
  public static List<Order> list(
      Transaction transaction, Filter filter, Optional<Place> after, int limit)
      throws SQLException {
    String status = filter.status.map(OrderStatus::wireName).orElse(null);
    String email = filter.email.orElse(null);
    String number = filter.number.orElse(null);
    Instant from = filter.from.orElse(null);
    Instant to = filter.to.orElse(null);
    Instant createdAt = after.map(Place::createdAt).orElse(null);
    return transaction.list(
        COLUMNS
            + """
            where (?::text is null or o.status = ?::text)
              and (?::text is null
                or o.id in (select order_id from order_contact where lower(email) = lower(?::text)))
              and (?::text is null or o.number = ?::text)
              and (?::timestamptz is null or o.created_at >= ?::timestamptz)
              and (?::timestamptz is null or o.created_at < ?::timestamptz)
              and (?::timestamptz is null or (o.created_at, o.id) < (?::timestamptz, ?::uuid))
            order by o.created_at desc, o.id desc limit ?
            """,
        Order::of,
        status,
        status,
        email,
        email,
        number,
        number,
        from,
        from,
        to,
        to,
        createdAt,
        createdAt,
        after.map(Place::id).orElse(null),
        limit);
  }
}
