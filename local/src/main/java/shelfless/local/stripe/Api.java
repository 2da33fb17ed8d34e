package shelfless.local.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.stripe.Stripe;
import com.stripe.param.BalanceTransactionRetrieveParams;
import com.stripe.param.ChargeListParams;
import com.stripe.param.ChargeRetrieveParams;
import com.stripe.param.DisputeListParams;
import com.stripe.param.DisputeRetrieveParams;
import com.stripe.param.EventListParams;
import com.stripe.param.EventRetrieveParams;
import com.stripe.param.PaymentIntentListParams;
import com.stripe.param.PaymentIntentRetrieveParams;
import com.stripe.param.RefundCancelParams;
import com.stripe.param.RefundCreateParams;
import com.stripe.param.RefundListParams;
import com.stripe.param.RefundRetrieveParams;
import com.stripe.param.RefundUpdateParams;
import com.stripe.param.checkout.SessionExpireParams;
import com.stripe.param.checkout.SessionListLineItemsParams;
import com.stripe.param.checkout.SessionListParams;
import com.stripe.param.checkout.SessionRetrieveParams;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import shelfless.local.Faults;
import shelfless.local.Json;
import shelfless.local.WebExchange;

/** The requests under {@code /v1}, as stripe-java sends them. */
final class Api {
  private static final int MOST_BODY_BYTES = 1 << 20;
  private static final Duration KEYS_KEPT = Duration.ofHours(24);
  private static final Duration EVENTS_KEPT = Duration.ofDays(30);

  /** An operation that only reads. */
  @FunctionalInterface
  private interface Reading {
    ObjectNode read(String id, ObjectNode params);
  }

  /** An operation that changes something, or nothing when it throws. */
  @FunctionalInterface
  private interface Writing {
    ObjectNode write(Ledger.Change change, String id, ObjectNode params);
  }

  private record Route(
      String method,
      Pattern path,
      Parameters parameters,
      @Nullable Reading reading,
      @Nullable Writing writing) {}

  /** An answer as it is sent, and kept for the idempotency key. */
  private record Answer(int status, String body, @Nullable String originalRequest) {}

  private final Ledger ledger;
  private final Ids ids;
  private final Agenda agenda;
  private final Webhooks webhooks;
  private final Faults faults;
  private final String apiKey;
  private final Lists lists;
  private final List<Route> routes = new ArrayList<>();
  private final Set<String> keysInUse = ConcurrentHashMap.newKeySet();

  Api(
      Ledger ledger,
      Ids ids,
      Payments payments,
      Agenda agenda,
      Webhooks webhooks,
      Faults faults,
      String apiKey,
      String paymentPages) {
    this.ledger = ledger;
    this.ids = ids;
    this.agenda = agenda;
    this.webhooks = webhooks;
    this.faults = faults;
    this.apiKey = apiKey;
    this.lists = new Lists(ledger.store());

    Refunds refunds = payments.refunds();
    post(
        "/v1/checkout/sessions",
        Sessions.CREATE,
        (change, id, params) -> Sessions.create(change, ids, params, paymentPages));
    post(
        "/v1/checkout/sessions/{id}/expire",
        of(SessionExpireParams.class),
        (change, id, params) -> payments.expire(change, Payments.session(change, id)));
    retrieve("/v1/checkout/sessions", "checkout.session", SessionRetrieveParams.class);
    list(
        "/v1/checkout/sessions",
        "checkout.session",
        SessionListParams.class,
        "payment_intent",
        "status");
    get(
        "/v1/checkout/sessions/{id}/line_items",
        of(SessionListLineItemsParams.class, "limit"),
        (id, params) -> lineItems(id));

    retrieve("/v1/payment_intents", "payment_intent", PaymentIntentRetrieveParams.class);
    list("/v1/payment_intents", "payment_intent", PaymentIntentListParams.class);
    retrieve("/v1/charges", "charge", ChargeRetrieveParams.class);
    list("/v1/charges", "charge", ChargeListParams.class, "payment_intent");

    post(
        "/v1/refunds",
        of(RefundCreateParams.class, "amount", "charge", "metadata", "payment_intent", "reason"),
        (change, id, params) -> refunds.create(change, params));
    post(
        "/v1/refunds/{id}",
        of(RefundUpdateParams.class, "metadata"),
        (change, id, params) ->
            refunds.update(change, existing(change, "refund", id), params.path("metadata")));
    post(
        "/v1/refunds/{id}/cancel",
        of(RefundCancelParams.class),
        (change, id, params) -> refunds.cancel(change, existing(change, "refund", id)));
    retrieve("/v1/refunds", "refund", RefundRetrieveParams.class);
    list("/v1/refunds", "refund", RefundListParams.class, "charge", "payment_intent");

    retrieve("/v1/disputes", "dispute", DisputeRetrieveParams.class);
    list("/v1/disputes", "dispute", DisputeListParams.class, "charge", "payment_intent");
    retrieve("/v1/events", "event", EventRetrieveParams.class);
    list("/v1/events", "event", EventListParams.class, "type", "types");
    retrieve(
        "/v1/balance_transactions", "balance_transaction", BalanceTransactionRetrieveParams.class);
  }

