package shelfless.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import shelfless.json.Json;

/**
 * A JSON object of a request, read field by field. What is wrong is gathered, so that one answer
 * names all of it; {@link #check} throws it, with every field that was sent and never asked for.
 *
 * <p>A reader of a field that is missing or wrong notes the error and gives a harmless value back,
 * which nobody uses since {@code check} comes before the work.
 */
public final class Body {
  private final JsonNode object;
  private final String pointer;
  private final List<Problem.FieldError> errors;
  private final Set<String> known = new LinkedHashSet<>();
  private final List<Body> children = new ArrayList<>();

  Body(JsonNode object) {
    this(object, "", new ArrayList<>());
  }

  private Body(JsonNode object, String pointer, List<Problem.FieldError> errors) {
    this.object = object;
    this.pointer = pointer;
    this.errors = errors;
  }

  private String at(String field) {
    return pointer + "/" + field.replace("~", "~0").replace("/", "~1");
  }

  /** Notes that a field breaks a rule. */
  public void error(String field, String detail) {
    errors.add(new Problem.FieldError(at(field), detail));
  }

  /** Whether the field was sent, be it with null. */
  public boolean has(String field) {
    known.add(field);
    return object.has(field);
  }

  /** Whether the field was sent with null. */
  public boolean isNull(String field) {
    return object.path(field).isNull();
  }

  private @Nullable JsonNode value(String field) {
    known.add(field);
    JsonNode value = object.get(field);
    return value == null || value.isNull() ? null : value;
  }

  private <T> T required(String field, Optional<T> value, T harmless) {
    if (value.isEmpty() && (object.get(field) == null || object.path(field).isNull())) {
      error(field, "is required.");
    }
    return value.orElse(harmless);
  }

