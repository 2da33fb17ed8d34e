package shelfless.orders;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import shelfless.data.Entitlements;
import shelfless.data.Orders;
import shelfless.data.Transaction;
import shelfless.domain.Money;
import shelfless.domain.PaymentStatus;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.security.Tokens;

/**
 * A sale that a function is rehearsed with before a snapshot is taken of it. It is made as any
 * other, in a transaction that is rolled back, so that nobody ever sees it.
 */
public final class RehearsedSale {
  private static final Money PRICE = new Money(100, "EUR");
  private static final String PROVIDER = "stripe";
  private static final String EMAIL = "rehearsal@example.com";

  private RehearsedSale() {}

  /**
   * An order.
   *
   * @param accessToken its buyer's
   * @param session at the provider
   * @param asset the file that belongs to what was ordered
   */
  public record Order(UUID id, String email, String accessToken, String session, UUID asset) {}

  /** A unit that was bought and delivered, and its file. */
  public record Unit(String downloadToken, UUID asset) {}

  /** Puts a product with a file on sale; its slug. */
  public static String product(Environment environment) {
    return environment.database().transaction(RehearsedSale::insertProduct).slug;
  }

  private record Product(UUID id, String slug, UUID asset) {}

  private static Product insertProduct(Transaction transaction) throws SQLException {
    UUID id = transaction.newId();
    UUID asset = transaction.newId();
    String name = "rehearsal-" + id;
    transaction.update(
        """
        insert into product (id, sku, slug, title, price, currency, kind, visibility, download_limit, access_days, licensed,
          created_at, updated_at)
        values (?, ?, ?, 'Rehearsal', ?, ?, 'ebook', 'public', 5, 30, true, ?, ?)
        """,
        id,
        name,
        name,
        PRICE.amount(),
        PRICE.currency(),
        transaction.now(),
        transaction.now());
    transaction.update(
        """
        insert into product_asset (id, product_id, storage_path, file_name, file_size, mime_type, checksum, version, status,
          created_at, ready_at)
        values (?, ?, ?, 'rehearsal.epub', 1, 'application/epub+zip', repeat('0', 64), 1, 'ready', ?, ?)
        """,
        asset,
        id,
        "products/" + name,
        transaction.now(),
        transaction.now());
    return new Product(id, name, asset);
  }

  /** Places an order that can be paid. */
  public static Order placed(Environment environment) {
    Order order = unoffered(environment);
    environment
        .database()
        .transaction(
            transaction -> {
              Orders.insertSession(
                  transaction,
                  order.id,
                  PROVIDER,
                  order.session,
                  "https://rehearsal.invalid/",
                  transaction.now().plus(Duration.ofHours(1)));
              return order;
            });
    return order;
  }

  /** Places an order whose payment page nobody has seen yet. */
  public static Order unoffered(Environment environment) {
    Tokens tokens = environment.tokens();
    UUID id = environment.ids().next();
    Tokens.Token token = tokens.order(id, 0);
    String session = RehearsedProvider.id(id, PRICE);
    return environment
        .database()
        .transaction(
            transaction -> {
              Product product = insertProduct(transaction);
              Money none = new Money(0, PRICE.currency());
              Orders.insert(
                  transaction,
                  new Orders.NewOrder(
                      id,
                      EMAIL,
                      null,
                      List.of(
                          new Orders.NewItem(
                              transaction.newId(),
                              product.id,
                              product.slug,
                              "Rehearsal",
                              PRICE,
                              1,
                              PRICE,
                              none,
                              BigDecimal.ZERO,
                              none)),
                      PRICE,
                      none,
                      none,
                      PRICE,
                      null,
                      null,
                      Json.object(),
                      null,
                      Map.of(),
                      token));
              return new Order(id, EMAIL, token.value(), session, product.asset);
            });
  }

  /** Places an order that is paid, and not delivered yet. */
  public static Order paid(Environment environment) {
    Order order = placed(environment);
    environment
        .database()
        .transaction(
            transaction -> {
              Orders.savePayment(
                  transaction,
                  order.id,
                  PROVIDER,
                  "pi_" + order.session,
                  PRICE,
                  PaymentStatus.SUCCEEDED,
                  Json.object());
              Orders.setPaid(transaction, order.id);
              return order;
            });
    return order;
  }

  /** Places an order and delivers it. */
  public static Order delivered(Environment environment) {
    Order order = paid(environment);
    new Fulfillment(environment).fulfill(order.id);
    return order;
  }

  /** Delivers a unit. */
  public static Unit unit(Environment environment) {
    Order order = delivered(environment);
    Tokens tokens = environment.tokens();
    return environment
        .database()
        .transaction(
            transaction -> {
              Entitlements.Entitlement unit =
                  Entitlements.listForOrder(transaction, order.id).getFirst();
              Tokens.Token token =
                  tokens.download(unit.id(), unit.tokenGeneration(), unit.tokenKeyId());
              return new Unit(token.value(), order.asset);
            });
  }
}