  private static Parameters of(Class<?> schema, String... modelled) {
    Set<String> names = new HashSet<>(List.of(modelled));
    names.add("expand");
    return new Parameters(schema, names);
  }

  private void get(String path, Parameters parameters, Reading reading) {
    routes.add(new Route("GET", pattern(path), parameters, reading, null));
  }

  private void post(String path, Parameters parameters, Writing writing) {
    routes.add(new Route("POST", pattern(path), parameters, null, writing));
  }

  private static Pattern pattern(String path) {
    return Pattern.compile(path.replace("{id}", "(?<id>[^/]+)"));
  }

  private void retrieve(String path, String kind, Class<?> schema) {
    get(
        path + "/{id}",
        of(schema),
        (id, params) ->
            ledger
                .store()
                .find(id)
                .filter(found -> found.path("object").asText().equals(kind))
                .filter(found -> ledger.store().created(id) >= oldest(kind))
                .orElseThrow(() -> ApiError.missing(kind, id)));
  }

  private void list(String path, String kind, Class<?> schema, String... filters) {
    Set<String> names = new HashSet<>(Lists.COMMON);
    names.addAll(List.of(filters));
    get(
        path,
        new Parameters(schema, names),
        (id, params) -> lists.page(kind, path, params, oldest(kind)));
  }

  /** Stripe keeps events for 30 days, everything else for good. */
  private long oldest(String kind) {
    return kind.equals("event") ? ledger.now() - EVENTS_KEPT.toSeconds() : 0;
  }

  private ObjectNode lineItems(String id) {
    ObjectNode session = ledger.store().find(id).orElseThrow(() -> missingSession(id));
    JsonNode expand = Json.object().set("expand", Json.array().add("line_items"));
    return (ObjectNode)
        new Expansion(ledger.store()::find).expand(session, expand).path("line_items");
  }

  private static ApiError missingSession(String id) {
    return ApiError.missing("checkout.session", id);
  }

  private static ObjectNode existing(Ledger.Change change, String kind, String id) {
    return change
        .find(id)
        .filter(found -> found.path("object").asText().equals(kind))
        .orElseThrow(() -> ApiError.missing(kind, id));
  }

