package shelfless.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trees are read and written as Jackson's own mapper would do it, which is the measure here. */
class JsonTest {
  private static final ObjectMapper MAPPER =
      new ObjectMapper(new JsonFactory())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  @Property
  void aTreeIsWrittenAsTheMapperWritesIt(@ForAll("trees") JsonNode tree) throws IOException {
    assertEquals(MAPPER.writeValueAsString(tree), Json.text(tree));
    assertEquals(Json.text(tree), new String(Json.bytes(tree), StandardCharsets.UTF_8));
  }

  @Property
  void aTextIsReadAsTheMapperReadsIt(@ForAll("trees") JsonNode tree) throws IOException {
    String text = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(tree);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    JsonNode expected = MAPPER.readTree(text);

    assertEquals(expected, Json.read(text));
    assertEquals(expected, Json.readOwn(text));
    assertEquals(expected, Json.read(bytes));
    assertEquals(expected, Json.read(new ByteArrayInputStream(bytes)));
  }

  @Provide
  Arbitrary<JsonNode> trees() {
    Arbitrary<JsonNode> leaves =
        Arbitraries.oneOf(
            Arbitraries.strings()
                .ofMaxLength(20)
                .map(text -> MAPPER.getNodeFactory().textNode(text)),
            Arbitraries.integers().map(number -> MAPPER.getNodeFactory().numberNode(number)),
            Arbitraries.longs().map(number -> MAPPER.getNodeFactory().numberNode(number)),
            Arbitraries.bigIntegers()
                .between(BigInteger.TEN.pow(30).negate(), BigInteger.TEN.pow(30))
                .map(number -> (JsonNode) MAPPER.getNodeFactory().numberNode(number)),
            Arbitraries.bigDecimals()
                .between(new BigDecimal("-1e9"), new BigDecimal("1e9"))
                .ofScale(6)
                .map(number -> (JsonNode) MAPPER.getNodeFactory().numberNode(number)),
            Arbitraries.doubles()
                .map(number -> (JsonNode) MAPPER.getNodeFactory().numberNode(number)),
            Arbitraries.of(true, false).map(flag -> MAPPER.getNodeFactory().booleanNode(flag)),
            Arbitraries.just((JsonNode) MAPPER.getNodeFactory().nullNode()));
    return nested(leaves, 3);
  }

  private static Arbitrary<JsonNode> nested(Arbitrary<JsonNode> inner, int depth) {
    if (depth == 0) {
      return inner;
    }
    Arbitrary<JsonNode> next = nested(inner, depth - 1);
    return Arbitraries.oneOf(
        inner,
        next.list()
            .ofMaxSize(4)
            .map(elements -> (JsonNode) MAPPER.createArrayNode().addAll(elements)),
        Arbitraries.maps(Arbitraries.strings().ofMaxLength(8), next)
            .ofMaxSize(4)
            .map(fields -> (JsonNode) MAPPER.createObjectNode().setAll(fields)));
  }

  @Test
  void nothingIsAMissingNode() throws IOException {
    assertTrue(Json.read("").isMissingNode());
    assertTrue(Json.read(" \n").isMissingNode());
    assertTrue(Json.read(new byte[0]).isMissingNode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1,\"a\":2}",
        "{} {}",
        "[1,]",
        "{\"a\":}",
        "{\"a\"",
        "[1 2]",
        "nul",
        "01",
        "]",
        "{'a':1}",
        "NaN",
        "// nothing\n1"
      })
  void whatIsNotJsonIsRefused(String text) {
    assertThrows(JsonProcessingException.class, () -> Json.read(text));
    assertThrows(
        JsonProcessingException.class, () -> Json.read(text.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "UTF-32BE"})
  void whatIsNotUtf8IsRefused(String charset) {
    byte[] right = "{\"a\":\"b\"}".getBytes(Charset.forName(charset));
    assertThrows(JsonProcessingException.class, () -> Json.read(right));
    byte[] wrong = right.clone();
    wrong[4] = -1;
    wrong[7] = -1;
    assertThrows(JsonProcessingException.class, () -> Json.read(wrong));
  }

  @Test
  void whatComesFromOutsideIsNotNestedDeeplyAndHasNoEndlessNumbers() throws IOException {
    String deep = "[".repeat(40) + "]".repeat(40);
    String digits = "1".repeat(60);

    assertThrows(JsonProcessingException.class, () -> Json.read(deep));
    assertThrows(JsonProcessingException.class, () -> Json.read(digits));
    assertEquals(MAPPER.readTree(deep), Json.readOwn(deep));
    assertEquals(MAPPER.readTree(digits), Json.readOwn(digits));
  }
}
