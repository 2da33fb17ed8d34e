package shelfless.bench.scale;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import shelfless.harness.World;
import shelfless.security.Tokens;

/**
 * What a shop of some age holds.
 *
 * @param products on sale
 * @param orders paid and delivered; each has three and a third units, and so many entitlements
 */
public record Stock(int products, int orders) {
  /** Download tokens that open something, and titles, each picked by chance. */
  public record Picked(List<String> tokens, List<String> titles) {}

  /**
   * Puts it into a new world.
   *
   * @param picked how many tokens and titles are wanted
   * @param progress is told what was done
   */
  public Picked fill(World world, int picked, Consumer<String> progress) throws SQLException {
    try (Connection connection = world.connectAsSuperuser();
        Statement statement = connection.createStatement()) {
      for (String each : script().split(";\n", -1)) {
        long begun = System.nanoTime();
        statement.execute(each);
        long seconds = (System.nanoTime() - begun) / 1_000_000_000;
        if (seconds > 0) {
          progress.accept(
              "%3d s %s"
                  .formatted(seconds, each.strip().replaceAll("(?s)(--[^\n]*\n)*(.{40}).*", "$2")));
        }
      }
      statement.execute("vacuum analyze");
      return new Picked(openSome(connection, world.tokens(), picked), titles(statement, picked));
    }
  }

  private String script() {
    try (InputStream file = Stock.class.getResourceAsStream("fill.sql")) {
      return new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8)
          .replace("{products}", Integer.toString(products))
          .replace("{orders}", Integer.toString(orders));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** The keys of the tokens are not the database's to know, so only some rows get real ones. */
  private static List<String> openSome(Connection connection, Tokens tokens, int count)
      throws SQLException {
    List<String> opened = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        PreparedStatement update =
            connection.prepareStatement("update entitlement set token_hash = ? where id = ?")) {
      for (UUID id :
          column(
              statement,
              "select id from entitlement order by md5(id::text) limit " + count,
              UUID.class)) {
        Tokens.Token token = tokens.download(id, 0, "k1");
        update.setBytes(1, token.hash());
        update.setObject(2, id);
        update.addBatch();
        opened.add(token.value());
      }
      update.executeBatch();
    }
    return opened;
  }

  private static List<String> titles(Statement statement, int count) throws SQLException {
    return column(
        statement,
        "select title from product where slug like 'product-%' order by md5(slug) limit " + count,
        String.class);
  }

  private static <T> List<T> column(Statement statement, String query, Class<T> type)
      throws SQLException {
    List<T> found = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        found.add(rows.getObject(1, type));
      }
    }
    return found;
  }
}
