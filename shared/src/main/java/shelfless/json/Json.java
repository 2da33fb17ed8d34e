package shelfless.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Trees of JSON, without mapping by reflection: a cold start pays for none, and each field's name
 * stands where the answer is made. Names are {@code snake_case}, times RFC 3339 in UTC, money
 * {@code {"amount", "currency"}} in minor units.
 */
public final class Json {
  /**
   * Refuses duplicate keys, what follows the value, numbers and texts of absurd length, and deep
   * nesting.
   */
  public static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(32)
                          .maxNumberLength(40)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  /** Reads what the shop stored or asked for itself, which requests' limits need not hold for. */
  public static final ObjectMapper STORED =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private Json() {}

  /** An empty object, to be filled in the order in which its fields are to be read. */
  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** An empty array. */
  public static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  /** An array of what each value becomes. */
  public static <T> ArrayNode array(Collection<T> values, Function<T, JsonNode> form) {
    ArrayNode array = array();
    values.forEach(value -> array.add(form.apply(value)));
    return array;
  }

  /** An array of texts. */
  public static ArrayNode texts(Collection<String> values) {
    ArrayNode array = array();
    values.forEach(array::add);
    return array;
  }

  /** {@code {"amount": 1900, "currency": "EUR"}}, in minor units. */
  public static ObjectNode money(long amount, String currency) {
    return object().put("amount", amount).put("currency", currency);
  }

  /** RFC 3339 in UTC, to the millisecond; null stays null. */
  public static @Nullable String time(@Nullable Instant instant) {
    return instant == null
        ? null
        : DateTimeFormatter.ISO_INSTANT.format(instant.truncatedTo(ChronoUnit.MILLIS));
  }

  /** The id's text; null stays null. */
  public static @Nullable String id(@Nullable UUID id) {
    return id == null ? null : id.toString();
  }
}
