package shelfless.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What must always hold, as {@code invariants.sql} says it: each a query that returns the rows that
 * break it.
 */
public final class Invariants {
  private static final Pattern PART =
      Pattern.compile("(?ms)^-- name: *(\\w+) *$(.*?)(?=^-- name:|\\z)");

  private Invariants() {}

  /** One of them; the query ends without a semicolon. */
  public record Invariant(String name, String query) {}

  /** How many rows break it. */
  public record Finding(String name, long rows) {}

  /** All of them, in the order of the file. */
  public static List<Invariant> all() {
    return read("invariants.sql");
  }

  /** The parts of such a file, which stands beside {@code invariants.sql}. */
  static List<Invariant> read(String file) {
    try (InputStream resource = Invariants.class.getResourceAsStream("/shelfless/" + file)) {
      if (resource == null) {
        throw new IllegalStateException("There is no /shelfless/" + file + " on the class path.");
      }
      Matcher part = PART.matcher(new String(resource.readAllBytes(), StandardCharsets.UTF_8));
      List<Invariant> parts = new ArrayList<>();
      while (part.find()) {
        parts.add(new Invariant(part.group(1), part.group(2).strip().replaceFirst(";\\z", "")));
      }
      return parts;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Runs all of them by the shop's clock. */
  public static List<Finding> check(Transaction transaction) throws SQLException {
    transaction.first(
        "select set_config('shelfless.now', ?, true) as now",
        row -> row.text("now"),
        transaction.now().toString());
    List<Finding> findings = new ArrayList<>();
    for (Invariant invariant : all()) {
      long rows =
          transaction
              .first(
                  "select count(*) as rows from (" + invariant.query + "\n) broken",
                  row -> row.number("rows"))
              .orElseThrow();
      findings.add(new Finding(invariant.name, rows));
    }
    return findings;
  }
}
