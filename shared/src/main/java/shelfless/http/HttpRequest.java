package shelfless.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import shelfless.json.Json;

/** A request, read from API Gateway's payload format 2.0. Nothing of it is trusted. */
public final class HttpRequest {
  private final String method;
  private final String path;
  private final String requestId;
  private final String clientAddress;
  private final Map<String, String> headers;
  private final Map<String, String> pathParameters;
  private final Map<String, String> query;

  /** Null when it can't be decoded. */
  private final byte @Nullable [] body;

  /** Apart, since most requests need none of them, and start without. */
  private static final class Patterns {
    static final Pattern DAY = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
    static final Pattern TIME =
        Pattern.compile(
            DAY + "[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})");

    // Only what has a colon and no other letters than an address has: names are never looked up.
    static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
  }

  private HttpRequest(
      String method,
      String path,
      String requestId,
      String clientAddress,
      Map<String, String> headers,
      Map<String, String> pathParameters,
      Map<String, String> query,
      byte @Nullable [] body) {
    this.method = method;
    this.path = path;
    this.requestId = requestId;
    this.clientAddress = clientAddress;
    this.headers = headers;
    this.pathParameters = pathParameters;
    this.query = query;
    this.body = body;
  }

  static HttpRequest of(JsonNode event, String fallbackRequestId) {
    JsonNode context = event.path("requestContext");
    Map<String, String> headers = texts(event.path("headers"), true);
    // Behind CloudFront the connection's address is CloudFront's; the viewer's comes as
    // address:port.
    String viewer = headers.get("cloudfront-viewer-address");
    String address =
        viewer == null
            ? context.path("http").path("sourceIp").asText("")
            : viewer.substring(0, Math.max(0, viewer.lastIndexOf(':')));
    String text = event.path("body").asText("");
    byte[] body =
        event.path("isBase64Encoded").asBoolean(false)
            ? decoded(text)
            : text.getBytes(StandardCharsets.UTF_8);
    return new HttpRequest(
        context.path("http").path("method").asText("GET"),
        event.path("rawPath").asText("/"),
        context.path("requestId").asText(fallbackRequestId),
        network(address),
        headers,
        texts(event.path("pathParameters"), false),
        texts(event.path("queryStringParameters"), false),
        body);
  }