  /** A text of at most so many characters, without control characters but line breaks and tabs. */
  public Optional<String> text(String field, int longest) {
    JsonNode value = value(field);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      error(field, "must be a string.");
      return Optional.empty();
    }
    String text = value.textValue();
    if (text.codePointCount(0, text.length()) > longest) {
      error(field, "must not be longer than " + longest + " characters.");
      return Optional.empty();
    }
    if (text.codePoints().anyMatch(Body::isRefused)) {
      error(field, "must not hold control characters.");
      return Optional.empty();
    }
    return Optional.of(text);
  }

  /**
   * Control characters but line breaks and tabs, and halves of surrogate pairs, which no encoding
   * can hold.
   */
  private static boolean isRefused(int codePoint) {
    return (Character.isISOControl(codePoint)
            && codePoint != '\n'
            && codePoint != '\r'
            && codePoint != '\t')
        || Character.getType(codePoint) == Character.SURROGATE;
  }

  /** A text that must be there and not blank. */
  public String requiredText(String field, int longest) {
    Optional<String> text = text(field, longest);
    if (text.isPresent() && text.get().isBlank()) {
      error(field, "must not be empty.");
    }
    return required(field, text, "");
  }

  /** A text that is one of those given. */
  public Optional<String> choice(String field, List<String> choices) {
    Optional<String> text = text(field, 200);
    if (text.isPresent() && !choices.contains(text.get())) {
      error(field, "must be one of: " + String.join(", ", choices) + ".");
      return Optional.empty();
    }
    return text;
  }

  /**
   * A text that the reader makes a value of; where it gives nothing, the error is {@code detail}.
   */
  public <T> Optional<T> parsed(
      String field, int longest, Function<String, Optional<T>> reader, String detail) {
    Optional<String> text = text(field, longest);
    Optional<T> value = text.flatMap(reader);
    if (text.isPresent() && value.isEmpty()) {
      error(field, detail);
    }
    return value;
  }

  /** A whole number between the bounds. */
  public Optional<Long> number(String field, long least, long most) {
    JsonNode value = value(field);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.isIntegralNumber()) {
      error(field, "must be a whole number.");
      return Optional.empty();
    }
    if (!value.canConvertToLong() || value.longValue() < least || value.longValue() > most) {
      error(field, "must be from " + least + " to " + most + ".");
      return Optional.empty();
    }
    return Optional.of(value.longValue());
  }

  public long requiredNumber(String field, long least, long most) {
    return required(field, number(field, least, most), least);
  }

  public Optional<Boolean> bool(String field) {
    JsonNode value = value(field);
    if (value != null && !value.isBoolean()) {
      error(field, "must be true or false.");
      return Optional.empty();
    }
    return Optional.ofNullable(value).map(JsonNode::booleanValue);
  }

  /** An object, read like this one. */
  public Optional<Body> object(String field) {
    JsonNode value = value(field);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.isObject()) {
      error(field, "must be an object.");
      return Optional.empty();
    }
    Body child = new Body(value, at(field), errors);
    children.add(child);
    return Optional.of(child);
  }

  public Body requiredObject(String field) {
    return required(field, object(field), new Body(Json.object(), at(field), new ArrayList<>()));
  }

  /** An object that is kept as it is, of at most so many bytes. */
  public Optional<JsonNode> freeObject(String field, int largest) {
    JsonNode value = value(field);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.isObject()) {
      error(field, "must be an object.");
      return Optional.empty();
    }
    if (Json.text(value).length() > largest) {
      error(field, "must not be larger than " + largest + " bytes.");
      return Optional.empty();
    }
    return Optional.of(value);
  }

  /** A list of objects, each read like this one. */
  public List<Body> objects(String field, int least, int most) {
    List<Body> bodies = new ArrayList<>();
    JsonNode value = array(field, least, most);
    for (int i = 0; value != null && i < value.size(); i++) {
      if (value.get(i).isObject()) {
        Body child = new Body(value.get(i), at(field) + "/" + i, errors);
        children.add(child);
        bodies.add(child);
      } else {
        errors.add(new Problem.FieldError(at(field) + "/" + i, "must be an object."));
      }
    }
    return bodies;
  }

  /** A list of different texts; empty when the field is missing. */
  public List<String> texts(String field, int least, int most, int longest) {
    Set<String> texts = new LinkedHashSet<>();
    JsonNode value = array(field, least, most);
    for (int i = 0; value != null && i < value.size(); i++) {
      String place = at(field) + "/" + i;
      JsonNode element = value.get(i);
      if (!element.isTextual()) {
        errors.add(new Problem.FieldError(place, "must be a string."));
      } else if (element.textValue().isBlank() || element.textValue().length() > longest) {
        errors.add(new Problem.FieldError(place, "must have 1 to " + longest + " characters."));
      } else if (element
          .textValue()
          .codePoints()
          .anyMatch(c -> Character.isISOControl(c) || isRefused(c))) {
        errors.add(new Problem.FieldError(place, "must not hold control characters."));
      } else {
        texts.add(element.textValue());
      }
    }
    return List.copyOf(texts);
  }

  /** A list of different texts that are each one of those given. */
  public List<String> choices(String field, int least, int most, List<String> choices) {
    List<String> texts = texts(field, least, most, 200);
    JsonNode sent = object.path(field);
    for (int i = 0; sent.isArray() && i < sent.size(); i++) {
      if (sent.get(i).isTextual() && !choices.contains(sent.get(i).textValue())) {
        errors.add(
            new Problem.FieldError(
                at(field) + "/" + i, "must be one of: " + String.join(", ", choices) + "."));
      }
    }
    return texts;
  }

  private @Nullable JsonNode array(String field, int least, int most) {
    JsonNode value = value(field);
    if (value == null) {
      if (least > 0) {
        error(field, "is required.");
      }
      return null;
    }
    if (!value.isArray()) {
      error(field, "must be a list.");
      return null;
    }
    if (value.size() < least || value.size() > most) {
      error(field, "must have from " + least + " to " + most + " elements.");
      return null;
    }
    return value;
  }

  /**
   * What a JSON Merge Patch (RFC 7396) makes of an object, to be read like any body: objects are
   * merged, all else is replaced. A null stays, since it means more than a field that is missing;
   * only within the fields named here, which hold what nobody reads, does it remove.
   */
  public Body patching(ObjectNode target, String... freeFields) {
    ObjectNode merged = target.deepCopy();
    merge(merged, object, Set.of(freeFields));
    return new Body(merged);
  }

  private static void merge(ObjectNode target, JsonNode patch, Set<String> freeFields) {
    for (var field : patch.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      if (freeFields.contains(name) && value.isObject()) {
        target.set(name, mergeFree(target.path(name), value));
      } else if (value.isObject() && target.path(name) instanceof ObjectNode inner) {
        merge(inner, value, Set.of());
      } else {
        target.set(name, value.deepCopy());
      }
    }
  }

  private static ObjectNode mergeFree(JsonNode target, JsonNode patch) {
    ObjectNode merged = target instanceof ObjectNode object ? object : Json.object();
    for (var field : patch.properties()) {
      JsonNode value = field.getValue();
      if (value.isNull()) {
        merged.remove(field.getKey());
      } else if (value.isObject()) {
        merged.set(field.getKey(), mergeFree(merged.path(field.getKey()), value));
      } else {
        merged.set(field.getKey(), value);
      }
    }
    return merged;
  }

  /** Throws 422 with all that was wrong, fields that nobody asked for included. */
  public void check() {
    noteUnknown();
    if (!errors.isEmpty()) {
      throw Problem.invalid(List.copyOf(new LinkedHashSet<>(errors)));
    }
  }

  private void noteUnknown() {
    Set<String> sent = new HashSet<>();
    object.fieldNames().forEachRemaining(sent::add);
    sent.removeAll(known);
    sent.stream()
        .sorted()
        .forEach(
            field ->
                error(field, "is not known here; known are: " + String.join(", ", known) + "."));
    children.forEach(Body::noteUnknown);
  }

  /** The object itself, for a fingerprint of the request. */
  public JsonNode tree() {
    return object;
  }
}