  /** Answers one request. */
  void handle(WebExchange exchange) throws IOException, InterruptedException {
    String requestId = ids.next("req_", 14);
    String key = exchange.method().equals("POST") ? exchange.header("Idempotency-Key") : null;
    exchange.with("Request-Id", requestId).with("Stripe-Version", Stripe.API_VERSION);
    if (key != null) {
      exchange.with("Idempotency-Key", key);
    }
    boolean using = false;
    boolean lost = false;
    Answer answer;
    try {
      authenticate(exchange.header("Authorization"));
      checkVersion(exchange.header("Stripe-Version"));
      if (key != null) {
        using = keysInUse.add(checked(key));
        if (!using) {
          throw keyInUse(key);
        }
      }
      Faults.Fate fate = faults.next();
      if (fate == Faults.Fate.FAILED) {
        throw ApiError.other(
            503, "api_error", null, "Stripe is out of order, as asked for. Try again later.");
      }
      lost = fate == Faults.Fate.ANSWER_LOST;
      agenda.runDue();
      answer = answer(exchange, new Ledger.Origin(requestId, key));
    } catch (ApiError refused) {
      answer = new Answer(refused.status(), Json.pretty(refused.json()), null);
    } catch (WebExchange.BodyTooLarge tooLarge) {
      answer =
          new Answer(
              413,
              Json.pretty(
                  ApiError.other(413, "invalid_request_error", null, "The body is too large.")
                      .json()),
              null);
    } finally {
      if (using && key != null) {
        keysInUse.remove(key);
      }
    }
    if (lost) {
      exchange.drop();
      return;
    }
    if (answer.originalRequest != null) {
      exchange.with("Idempotent-Replayed", "true").with("Original-Request", answer.originalRequest);
    }
    if (answer.status == 401) {
      exchange.with("WWW-Authenticate", "Bearer realm=\"Stripe\"");
    }
    exchange.send(answer.status, "application/json", answer.body);
  }

  private void authenticate(@Nullable String header) {
    String given = "";
    if (header != null && header.startsWith("Bearer ")) {
      given = header.substring("Bearer ".length()).strip();
    } else if (header != null && header.startsWith("Basic ")) {
      given = basicUser(header.substring("Basic ".length()).strip());
    }
    if (given.isEmpty()) {
      throw ApiError.other(
          401,
          "invalid_request_error",
          null,
          "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').");
    }
    if (!given.equals(apiKey)) {
      String end = given.substring(Math.max(0, given.length() - 4));
      throw ApiError.other(
          401, "invalid_request_error", null, "Invalid API Key provided: ********" + end);
    }
  }

  private static String basicUser(String encoded) {
    try {
      String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
      return pair.substring(0, pair.indexOf(':') < 0 ? pair.length() : pair.indexOf(':'));
    } catch (IllegalArgumentException malformed) {
      return "";
    }
  }

  private static void checkVersion(@Nullable String version) {
    if (version != null && !version.equals(Stripe.API_VERSION)) {
      throw ApiError.other(
          400,
          "invalid_request_error",
          null,
          "Invalid Stripe API version: %s. This stand-in speaks %s only."
              .formatted(version, Stripe.API_VERSION));
    }
  }

  private static String checked(String key) {
    if (key.isEmpty() || key.length() > 255) {
      throw ApiError.other(
          400, "invalid_request_error", null, "An Idempotency-Key has 1 to 255 characters.");
    }
    return key;
  }

