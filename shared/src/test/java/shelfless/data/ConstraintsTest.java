package shelfless.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import shelfless.testing.TestDatabase;

/** What the database refuses by itself, in a shop in which all that must hold does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConstraintsTest {
  private TestDatabase database;

  @BeforeAll
  void loadASoundShop() throws Exception {
    database = TestDatabase.migrated();
    try (Connection connection = database.connectAsSuperuser();
        Statement statement = connection.createStatement();
        InputStream sound =
            ConstraintsTest.class.getResourceAsStream("/shelfless/invariants/sound.sql")) {
      connection.setAutoCommit(false);
      statement.execute(new String(sound.readAllBytes(), StandardCharsets.UTF_8));
      connection.commit();
    }
  }

  @AfterAll
  void drop() {
    database.close();
  }

  /**
   * A change that is refused.
   *
   * @param role who asks
   * @param by the constraint, trigger or privilege that refuses
   */
  private record Refused(String sentence, String role, String by, String sql) {}

  private static Refused anybody(String sentence, String by, String sql) {
    return new Refused(sentence, "postgres", by, sql);
  }

  private static Refused app(String sentence, String sql) {
    return new Refused(sentence, "app", "privilege", sql);
  }

  @TestFactory
  Stream<DynamicTest> theDatabaseRefuses() {
    return Stream.of(
            app(
                "rule 1: the functions change a line of an order",
                "update order_item set unit_price = 1"),
            anybody(
                "rule 1: anybody changes a line of an order",
                "history",
                "update order_item set unit_price = 1"),
            anybody("rule 1: anybody deletes a line", "history", "delete from order_item"),
            app("rule 1: the functions change a total", "update orders set total_amount = 1"),
            app("rule 1: the functions delete an order", "delete from orders"),
            anybody(
                "rule 1: a total that is not what it is made of",
                "order_total",
                "update orders set total_amount = total_amount + 1 where id = id(101)"),
            anybody(
                "rule 1: a line that is added later",
                "order_sums",
                """
                insert into order_item (id, order_id, position, product_id, sku, title, unit_price, quantity, line_total)
                values (id(1), id(101), 2, id(1), 'SKU', 'Title', 1, 1, 1)
                """),
            anybody(
                "rule 1: an order without lines",
                "order_sums",
                """
                insert into orders (id, subtotal, discount, tax, total_amount, currency, token_hash, token_key_id,
                  created_at) values (id(1), 0, 0, 0, 0, 'EUR', hash_of('x'), 'k1', at(0))
                """),
            anybody(
                "rule 1: a line for nothing in an order that was placed before",
                "order_sums",
                """
                insert into order_item (id, order_id, position, product_id, sku, title, unit_price, quantity, line_total)
                select id(1), id(101), 9, p.id, 'SKU', 'Title', 0, 1, 0 from product p
                where p.id not in (select product_id from order_item where order_id = id(101)) limit 1
                """),
            app(
                "rule 1: the functions say which transaction placed an order",
                "insert into orders (id, placed_in) values (id(1), '1')"),
            anybody(
                "rule 1: a paid order that reads as unpaid again",
                "order_transition",
                "update orders set status = 'cancelled' where id = id(101)"),
            anybody(
                "rule 1: another time of payment",
                "order_transition",
                "update orders set paid_at = at(0) where id = id(101)"),
            anybody(
                "rule 1: an order that is paid without a time",
                "order_paid",
                "update orders set status = 'paid' where id = id(102)"),
            anybody(
                "rule 2: the same product in two lines",
                "order_item_order_id_product_id_key",
                """
                insert into order_item (id, order_id, position, product_id, sku, title, unit_price, quantity, line_total)
                values (id(1), id(101), 2, id(2), 'SKU', 'Title', 1, 1, 1)
                """),
            anybody(
                "rule 2: a sum that is not price times quantity",
                "order_item_check",
                """
                insert into order_item (id, order_id, position, product_id, sku, title, unit_price, quantity, line_total)
                values (id(1), id(101), 2, id(1), 'SKU', 'Title', 2, 2, 3)
                """),
            anybody(
                "rule 3: a unit that is delivered twice",
                "entitlement_once",
                entitlement(101, 1011, 1, 2)),
            anybody(
                "rule 3: a unit more than was bought",
                "entitlement_within_item",
                entitlement(101, 1011, 4, 2)),
            anybody(
                "rule 3: a unit of an order that is not paid",
                "entitlement_within_item",
                entitlement(102, 1021, 1, 1)),
            anybody(
                "rule 3: a unit of another order's item",
                "entitlement_within_item",
                entitlement(103, 1011, 1, 2)),
            anybody(
                "rule 3: an order that is paid twice",
                "payment_once",
                """
                insert into payment (id, order_id, provider, provider_payment_id, amount, currency, status, paid_at,
                  created_at) values (id(1), id(101), 'stripe', 'pi_x', 1, 'EUR', 'succeeded', at(0), at(0))
                """),
            anybody(
                "rule 3: a payment of the provider's for two orders",
                "payment_provider_provider_payment_id_key",
                """
                insert into payment (id, order_id, provider, provider_payment_id, amount, currency, status, created_at)
                values (id(1), id(102), 'stripe', 'pi_101', 1, 'EUR', 'pending', at(0))
                """),
            anybody(
                "rule 4: two licence keys for one unit",
                "license_key_entitlement_id_key",
                "insert into license_key (id, entitlement_id, key, status, created_at) "
                    + "values (id(1), id(10101), 'KEY-NEW-1', 'active', at(0))"),
            anybody(
                "rule 6: more downloads left than the limit",
                "entitlement_check",
                "update entitlement set downloads_left = 6 where id = id(10101)"),
            anybody(
                "rule 6: fewer than no downloads left",
                "entitlement_downloads_left_check",
                "update entitlement set downloads_left = -1 where id = id(10101)"),
            app("rule 6: the functions forget a download", "delete from download"),
            anybody(
                "rule 6: anybody makes a download free",
                "history",
                "update download set charged = false"),
            anybody(
                "rule 8: more given back than was paid",
                "refunds_within_payment",
                refund(101, 9801, "'re_x'")),
            anybody(
                "rule 8: something given back of an order that was not paid",
                "refunds_within_payment",
                refund(102, 1, "'re_x'")),
            anybody(
                "rule 8: a refund of the provider's that is counted twice",
                "refund_provider_provider_refund_id_key",
                refund(105, 1, "'re_9101'")),
            anybody(
                "rule 8: a unit that is named twice by one refund",
                "refund_unit_pkey",
                "insert into refund_unit (refund_id, order_item_id, unit) values (id(9101), id(1011), 3)"),
            anybody(
                "rule 9: a dispute of the provider's that is there twice",
                "dispute_provider_provider_dispute_id_key",
                """
                insert into dispute (id, order_id, provider, provider_dispute_id, amount, currency, status, reason,
                  created_at) values (id(9), id(101), 'stripe', 'dp_1', 1, 'EUR', 'lost', 'x', at(0))
                """),
            app("rule 10: the functions delete a product", "delete from product where id = id(1)"),
            anybody(
                "rule 10: a product that was sold is deleted",
                "fkey",
                "delete from product where id = id(1)"),
            anybody(
                "rule 10: two files of one name and version",
                "product_asset_product_id_file_name_version_key",
                """
                insert into product_asset (id, product_id, storage_path, file_name, file_size, mime_type, checksum,
                  version, created_at)
                values (id(1), id(1), 'other', 'file', 1, 'a/b', repeat('0', 64), 1, at(0))
                """),
            anybody(
                "rule 11: a key that is given twice",
                "license_key_key_key",
                "insert into license_key (id, entitlement_id, key, status, created_at) "
                    + "select id(1), id(10301), key, 'active', at(0) from license_key where id = id(10101)"),
            anybody(
                "rule 11: more activations than allowed",
                "license_key_limit",
                "update license_key set activated_count = 3 where id = id(10101)"),
            anybody(
                "rule 11: a machine that is activated twice",
                "license_activation_once",
                "insert into license_activation (id, license_key_id, instance_name, fingerprint, created_at) "
                    + "values (id(2), id(10101), 'again', 'machine', at(0))"),
            anybody(
                "rule 12: more uses of a promotion than its limit",
                "promotion_limit",
                "update promotion set redemptions = redemptions + 1 where id = id(7)"),
            anybody(
                "rule 12: two uses of promotions by one order",
                "promotion_redemption_pkey",
                """
                insert into promotion_redemption (order_id, promotion_id, customer, status, created_at, updated_at)
                values (id(102), id(7), hash_of('x'), 'reserved', at(0), at(0))
                """),
            app("rule 13: the functions change the audit log", "update audit_log set actor = 'x'"),
            app("rule 13: the functions shorten the audit log", "delete from audit_log"),
            app(
                "rule 13: the functions move the audit log's head",
                "update audit_head set seq = 0"),
            anybody(
                "rule 13: anybody changes the audit log",
                "history",
                "update audit_log set actor = 'x'"),
            anybody("rule 13: anybody empties the audit log", "history", "truncate audit_log"),
            app("invoices: the functions change one", "update invoice set document = '{}'"),
            anybody("invoices: anybody deletes one", "history", "delete from invoice"),
            anybody(
                "invoices: two of one order",
                "invoice_once",
                "insert into invoice (id, order_id, kind, number, document, issued_at) "
                    + "values (id(9), id(101), 'invoice', 2, '{}', at(0))"),
            anybody(
                "rule 16: two accounts of one address",
                "app_user_email",
                "insert into app_user (id, email, created_at, updated_at) "
                    + "values (id(1), 'a@example.com', at(0), at(0)), (id(2), 'A@Example.com', at(0), at(0))"))
        .map(refused -> dynamicTest(refused.sentence, () -> check(refused)));
  }

  private static String entitlement(int order, int item, int unit, int product) {
    return """
        insert into entitlement (id, order_id, order_item_id, unit, product_id, status, issued_at, token_hash,
          token_key_id) values (id(1), id(%d), id(%d), %d, id(%d), 'active', at(0), hash_of('x'), 'k1')
        """
        .formatted(order, item, unit, product);
  }

  private static String refund(int order, int amount, String providerId) {
    return """
        insert into refund (id, order_id, amount, currency, reason, status, provider, provider_refund_id, created_by,
          created_at, updated_at)
        values (id(1), id(%d), %d, 'EUR', 'other', 'succeeded', 'stripe', %s, 'system', at(0), at(0))
        """
        .formatted(order, amount, providerId);
  }

  private void check(Refused refused) throws SQLException {
    try (Connection connection = database.connect(refused.role);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      PSQLException refusal =
          assertThrows(
              PSQLException.class,
              () -> {
                statement.execute(refused.sql);
                connection.commit();
              });
      connection.rollback();
      assertEquals(refused.by, by(refusal, refused.by), refusal.getMessage());
    }
  }

  private static String by(PSQLException refusal, String expected) {
    if (String.valueOf(refusal.getSQLState()).equals("42501")) {
      return "privilege";
    }
    if (String.valueOf(refusal.getMessage()).contains("its rows are history")) {
      return "history";
    }
    ServerErrorMessage message = refusal.getServerErrorMessage();
    String constraint = message == null ? "" : String.valueOf(message.getConstraint());
    // Checks without a name of their own are numbered by the database.
    String family = expected.equals("fkey") ? ".*_fkey" : expected + "\\d*";
    return constraint.matches(family) ? expected : constraint;
  }
}
