package shelfless.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * While a deployment runs, and after one was taken back, the functions of before work on the schema
 * of now. So a migration adds; what takes away or narrows names the earlier migration that made it
 * possible, in the comment before it: {@code -- contract: expanded in V015}.
 */
class ExpandThenContractTest {
  /** Those before it made the schema that the first deployment got. */
  private static final int FIRST_THAT_MEETS_A_RUNNING_SHOP = 15;

  private static final Pattern NAME = Pattern.compile("V(\\d{3})__\\w+\\.sql");
  private static final Pattern BODY = Pattern.compile("(?s)\\$(\\w*)\\$.*?\\$\\1\\$");
  private static final Pattern COMMENT = Pattern.compile("--[^\\n]*");
  private static final Pattern EXCUSE = Pattern.compile("--\\s*contract: expanded in V(\\d{3})\\b");
  private static final Pattern NEW_TABLE =
      Pattern.compile("create table (?:if not exists )?(\\w+)");

  /** What functions of before may stumble over. */
  private static final List<Pattern> NARROWING =
      Stream.of(
              "\\bdrop (?!not null|trigger|index|constraint)",
              "\\brename\\b",
              "\\bset not null\\b",
              "\\balter (column )?\\w+ (set data )?type\\b",
              "^revoke\\b",
              "^truncate\\b",
              "^delete\\b",
              "\\badd (column )?(if not exists )?(?!constraint|check|unique|primary|foreign)\\w+ (?![^,]*\\bdefault\\b)"
                  + "[^,]*\\bnot null\\b",
              "^alter table .*\\badd (constraint|check|unique|primary|foreign)\\b",
              "^create unique index\\b",
              "^create (or replace )?(constraint )?trigger\\b")
          .map(Pattern::compile)
          .toList();

  private static final Pattern ON_TABLE =
      Pattern.compile("^(?:alter table (?:only )?|create .* on )(\\w+)");

  private static Map<Integer, String> migrations() throws IOException {
    Map<Integer, String> found = new TreeMap<>();
    try (Stream<Path> files =
        Files.list(Path.of("../migrations/src/main/resources/db/migration"))) {
      for (Path file : files.toList()) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        assertTrue(name.matches(), file + " is not named V000__what_it_does.sql");
        found.put(Integer.parseInt(name.group(1)), Files.readString(file));
      }
    }
    return found;
  }

  /** The statements that narrow, without an excuse that holds. */
  private static List<String> narrowing(String sql, int version) {
    List<String> found = new ArrayList<>();
    List<String> made = new ArrayList<>();
    for (String part : BODY.matcher(sql).replaceAll("''").split(";")) {
      String statement =
          COMMENT
              .matcher(part)
              .replaceAll("")
              .strip()
              .replaceAll("\\s+", " ")
              .toLowerCase(Locale.ROOT);
      Matcher table = NEW_TABLE.matcher(statement);
      if (table.find()) {
        made.add(table.group(1));
      }
      Matcher on = ON_TABLE.matcher(statement);
      boolean isNew = on.find() && made.contains(on.group(1));
      boolean isExcused =
          EXCUSE
              .matcher(part)
              .results()
              .anyMatch(each -> Integer.parseInt(each.group(1)) < version);
      if (!isNew
          && !isExcused
          && NARROWING.stream().anyMatch(pattern -> pattern.matcher(statement).find())) {
        found.add(statement);
      }
    }
    return found;
  }

  @Test
  void aMigrationThatMeetsARunningShopAddsAndNarrowsNothing() throws IOException {
    Map<Integer, List<String>> broken = new TreeMap<>();
    migrations()
        .forEach(
            (version, sql) -> {
              if (version >= FIRST_THAT_MEETS_A_RUNNING_SHOP
                  && !narrowing(sql, version).isEmpty()) {
                broken.put(version, narrowing(sql, version));
              }
            });
    assertEquals(Map.of(), broken);
  }

  @Test
  void migrationsAreNumberedWithoutAGap() throws IOException {
    List<Integer> versions = List.copyOf(migrations().keySet());
    assertEquals(Stream.iterate(1, n -> n + 1).limit(versions.size()).toList(), versions);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "alter table orders drop column vat_id;",
        "drop table refund_request;",
        "alter table orders rename column vat_id to tax_id;",
        "alter table product alter column title set not null;",
        "alter table product alter title type varchar(100);",
        "alter table product alter column title set data type varchar(100);",
        "alter table product add column weight integer not null;",
        "alter table product add weight integer not null;",
        "alter table product add constraint cheap check (price < 100);",
        "create unique index one_title on product (title);",
        "create trigger t before insert on orders for each row execute function f();",
        "revoke insert on orders from app;",
        "delete from promotion;",
        "-- contract: expanded in V020\nalter table orders drop column vat_id;",
        "create table another (id uuid primary key);\nalter table orders drop column vat_id;",
      })
  void whatNarrowsIsFound(String sql) {
    assertEquals(1, narrowing(sql, 20).size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-- contract: expanded in V015\nalter table orders drop column vat_id;",
        "create table another (id uuid primary key, name text not null unique);",
        "create table another (id uuid primary key);\ncreate unique index one on another (id);",
        "alter table product add column weight integer;",
        "alter table product add column weight integer not null default 0;",
        "alter table product add column weight integer default 0 not null;",
        "alter table product alter column title drop not null;",
        "create index product_weight on product (weight);",
        "create or replace function f() returns trigger language plpgsql as $$ begin drop table x; end $$;",
        "grant select on product to app;",
        "-- Nothing is dropped here: drop column\ninsert into invoice_counter values ('other', 0);",
      })
  void whatAddsIsLeftAlone(String sql) {
    assertEquals(List.of(), narrowing(sql, 20));
  }
}
