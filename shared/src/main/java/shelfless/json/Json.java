package shelfless.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.JsonTokenId;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Trees of JSON, without mapping by reflection: each field's name stands where the answer is made.
 * Names are {@code snake_case}, times RFC 3339 in UTC, money {@code {"amount", "currency"}} in
 * minor units.
 *
 * <p>The trees are Jackson's, read from its parser's tokens and written to its generator. Its
 * ObjectMapper would do the same, and be most of what JSON costs at a cold start
 * (docs/decisions/what-a-cold-start-pays-for.md). A tree's {@code toString} makes one, too: {@link
 * #text} is for that.
 */
public final class Json {
  /**
   * Refuses duplicate keys, numbers and texts of absurd length, and deep nesting: for what comes
   * from outside.
   */
  private static final JsonFactory STRICT =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Bytes that look like UTF-32 would fail with no JsonProcessingException.
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(32).maxNumberLength(40).build())
          .build();

  private static final JsonFactory PLAIN = new JsonFactory();

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private Json() {}

  /**
   * The one value that the text holds; a missing node when it holds none.
   *
   * @throws JsonProcessingException when it is not JSON, repeats a key, or holds something after
   *     its value
   */
  public static JsonNode read(String text) throws JsonProcessingException {
    try {
      return only(STRICT.createParser(text));
    } catch (JsonProcessingException malformed) {
      throw malformed;
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /** The same of UTF-8. */
  public static JsonNode read(byte[] text) throws JsonProcessingException {
    try {
      return only(STRICT.createParser(text));
    } catch (JsonProcessingException malformed) {
      throw malformed;
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /** The same of a stream, to its end. */
  public static JsonNode read(InputStream text) throws IOException {
    return only(STRICT.createParser(text));
  }

  /** Reads what the shop stored or asked for itself, which requests' limits need not hold for. */
  public static JsonNode readOwn(String text) throws JsonProcessingException {
    try {
      return only(PLAIN.createParser(text));
    } catch (JsonProcessingException malformed) {
      throw malformed;
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private static JsonNode only(JsonParser parser) throws IOException {
    try (parser) {
      if (parser.nextToken() == null) {
        return NODES.missingNode();
      }
      JsonNode value = value(parser);
      if (parser.nextToken() != null) {
        throw new JsonParseException(parser, "Something follows the value");
      }
      return value;
    }
  }

  /** The value whose first token the parser stands on; leaves it on the last. */
  private static JsonNode value(JsonParser parser) throws IOException {
    return switch (parser.currentTokenId()) {
      case JsonTokenId.ID_START_OBJECT -> {
        ObjectNode object = NODES.objectNode();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
          parser.nextToken();
          object.set(name, value(parser));
        }
        yield object;
      }
      case JsonTokenId.ID_START_ARRAY -> {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(parser));
        }
        yield array;
      }
      case JsonTokenId.ID_STRING -> NODES.textNode(parser.getText());
      case JsonTokenId.ID_NUMBER_INT ->
          switch (parser.getNumberType()) {
            case INT -> NODES.numberNode(parser.getIntValue());
            case LONG -> NODES.numberNode(parser.getLongValue());
            default -> NODES.numberNode(parser.getBigIntegerValue());
          };
      case JsonTokenId.ID_NUMBER_FLOAT ->
          NODES.numberNode(parser.getDecimalValue().stripTrailingZeros());
      case JsonTokenId.ID_TRUE -> NODES.booleanNode(true);
      case JsonTokenId.ID_FALSE -> NODES.booleanNode(false);
      case JsonTokenId.ID_NULL -> NODES.nullNode();
      default -> throw new JsonParseException(parser, "A value is missing");
    };
  }

  /** The tree as JSON on one line. */
  public static String text(JsonNode tree) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = PLAIN.createGenerator(text)) {
      write(tree, generator);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return text.toString();
  }

  /** The same in UTF-8. */
  public static byte[] bytes(JsonNode tree) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator generator = PLAIN.createGenerator(bytes)) {
      write(tree, generator);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private static void write(JsonNode tree, JsonGenerator generator) throws IOException {
    switch (tree.getNodeType()) {
      case OBJECT -> {
        generator.writeStartObject();
        for (Map.Entry<String, JsonNode> field : tree.properties()) {
          generator.writeFieldName(field.getKey());
          write(field.getValue(), generator);
        }
        generator.writeEndObject();
      }
      case ARRAY -> {
        generator.writeStartArray();
        for (JsonNode element : tree) {
          write(element, generator);
        }
        generator.writeEndArray();
      }
      case STRING -> generator.writeString(tree.textValue());
      case NUMBER -> {
        switch (tree.numberType()) {
          case INT, LONG -> generator.writeNumber(tree.longValue());
          case BIG_INTEGER -> generator.writeNumber(tree.bigIntegerValue());
          case FLOAT, DOUBLE -> generator.writeNumber(tree.doubleValue());
          case BIG_DECIMAL -> generator.writeNumber(tree.decimalValue());
        }
      }
      case BOOLEAN -> generator.writeBoolean(tree.booleanValue());
      case NULL, MISSING -> generator.writeNull();
      case BINARY, POJO -> throw new IllegalArgumentException("Trees of JSON alone are written");
    }
  }

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
