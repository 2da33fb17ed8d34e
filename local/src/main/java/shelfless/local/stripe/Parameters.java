package shelfless.local.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.stripe.net.ApiRequestParams;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import shelfless.local.Json;

/**
 * Checks a request's parameters as Stripe does.
 *
 * <p>Names, types and allowed values are those of stripe-java's own parameter classes, which Stripe
 * generates from the API's description: so they belong to the very API version that the shop's
 * client speaks. What Stripe knows and this stand-in has no behaviour for is refused too, with a
 * message that says so, rather than accepted without effect.
 */
final class Parameters {
  /** By the parameters' names: the generated classes name their fields so, in camel case. */
  private static final ClassValue<Map<String, Field>> FIELDS =
      new ClassValue<>() {
        @Override
        protected Map<String, Field> computeValue(Class<?> type) {
          return Arrays.stream(type.getDeclaredFields())
              .filter(field -> !Modifier.isStatic(field.getModifiers()))
              .filter(field -> !field.getName().equals("extraParams"))
              .collect(Collectors.toMap(field -> snakeCase(field.getName()), field -> field));
        }
      };

  private final Class<?> schema;
  private final Set<String> modelled;
  private final List<String> required;

  /**
   * The parameters of one operation.
   *
   * @param schema stripe-java's class of this operation's parameters
   * @param modelled the parameters that the stand-in has behaviour for, nested ones with dots; a
   *     name stands for all below it
   */
  Parameters(Class<?> schema, Set<String> modelled, String... required) {
    this.schema = schema;
    this.modelled = modelled;
    this.required = List.of(required);
  }

  /** The parameters with their types: numbers, booleans, lists. {@link ApiError} when refused. */
  ObjectNode check(ObjectNode form) {
    ObjectNode typed = object(form, schema, "", "");
    for (String name : required) {
      if (!typed.has(name)) {
        throw missing(name);
      }
    }
    return typed;
  }

  static ApiError missing(String name) {
    return ApiError.parameter("parameter_missing", name, "Missing required param: " + name + ".");
  }

  private ObjectNode object(ObjectNode form, Class<?> type, String shown, String dotted) {
    ObjectNode typed = Json.object();
    form.properties()
        .forEach(
            entry -> {
              String name = entry.getKey();
              String shownName = shown.isEmpty() ? name : shown + "[" + name + "]";
              String dottedName = dotted.isEmpty() ? name : dotted + "." + name;
              Field field = field(type, name);
              if (field == null) {
                throw ApiError.parameter(
                    "parameter_unknown", shownName, "Received unknown parameter: " + shownName);
              }
              if (!isModelled(dottedName)) {
                throw ApiError.parameter(
                    null,
                    shownName,
                    "Stripe knows the parameter "
                        + shownName
                        + ", but this stand-in does nothing with it yet, so it is refused.");
              }
              typed.set(
                  name, value(entry.getValue(), field.getGenericType(), shownName, dottedName));
            });
    return typed;
  }

  private boolean isModelled(String dotted) {
    return modelled.stream()
        .anyMatch(
            name ->
                name.equals(dotted)
                    || name.startsWith(dotted + ".")
                    || dotted.startsWith(name + "."));
  }

  private static @Nullable Field field(Class<?> type, String name) {
    return FIELDS.get(type).get(name);
  }

  private static String snakeCase(String camelCase) {
    return camelCase.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  private JsonNode value(JsonNode value, Type type, String shown, String dotted) {
    if (type instanceof ParameterizedType generic) {
      if (!(value instanceof ObjectNode object)) {
        throw ApiError.parameter(
            null, shown, generic.getRawType() == List.class ? "Invalid array" : "Invalid object");
      }
      return generic.getRawType() == List.class
          ? list(object, generic.getActualTypeArguments()[0], shown, dotted)
          : strings(object, shown);
    }
    if (type == Object.class) {
      return value instanceof ObjectNode object ? strings(object, shown) : value;
    }
    Class<?> wanted = (Class<?>) type;
    boolean scalar =
        wanted.isEnum()
            || wanted == String.class
            || wanted == Long.class
            || wanted == Boolean.class;
    if (scalar != value.isTextual()) {
      throw ApiError.parameter(
          null, shown, scalar ? "Invalid " + name(wanted) + ": {}" : "Invalid object");
    }
    return value instanceof ObjectNode object
        ? object(object, wanted, shown, dotted)
        : scalar(value.asText(), wanted, shown);
  }

  private static String name(Class<?> scalar) {
    return scalar == Long.class ? "integer" : scalar == Boolean.class ? "boolean" : "string";
  }

  private ArrayNode list(ObjectNode byIndex, Type element, String shown, String dotted) {
    TreeMap<Integer, JsonNode> ordered = new TreeMap<>();
    byIndex
        .properties()
        .forEach(
            entry -> {
              if (!entry.getKey().matches("[0-9]{1,4}")) {
                throw ApiError.parameter(null, shown, "Invalid array");
              }
              ordered.put(Integer.valueOf(entry.getKey()), entry.getValue());
            });
    ArrayNode list = Json.array();
    ordered.forEach(
        (index, value) -> list.add(value(value, element, shown + "[" + index + "]", dotted)));
    return list;
  }

  private static ObjectNode strings(ObjectNode map, String shown) {
    boolean metadata = shown.endsWith("metadata") || shown.endsWith("metadata]");
    if (metadata && map.size() > 50) {
      throw ApiError.parameter(null, shown, "Metadata can have up to 50 keys.");
    }
    map.properties()
        .forEach(
            entry -> {
              String name = shown + "[" + entry.getKey() + "]";
              if (!entry.getValue().isTextual()) {
                throw ApiError.parameter(null, name, "Metadata values must be strings.");
              }
              if (metadata && entry.getKey().length() > 40) {
                throw ApiError.parameter(null, name, "Metadata keys must be under 40 characters.");
              }
              if (metadata && entry.getValue().asText().length() > 500) {
                throw ApiError.parameter(
                    null, name, "Metadata values must be under 500 characters.");
              }
            });
    return map;
  }

  private static JsonNode scalar(String text, Class<?> type, String shown) {
    if (text.isEmpty()) {
      throw ApiError.parameter(
          "parameter_invalid_empty",
          shown,
          "You passed an empty string for '%s'. We assume empty values are an attempt to unset a field; however '%s' cannot be unset. You should remove '%s' from your request or supply a non-empty value."
              .formatted(shown, shown, shown));
    }
    if (type == Boolean.class) {
      return switch (text) {
        case "true" -> BooleanNode.TRUE;
        case "false" -> BooleanNode.FALSE;
        default -> throw ApiError.parameter(null, shown, "Invalid boolean: " + text);
      };
    }
    if (type == Long.class) {
      try {
        return LongNode.valueOf(Long.parseLong(text));
      } catch (NumberFormatException malformed) {
        throw ApiError.parameter("parameter_invalid_integer", shown, "Invalid integer: " + text);
      }
    }
    if (type.isEnum()) {
      List<String> allowed = enumValues(type);
      if (!allowed.contains(text)) {
        throw ApiError.parameter(
            null, shown, "Invalid " + shown + ": must be one of " + oneOf(allowed));
      }
    }
    return TextNode.valueOf(text);
  }

  private static List<String> enumValues(Class<?> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(constant -> ((ApiRequestParams.EnumParam) constant).getValue())
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static String oneOf(List<String> values) {
    return values.size() < 2
        ? String.join("", values)
        : String.join(", ", values.subList(0, values.size() - 1)) + ", or " + values.getLast();
  }
}
