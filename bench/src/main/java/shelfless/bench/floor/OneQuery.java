package shelfless.bench.floor;

import com.amazonaws.services.lambda.crac.Core;
import com.amazonaws.services.lambda.crac.Resource;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * The least that a catalogue read can be: the statement of the public list ({@code
 * shelfless.data.Products}, newest first) by the PostgreSQL driver, and its rows as JSON by hand.
 * No event is read, no request checked, no file of a product looked up. Before a snapshot it runs
 * once and gives its connection up, by the client's own hooks.
 */
public final class OneQuery implements RequestStreamHandler, Resource {
  private static final String NEWEST =
      """
      select id, sku, slug, title, description, price, currency, kind, visibility, tags, metadata, download_limit,
        access_days, licensed, license_activation_limit, license_valid_days, version, created_at, updated_at
      , 0::float8 as rank from product
      where deleted_at is null and visibility = 'public'
        and (?::text is null or search @@ websearch_to_tsquery('english', ?::text))
        and (?::text is null or tags @> array[?::text])
      and (?::timestamptz is null or (created_at, id) < (?::timestamptz, ?::uuid))
      order by created_at desc, id desc limit ?
      """;

  /** As often as the functions, so that the two are compared alike. */
  static final int REHEARSALS = 20;

  private static final int PARAMETERS = 8;
  private static final int PAGE = 21;
  private static final int FIRST_CONTROL_FREE = 0x20;

  private @Nullable Connection connection;

  public OneQuery() {
    this(true);
  }

  /**
   * @param rehearsed whether it rehearses itself
   */
  OneQuery(boolean rehearsed) {
    if (rehearsed) {
      Core.getGlobalContext().register(this);
    }
  }

  @Override
  public void beforeCheckpoint(
      com.amazonaws.services.lambda.crac.Context<? extends Resource> snapshot) throws Exception {
    for (int i = 0; i < REHEARSALS; i++) {
      answer(OutputStream.nullOutputStream());
      disconnect();
    }
  }

  @Override
  public void afterRestore(
      com.amazonaws.services.lambda.crac.Context<? extends Resource> snapshot) {
    // The connection is opened by the first call.
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    input.readAllBytes();
    answer(output);
  }

  void disconnect() throws SQLException {
    Connection used = connection;
    connection = null;
    if (used != null) {
      used.close();
    }
  }

  void answer(OutputStream output) throws IOException {
    StringBuilder products = new StringBuilder("{\"data\":[");
    try (PreparedStatement statement = open().prepareStatement(NEWEST)) {
      for (int parameter = 1; parameter < PARAMETERS; parameter++) {
        statement.setNull(parameter, Types.VARCHAR);
      }
      statement.setInt(PARAMETERS, PAGE);
      try (ResultSet rows = statement.executeQuery()) {
        String separator = "";
        while (rows.next()) {
          products.append(separator);
          product(rows, products);
          separator = ",";
        }
      }
    } catch (SQLException failed) {
      throw new IOException(failed);
    }
    products.append("],\"next_cursor\":null}");
    StringBuilder event =
        new StringBuilder(
            "{\"statusCode\":200,\"headers\":{\"Content-Type\":\"application/json\"},\"body\":");
    text(products.toString(), event);
    output.write(event.append('}').toString().getBytes(StandardCharsets.UTF_8));
  }

  private Connection open() throws SQLException {
    Connection open = connection;
    if (open == null) {
      Properties properties = new Properties();
      properties.setProperty("user", Objects.requireNonNull(System.getenv("DATABASE_USER")));
      properties.setProperty("assumeMinServerVersion", "16");
      properties.setProperty("prepareThreshold", "0");
      open =
          Objects.requireNonNull(
              new Driver()
                  .connect(Objects.requireNonNull(System.getenv("DATABASE_URL")), properties));
      connection = open;
    }
    return open;
  }

  private static void product(ResultSet row, StringBuilder json) throws SQLException {
    json.append("{\"id\":");
    text(row.getString("id"), json);
    json.append(",\"sku\":");
    text(row.getString("sku"), json);
    json.append(",\"slug\":");
    text(row.getString("slug"), json);
    json.append(",\"title\":");
    text(row.getString("title"), json);
    json.append(",\"description\":");
    text(row.getString("description"), json);
    json.append(",\"price\":{\"amount\":").append(row.getLong("price")).append(",\"currency\":");
    text(row.getString("currency"), json);
    json.append("},\"kind\":");
    text(row.getString("kind"), json);
    json.append(",\"visibility\":");
    text(row.getString("visibility"), json);
    json.append(",\"tags\":[");
    Array tags = row.getArray("tags");
    String separator = "";
    for (String tag : (String[]) tags.getArray()) {
      json.append(separator);
      text(tag, json);
      separator = ",";
    }
    json.append("],\"delivery\":{\"download_limit\":").append(row.getString("download_limit"));
    json.append(",\"access_days\":").append(row.getString("access_days"));
    if (row.getBoolean("licensed")) {
      json.append("},\"license\":{\"activation_limit\":")
          .append(row.getString("license_activation_limit"))
          .append(",\"valid_days\":")
          .append(row.getString("license_valid_days"))
          .append('}');
    } else {
      json.append("},\"license\":null");
    }
    json.append(",\"created_at\":");
    text(row.getObject("created_at", OffsetDateTime.class).toInstant().toString(), json);
    json.append(",\"updated_at\":");
    text(row.getObject("updated_at", OffsetDateTime.class).toInstant().toString(), json);
    json.append('}');
  }

  private static void text(String value, StringBuilder json) {
    json.append('"');
    for (int i = 0; i < value.length(); i++) {
      char each = value.charAt(i);
      switch (each) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        default -> {
          if (each < FIRST_CONTROL_FREE) {
            json.append(String.format("\\u%04x", (int) each));
          } else {
            json.append(each);
          }
        }
      }
    }
    json.append('"');
  }
}
