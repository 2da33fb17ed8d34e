package shelfless.data;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import shelfless.testing.TestDatabase;

/** Reads the database's own catalogue: what the migrations made is what the rules ask for. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SchemaTest {
  private TestDatabase database;

  @BeforeAll
  void migrate() {
    database = TestDatabase.migrated();
  }

  @AfterAll
  void drop() {
    database.close();
  }

  private Set<String> query(String sql) throws SQLException {
    try (Connection connection = database.connectAsSuperuser();
        Statement statement = connection.createStatement();
        ResultSet results = statement.executeQuery(sql)) {
      Set<String> rows = new TreeSet<>();
      while (results.next()) {
        rows.add(results.getString(1));
      }
      return rows;
    }
  }

  @Test
  void everyForeignKeyHasAnIndexThatBeginsWithIt() throws SQLException {
    assertEquals(
        Set.of(),
        query(
            """
            select conrelid::regclass || '.' || conname
            from pg_constraint
            where contype = 'f' and not exists (
              select from pg_index
              where indrelid = conrelid
                and (string_to_array(indkey::text, ' ')::smallint[])[1:cardinality(conkey)] @> conkey
                -- Of partial ones only those that leave nothing out but null.
                and (indpred is null or pg_get_expr(indpred, indrelid) = '(' || (
                  select attname from pg_attribute where attrelid = conrelid and attnum = conkey[1]) || ' IS NOT NULL)'))
            """));
  }

  @Test
  void everyTableHasAPrimaryKeyAndBelongsToTheMigrator() throws SQLException {
    assertEquals(
        Set.of(),
        query(
            """
            select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'public' and c.relkind = 'r'
              and (pg_get_userbyid(c.relowner) <> 'migrator'
                or not exists (select from pg_constraint where conrelid = c.oid and contype = 'p'))
            """));
  }

  @Test
  void rule1And13_theFunctionsCanUpdateNothingThatIsHistory() throws SQLException {
    assertEquals(
        Set.of(),
        query(
            """
            select relname from pg_class
            where relname in ('audit_log', 'audit_head', 'order_item', 'order_consent', 'refund_unit', 'invoice',
                'download', 'retired_token', 'checkout_session')
              and (has_any_column_privilege('app', oid, 'update') or has_table_privilege('app', oid, 'delete')
                or has_table_privilege('app', oid, 'truncate'))
            """));
  }

  @Test
  void rule1_theFunctionsCanUpdateNothingOfAnOrderButHowItStands() throws SQLException {
    assertEquals(
        Set.of(
            "awaiting_payment",
            "fulfilled_at",
            "paid_at",
            "status",
            "token_generation",
            "token_hash",
            "token_key_id",
            "user_id"),
        query(
            """
            select attname from pg_attribute
            where attrelid = 'orders'::regclass and attnum > 0
              and has_column_privilege('app', attrelid, attnum, 'update')
            """));
  }

  @Test
  void theFunctionsCanDeleteOnlyWhatIsNoRecord() throws SQLException {
    assertEquals(
        Set.of("idempotency_key", "outbox", "promotion_product", "rate_limit"),
        query(
            """
            select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'public' and relkind = 'r' and has_table_privilege('app', c.oid, 'delete')
            """));
  }

  @Test
  void theReaderCanReadAllAndChangeNothing() throws SQLException {
    assertEquals(
        Set.of(),
        query(
            """
            select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'public' and relkind = 'r' and relname <> 'flyway_schema_history'
              and (not has_table_privilege('reader', c.oid, 'select')
              or has_any_column_privilege('reader', c.oid, 'insert, update')
              or has_table_privilege('reader', c.oid, 'delete, truncate'))
            """));
  }

  /** The constraint, unique index or trigger that keeps a rule, whatever the code does. */
  @ParameterizedTest(name = "rule {0}: {2} of {1}")
  @CsvSource({
    "1, orders, order_total",
    "1, orders, order_sums",
    "1, orders, order_transition",
    "1, orders, order_paid",
    "1, order_item, order_item_sums",
    "1, order_item, order_item_unchangeable",
    "2, order_item, order_item_order_id_product_id_key",
    "2, order_item, order_item_order_id_position_key",
    "2, order_item, order_item_position_check",
    "2, order_item, order_item_quantity_check",
    "3, entitlement, entitlement_once",
    "3, entitlement, entitlement_within_item",
    "3, payment, payment_once",
    "3, payment, payment_provider_provider_payment_id_key",
    "3, provider_event, provider_event_pkey",
    "3, idempotency_key, idempotency_key_pkey",
    "3, outbox, outbox_kind_subject_id_occasion_key",
    "4, license_key, license_key_entitlement_id_key",
    "6, entitlement, entitlement_downloads_left_check",
    "7, entitlement, entitlement_status_check",
    "8, refund, refunds_within_payment",
    "8, refund, refund_provider_provider_refund_id_key",
    "8, refund_unit, refund_unit_pkey",
    "9, dispute, dispute_provider_provider_dispute_id_key",
    "10, product_asset, product_asset_product_id_file_name_version_key",
    "10, entitlement, entitlement_product_id_fkey",
    "11, license_key, license_key_key_key",
    "11, license_key, license_key_limit",
    "11, license_activation, license_activation_once",
    "11, license_pool, license_pool_product_id_key_key",
    "11, license_pool, license_pool_license_key_id_key",
    "12, promotion, promotion_limit",
    "12, promotion, promotion_code",
    "12, promotion_redemption, promotion_redemption_pkey",
    "13, audit_log, audit_log_chain",
    "13, audit_log, audit_log_unchangeable",
    "13, audit_log, audit_log_hash_key",
    "14, api_key, api_key_key_hash_key",
    "14, orders, orders_token_hash_key",
    "14, entitlement, entitlement_token_hash_key",
    "14, retired_token, retired_token_pkey",
    "16, app_user, app_user_email",
  })
  void aRuleHasItsConstraint(int rule, String table, String name) throws SQLException {
    assertTrue(
        query(
                """
                select conname from pg_constraint where conrelid = '%1$s'::regclass
                union select tgname from pg_trigger where tgrelid = '%1$s'::regclass and tgenabled = 'O'
                union select relname from pg_index join pg_class on oid = indexrelid
                  where indrelid = '%1$s'::regclass and indisunique
                """
                    .formatted(table))
            .contains(name),
        "rule " + rule + " has lost " + name + " of " + table);
  }

  // docs/data-model.md

  private static final Pattern ENTITY = Pattern.compile("  (\\w+) \\{\n((?:    .*\n)*)  }");
  private static final Pattern COLUMN =
      Pattern.compile("    (\\S+) (\\w+)((?: PK| FK| UK|,)*)(?: \".*\")?");
  private static final Pattern RELATION =
      Pattern.compile("  (\\w+) \\|\\|--o\\{ (\\w+) : \"(\\w+)\"");

  private static String diagram() throws IOException {
    String page = Files.readString(Path.of("../docs/data-model.md"));
    int begin = page.indexOf("```mermaid");
    return page.substring(begin, page.indexOf("```\n", begin));
  }

  private static List<Matcher> matches(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(
            result -> {
              Matcher matcher = pattern.matcher(result.group());
              assertTrue(matcher.matches());
              return matcher;
            })
        .toList();
  }

  @Test
  void theDiagramShowsEveryTableAndNoOther() throws Exception {
    assertEquals(
        query(
            """
            select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'public' and relkind = 'r' and relname <> 'flyway_schema_history'
            """),
        matches(ENTITY, diagram()).stream()
            .map(entity -> entity.group(1))
            .collect(toCollection(TreeSet::new)));
  }

  @Test
  void theDiagramShowsEveryForeignKeyAndNoOther() throws Exception {
    assertEquals(
        query(
            """
            select confrelid::regclass || ' <- ' || conrelid::regclass || '.' || attname
            from pg_constraint join pg_attribute on attrelid = conrelid and attnum = conkey[1]
            where contype = 'f'
            """),
        matches(RELATION, diagram()).stream()
            .map(edge -> edge.group(1) + " <- " + edge.group(2) + "." + edge.group(3))
            .collect(toCollection(TreeSet::new)));
  }

  @Test
  void theColumnsThatTheDiagramShowsAreThere_withTheirTypesAndKeys() throws Exception {
    Set<String> actual =
        query(
            """
            select format('%s.%s %s%s%s%s', a.attrelid::regclass, a.attname,
              replace(format_type(a.atttypid, null), 'timestamp with time zone', 'timestamptz'),
              case when exists (select from pg_constraint where conrelid = a.attrelid and contype = 'p'
                and a.attnum = any(conkey)) then ' PK' else '' end,
              case when exists (select from pg_constraint where conrelid = a.attrelid and contype = 'f'
                and a.attnum = any(conkey)) then ' FK' else '' end,
              case when exists (select from pg_constraint where conrelid = a.attrelid and contype = 'u'
                and conkey = array[a.attnum]) then ' UK' else '' end)
            from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'public' and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
            """);
    Set<String> shown = new TreeSet<>();
    for (Matcher entity : matches(ENTITY, diagram())) {
      for (Matcher column : matches(COLUMN, entity.group(2))) {
        shown.add(
            entity.group(1)
                + "."
                + column.group(2)
                + " "
                + column
                    .group(1)
                    .replace('_', ' ')
                    .replace("minor units", "minor_units")
                    .replace("currency code", "currency_code")
                    .replace("country code", "country_code")
                + column.group(3).replace(",", ""));
      }
    }
    assertTrue(shown.size() > 100, "the diagram could not be read");
    shown.removeAll(actual);
    assertEquals(Set.of(), shown);
  }
}