  private static byte @Nullable [] decoded(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException malformed) {
      return null;
    }
  }

  private static String network(String address) {
    if (address.indexOf(':') < 0) {
      return address;
    }
    String literal = address.replace("[", "").replace("]", "");
    if (!Patterns.IPV6.matcher(literal).matches()) {
      return address;
    }
    try {
      byte[] bytes = InetAddress.getByName(literal).getAddress();
      return bytes.length == 16
          ? HexFormat.of().formatHex(bytes, 0, 8)
          : InetAddress.getByAddress(bytes).getHostAddress();
    } catch (UnknownHostException noAddress) {
      return address;
    }
  }

  private static Map<String, String> texts(JsonNode object, boolean lowerCase) {
    Map<String, String> texts = new HashMap<>();
    object
        .properties()
        .forEach(
            field ->
                texts.put(
                    lowerCase ? field.getKey().toLowerCase(Locale.ROOT) : field.getKey(),
                    field.getValue().asText()));
    return texts;
  }

  public String method() {
    return method;
  }

  public String path() {
    return path;
  }

  public String requestId() {
    return requestId;
  }

  /**
   * Whom a rate limit counts: the address of the caller's end of the connection, of IPv6 its first
   * 64 bits, since a single subscriber has all that follow (RFC 6177).
   */
  public String clientAddress() {
    return clientAddress;
  }

  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  /**
   * The path parameter; it is there, since the route matched. One that holds control characters can
   * name nothing, and is empty.
   */
  public String pathParameter(String name) {
    return Optional.ofNullable(pathParameters.get(name))
        .filter(HttpRequest::isPrintable)
        .orElse("");
  }

  private static boolean isPrintable(String text) {
    return text.codePoints()
        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
  }

  /** A path parameter that is an id; 404 for anything else, since no such thing can exist. */
  public UUID pathId(String name, String what) {
    return uuid(pathParameter(name)).orElseThrow(() -> Problem.notFound(what));
  }

  /** The canonical text of a UUID, in either case; nothing for any other text. */
  public static Optional<UUID> uuid(String text) {
    // UUID.fromString takes shortened groups, too.
    return text.length() == 36 && text.matches("[0-9a-fA-F-]{36}") ? parse(text) : Optional.empty();
  }

  private static Optional<UUID> parse(String text) {
    try {
      return Optional.of(UUID.fromString(text))
          .filter(id -> id.toString().equals(text.toLowerCase(Locale.ROOT)));
    } catch (IllegalArgumentException noId) {
      return Optional.empty();
    }
  }

  /** A query parameter; nothing when it is missing or empty, 400 when it is absurd. */
  public Optional<String> query(String name) {
    return query(name, 1_000);
  }

  /** The same, of at most so many characters. */
  public Optional<String> query(String name, int longest) {
    Optional<String> value = Optional.ofNullable(query.get(name)).filter(text -> !text.isEmpty());
    if (value.isPresent() && (value.get().length() > longest || !isPrintable(value.get()))) {
      throw Problem.malformed(
          name, "must have at most " + longest + " characters, and no control characters.");
    }
    return value;
  }

  /**
   * Refuses query parameters that the operation does not know (400), so that a misspelled one is
   * not lost.
   */
  public void knowsQuery(String... names) {
    Set<String> known = Set.of(names);
    for (String name : query.keySet()) {
      if (!known.contains(name)) {
        throw Problem.malformed(
            name, "is not known here; known are: " + String.join(", ", names) + ".");
      }
    }
  }

  /** A whole number from the query, between the bounds; 400 for anything else. */
  public int queryInteger(String name, int least, int most, int otherwise) {
    String text = query(name).orElse(null);
    if (text == null) {
      return otherwise;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      // Refused below, like one out of bounds.
    }
    throw Problem.malformed(name, "must be a whole number from " + least + " to " + most + ".");
  }

  /** A text from the query that is one of those given; 400 for any other. */
  public String queryChoice(String name, List<String> choices, String otherwise) {
    String value = query(name).orElse(otherwise);
    if (!choices.contains(value)) {
      throw Problem.malformed(name, "must be one of: " + String.join(", ", choices) + ".");
    }
    return value;
  }

  /** A day from the query, as {@code 2026-03-01}; 400 for anything else. */
  public Optional<LocalDate> queryDate(String name) {
    Optional<String> text = query(name);
    if (text.isPresent() && !Patterns.DAY.matcher(text.get()).matches()) {
      throw Problem.malformed(name, "must be a date such as 2026-03-01.");
    }
    try {
      return text.map(LocalDate::parse);
    } catch (DateTimeParseException noSuchDay) {
      throw Problem.malformed(name, "must be a date such as 2026-03-01.");
    }
  }

  /**
   * A time from the query: RFC 3339, or a date, which stands for its first moment in UTC; 400 for
   * anything else.
   */
  public Optional<Instant> queryTime(String name) {
    Optional<String> text = query(name);
    if (text.isPresent() && Patterns.DAY.matcher(text.get()).matches()) {
      return queryDate(name).map(date -> date.atStartOfDay(ZoneOffset.UTC).toInstant());
    }
    try {
      return text.map(
          time -> {
            if (!Patterns.TIME.matcher(time).matches()) {
              throw new DateTimeParseException("not RFC 3339", time, 0);
            }
            return OffsetDateTime.parse(time.toUpperCase(Locale.ROOT)).toInstant();
          });
    } catch (DateTimeParseException noSuchTime) {
      throw Problem.malformed(
          name, "must be a time such as 2026-03-01T09:30:00Z, or a date such as 2026-03-01.");
    }
  }

  /** The raw bytes, as they were sent; 400 when they came in base64 that is none. */
  public byte[] bodyBytes() {
    if (body == null) {
      throw Problem.malformed("The body can't be decoded.");
    }
    return body;
  }

  /** The body's media type in lower case, without parameters; empty when none was sent. */
  public String mediaType() {
    return header("content-type")
        .map(type -> type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
        .orElse("");
  }

  /**
   * The body as a JSON object that is then read field by field.
   *
   * <p>413 above 64 KiB, 415 for another type, 400 for what is no JSON or no object.
   */
  public Body json() {
    return json("application/json");
  }

  /** The same, for further media types that are JSON. */
  public Body json(String... mediaTypes) {
    refuseLargerThan(64 * 1024);
    if (!List.of(mediaTypes).contains(mediaType())) {
      throw Problem.of(
          415,
          null,
          "The body must be sent with Content-Type: " + String.join(" or ", mediaTypes) + ".");
    }
    return new Body(tree());
  }

  /**
   * The body as JSON, or an empty object where none was sent: for operations whose body can be left
   * out.
   */
  public Body jsonOrNothing() {
    return bodyBytes().length == 0 ? new Body(Json.object()) : json();
  }

  private JsonNode tree() {
    try {
      JsonNode tree = Json.read(utf8());
      if (!tree.isObject()) {
        throw Problem.malformed("The body must be a JSON object.");
      }
      return tree;
    } catch (JsonProcessingException unreadable) {
      String at =
          unreadable.getLocation() == null
              ? ""
              : " (line "
                  + unreadable.getLocation().getLineNr()
                  + ", column "
                  + unreadable.getLocation().getColumnNr()
                  + ")";
      throw Problem.malformed("The body is not valid JSON" + at + ".");
    }
  }

  private String utf8() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bodyBytes())).toString();
    } catch (CharacterCodingException malformed) {
      throw Problem.malformed("The body is not valid UTF-8.");
    }
  }

  /** The fields of a form ({@code application/x-www-form-urlencoded}); 415 for another type. */
  public Map<String, String> form() {
    refuseLargerThan(64 * 1024);
    if (!mediaType().equals("application/x-www-form-urlencoded")) {
      throw Problem.of(
          415, null, "The body must be sent with Content-Type: application/x-www-form-urlencoded.");
    }
    Map<String, String> fields = new LinkedHashMap<>();
    for (String pair : utf8().split("&")) {
      String[] parts = pair.split("=", 2);
      try {
        fields.put(
            URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
            parts.length == 1 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
      } catch (IllegalArgumentException badEscape) {
        throw Problem.malformed("The form is not encoded as it must be.");
      }
    }
    return fields;
  }

  /** 413 when the body is larger. */
  public void refuseLargerThan(int limit) {
    if (bodyBytes().length > limit) {
      throw Problem.of(413, null, "The body is larger than " + limit + " bytes.");
    }
  }
}