  private static ApiError keyInUse(String key) {
    return ApiError.other(
        409,
        "idempotency_error",
        "idempotency_key_in_use",
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): "
            + key
            + ". Please try again later.");
  }

  private Answer answer(WebExchange exchange, Ledger.Origin origin) throws IOException {
    String body = new String(exchange.body(MOST_BODY_BYTES), StandardCharsets.UTF_8);
    String type = exchange.header("Content-Type");
    if (!body.isEmpty()
        && (type == null || !type.startsWith("application/x-www-form-urlencoded"))) {
      throw ApiError.other(
          400,
          "invalid_request_error",
          null,
          "The body must be application/x-www-form-urlencoded, not " + type + ".");
    }
    String method = exchange.method();
    String path = exchange.rawPath();
    String form = exchange.rawQuery() + "&" + body;
    for (Route route : routes) {
      Matcher matcher = route.path.matcher(path);
      if (route.method.equals(method) && matcher.matches()) {
        String id = matcher.namedGroups().containsKey("id") ? matcher.group("id") : "";
        ObjectNode params = Forms.parse(form);
        if (route.reading != null) {
          ObjectNode checked = route.parameters.check(params);
          return ok(render(route.reading.read(id, checked), checked, ledger.store()::find));
        }
        return write(route, id, path, params, origin);
      }
    }
    throw ApiError.other(
        404,
        "invalid_request_error",
        null,
        "Unrecognized request URL (%s: %s). Please see https://stripe.com/docs or we can help at https://support.stripe.com/."
            .formatted(method, path));
  }

  private static Answer ok(ObjectNode json) {
    return new Answer(200, Json.pretty(json), null);
  }

  private ObjectNode render(
      ObjectNode answer, JsonNode params, Function<String, Optional<ObjectNode>> find) {
    if (answer.path("object").asText().equals("event")) {
      withPending(answer);
    } else {
      answer.path("data").forEach(this::withPending);
    }
    return new Expansion(find).expand(answer, params);
  }

  private void withPending(JsonNode object) {
    if (object instanceof ObjectNode event && event.has("pending_webhooks")) {
      event.put("pending_webhooks", webhooks.pending(event.path("id").asText()));
    }
  }

  private Answer write(
      Route route, String id, String path, ObjectNode params, Ledger.Origin origin) {
    String key = origin.idempotencyKey();
    if (key == null) {
      return ledger.change(origin, change -> perform(route, change, id, params));
    }
    String fingerprint = path + "\n" + canonical(params, "");
    Optional<Answer> earlier = replay(key, path, fingerprint);
    if (earlier.isPresent()) {
      return earlier.get();
    }
    try {
      return ledger.change(
          origin, change -> keep(change, origin, fingerprint, perform(route, change, id, params)));
    } catch (ApiError refused) {
      if (refused.remembered()) {
        Answer answer = new Answer(refused.status(), Json.pretty(refused.json()), null);
        return ledger.change(origin, change -> keep(change, origin, fingerprint, answer));
      }
      throw refused;
    }
  }

  private Answer perform(Route route, Ledger.Change change, String id, ObjectNode params) {
    ObjectNode checked = route.parameters.check(params);
    Writing writing = route.writing;
    if (writing == null) {
      throw new IllegalStateException("The route does not write");
    }
    ObjectNode written = writing.write(change, id, checked);
    return ok(render(written.deepCopy(), checked, change::find));
  }

  private static String recordId(String key) {
    return "idempotency/" + key;
  }

  private static Answer keep(
      Ledger.Change change, Ledger.Origin origin, String fingerprint, Answer answer) {
    change.put(
        Json.object()
            .put("id", recordId(String.valueOf(origin.idempotencyKey())))
            .put("object", "idempotency")
            .put("created", change.now())
            .put("fingerprint", fingerprint)
            .put("request", origin.requestId())
            .put("status", answer.status)
            .put("body", answer.body));
    return answer;
  }

  private Optional<Answer> replay(String key, String path, String fingerprint) {
    Optional<ObjectNode> kept =
        ledger.store().find(recordId(key)).filter(record -> !isOutdatedKey(record, ledger.now()));
    if (kept.isEmpty()) {
      return Optional.empty();
    }
    String first = kept.get().path("fingerprint").asText();
    if (!first.equals(fingerprint)) {
      String firstPath = first.substring(0, first.indexOf('\n'));
      throw ApiError.other(
          400,
          "idempotency_error",
          null,
          firstPath.equals(path)
              ? "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '%s' if you meant to execute a different request."
                  .formatted(key)
              : "Keys for idempotent requests can only be used for the same endpoint they were first used for ('%s' vs '%s'). Try using a key other than '%s' if you meant to execute a different request."
                  .formatted(path, firstPath, key));
    }
    return Optional.of(
        new Answer(
            kept.get().path("status").asInt(),
            kept.get().path("body").asText(),
            kept.get().path("request").asText()));
  }

  /** Whether this is the record of an idempotency key whose time is over. */
  static boolean isOutdatedKey(JsonNode record, long now) {
    return record.path("object").asText().equals("idempotency")
        && record.path("created").asLong() <= now - KEYS_KEPT.toSeconds();
  }

  /** The parameters in one order, whatever order they came in. */
  private static String canonical(JsonNode params, String name) {
    if (!params.isObject()) {
      return name + "=" + params.asText() + "\n";
    }
    StringBuilder text = new StringBuilder();
    TreeSet<String> names = new TreeSet<>();
    params.fieldNames().forEachRemaining(names::add);
    names.forEach(inner -> text.append(canonical(params.path(inner), name + "[" + inner + "]")));
    return text.toString();
  }
}
