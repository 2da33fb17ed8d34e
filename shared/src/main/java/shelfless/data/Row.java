package shelfless.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.json.Json;

/**
 * The row under the cursor, read by column name. The plain readers refuse null, since the schema
 * does; those that end in {@code OrNull} give it back.
 */
public final class Row {
  private final ResultSet results;

  Row(ResultSet results) {
    this.results = results;
  }

  private static <T> T present(@Nullable T value, String column) {
    if (value == null) {
      throw new IllegalStateException("Column " + column + " is null");
    }
    return value;
  }

  public UUID uuid(String column) throws SQLException {
    return present(uuidOrNull(column), column);
  }

  public @Nullable UUID uuidOrNull(String column) throws SQLException {
    return results.getObject(column, UUID.class);
  }

  public String text(String column) throws SQLException {
    return present(textOrNull(column), column);
  }

  public @Nullable String textOrNull(String column) throws SQLException {
    return results.getString(column);
  }

  public boolean bool(String column) throws SQLException {
    return results.getBoolean(column);
  }

  public int integer(String column) throws SQLException {
    return present(integerOrNull(column), column);
  }

  public @Nullable Integer integerOrNull(String column) throws SQLException {
    int value = results.getInt(column);
    return results.wasNull() ? null : value;
  }

  public long number(String column) throws SQLException {
    return present(numberOrNull(column), column);
  }

  public @Nullable Long numberOrNull(String column) throws SQLException {
    long value = results.getLong(column);
    return results.wasNull() ? null : value;
  }

  public double real(String column) throws SQLException {
    return results.getDouble(column);
  }

  public BigDecimal decimal(String column) throws SQLException {
    return present(results.getBigDecimal(column), column);
  }

  public Instant instant(String column) throws SQLException {
    return present(instantOrNull(column), column);
  }

  public @Nullable Instant instantOrNull(String column) throws SQLException {
    OffsetDateTime time = results.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  public LocalDate date(String column) throws SQLException {
    return present(results.getObject(column, LocalDate.class), column);
  }

  public byte[] bytes(String column) throws SQLException {
    return present(results.getBytes(column), column);
  }

  public List<String> texts(String column) throws SQLException {
    Array array = present(results.getArray(column), column);
    return List.of((String[]) array.getArray());
  }

  /** A jsonb column. */
  public JsonNode json(String column) throws SQLException {
    try {
      return Json.readOwn(text(column));
    } catch (JsonProcessingException unreadable) {
      throw new IllegalStateException("Column " + column + " holds no JSON", unreadable);
    }
  }
}
