package shelfless.data;

import com.fasterxml.jackson.databind.JsonNode;
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

  /**
   * What came of one.
   *
   * @param rows how many rows break it
   * @param shown the first of them as the query returns them: ids, states and numbers
   */
  public record Finding(String name, long rows, List<JsonNode> shown) {}

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

  /**
   * Runs one of them by the shop's clock.
   *
   * @param shown how many of the rows that break it are wanted
   */
  public static Finding check(Transaction transaction, Invariant invariant, int shown)
      throws SQLException {
    transaction.first(
        "select set_config('shelfless.now', ?, true) as now",
        row -> row.text("now"),
        transaction.now().toString());
    List<Broken> broken =
        transaction.list(
            "select count(*) over () as rows, to_jsonb(broken) as shown from ("
                + invariant.query
                + "\n) broken limit ?",
            row -> new Broken(row.number("rows"), row.json("shown")),
            shown);
    return new Finding(
        invariant.name,
        broken.isEmpty() ? 0 : broken.getFirst().rows,
        broken.stream().map(Broken::shown).toList());
  }

  private record Broken(long rows, JsonNode shown) {}
}
