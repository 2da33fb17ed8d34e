package shelfless.bench.cost;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import shelfless.local.Json;

/** The tables beside this class. Their numbers are texts, so that none goes through a double. */
final class Resources {
  private Resources() {}

  static JsonNode read(String name) {
    try (InputStream in = Resources.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new CostException("There is no " + name + ".");
      }
      return Json.parse(in.readAllBytes());
    } catch (IOException unreadable) {
      throw new CostException("Cannot read " + name + ".", unreadable);
    }
  }

  static String text(JsonNode object, String field) {
    JsonNode value = object.get(field);
    if (value == null || !value.isTextual() || value.textValue().isBlank()) {
      throw new CostException("There is no text '" + field + "' in " + Json.write(object));
    }
    return value.textValue();
  }

  /** At least 0. */
  static BigDecimal number(JsonNode object, String field) {
    String text = text(object, field);
    try {
      BigDecimal number = new BigDecimal(text);
      if (number.signum() >= 0) {
        return number;
      }
      throw new CostException("'" + field + "' is below 0 in " + Json.write(object));
    } catch (NumberFormatException malformed) {
      throw new CostException("'" + field + "' is no number in " + Json.write(object), malformed);
    }
  }
}
