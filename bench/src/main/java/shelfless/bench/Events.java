package shelfless.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import shelfless.local.Json;

/**
 * The files of events/, with ids, tokens and keys in them that the running shop knows. What can be
 * done once only (placing an order, being told of a payment) gets an event of its own for each
 * call.
 */
final class Events {
  private static final String BOOK = "shelfless-handbook";
  private static final int UNITS_AN_ORDER = 100;

  /** How many calls are made of what takes an order of its own to ask for. */
  private static final int ORDERS = 200;

  /** What the files have in place of real ids. */
  private static final String ORDER_ID = "01996a2e-5b00-7c3a-9f10-2b6d1e4a7c99";

  private static final String PRODUCT_ID = "01996a2e-5b00-7c3a-9f10-2b6d1e4a7c01";
  private static final String ASSET_ID = "01996a2e-5b00-7c3a-9f10-2b6d1e4a7d01";
  private static final String DOWNLOAD_TOKEN = "3f6a1c52-8d0e-8b47-a1c9-5e2f7d904b13";
  private static final String ORDER_TOKEN = "ot_replace-with-the-access-token-of-the-order";
  private static final String API_KEY = "sk_replace-with-an-api-key";
  private static final String SESSION = "cs_test_1";

  private final Path folder;
  private final Shop shop;
  private final String originKey;
  private final String webhookSecret;
  private final String productId;
  private final Shop.Purchase order;
  private final Shop.Unit unit;
  private int counter;

  /**
   * What a function is measured with.
   *
   * @param name of the row
   * @param event makes the event of the next call, as AWS sends it
   * @param calls how many there may be after one another
   */
  record Case(String name, String function, int calls, Callable<byte[]> event) {}

  private Events(
      Path folder,
      Shop shop,
      String originKey,
      String webhookSecret,
      String productId,
      Shop.Purchase order,
      Shop.Unit unit) {
    this.folder = folder;
    this.shop = shop;
    this.originKey = originKey;
    this.webhookSecret = webhookSecret;
    this.productId = productId;
    this.order = order;
    this.unit = unit;
  }

  /** Buys something, so that there is what the events ask for. */
  static Events fill(Path folder, Shop shop) throws IOException, InterruptedException {
    Shop.Purchase order = shop.order(BOOK, 1);
    shop.pay(order);
    Shop.Unit unit = shop.delivered(order, 1).getFirst();
    return new Events(
        folder,
        shop,
        shop.secret("OriginSecret").path("g1").asText(),
        shop.secret("StripeKeys").at("/webhook_secrets/0").asText(),
        shop.call("GET", "/v1/products/" + BOOK, null, null).path("id").asText(),
        order,
        unit);
  }

  /** The functions that have an event. */
  static List<String> functions(Path folder) throws IOException {
    TreeSet<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.forEach(file -> names.add(file.getFileName().toString().replaceFirst("\\.json$", "")));
    }
    return List.copyOf(names);
  }

  /**
   * The cases of a function: usually one.
   *
   * @param calls how many warm calls are wanted
   */
  List<Case> of(String function, int calls) throws IOException, InterruptedException {
    ObjectNode event = read(function);
    return switch (function) {
      case "ListProducts" ->
          List.of(
              same(function, function, calls, withoutQuery(event)),
              same(function + " (search)", function, calls, event));
      case "CreateOrder" -> List.of(each(function, calls, event, this::newBuyer));
      case "ResendLinks" -> List.of(each(function, calls, event, this::newBuyer));
      case "CancelOrder", "ReconcileOrder" ->
          List.of(new Case(function, function, Math.min(calls, ORDERS), () -> open(event)));
      case "HandleStripeWebhook" ->
          List.of(new Case(function, function, Math.min(calls, ORDERS), () -> paid(event)));
      case "CreateDownload", "StartDownload" -> List.of(downloads(function, calls, event));
      default -> List.of(same(function, function, calls, event));
    };
  }

  private ObjectNode read(String function) throws IOException {
    String text = Files.readString(folder.resolve(function + ".json"));
    Map<String, String> real = new LinkedHashMap<>();
    real.put(ORDER_ID, order.orderId());
    if (!function.startsWith("Delete")) {
      // What was deleted, the others would not find.
      real.put(PRODUCT_ID, productId);
      real.put(ASSET_ID, unit.assetId());
    }
    real.put(DOWNLOAD_TOKEN, unit.downloadToken());
    real.put(ORDER_TOKEN, order.token());
    real.put(API_KEY, shop.apiKey());
    real.put("Bearer sk_EXAMPLE", "Bearer " + shop.apiKey());
    if (!function.equals("HandleStripeWebhook")) {
      real.put(SESSION, order.session());
    }
    for (Map.Entry<String, String> each : real.entrySet()) {
      text = text.replace(each.getKey(), each.getValue());
    }
    ObjectNode event = (ObjectNode) Json.parse(text);
    if (event.path("headers").isObject() && event.has("requestContext")) {
      // As CloudFront adds it.
      event.withObject("/headers").put("x-origin-secret", originKey);
    }
    return event;
  }

  private static ObjectNode withoutQuery(ObjectNode event) {
    ObjectNode plain = event.deepCopy();
    plain.put("rawQueryString", "").remove("queryStringParameters");
    return plain;
  }

  private static Case same(String name, String function, int calls, ObjectNode event) {
    byte[] bytes = Json.bytes(event);
    return new Case(name, function, calls, () -> bytes);
  }

  private static Case each(
      String function, int calls, ObjectNode event, UnaryOperator<ObjectNode> change) {
    return new Case(function, function, calls, () -> Json.bytes(change.apply(event.deepCopy())));
  }

  /** Another person at another address, whom no rate limit knows. */
  private ObjectNode newBuyer(ObjectNode event) {
    int number = counter++;
    event.put(
        "body",
        event
            .path("body")
            .asText()
            .replace("ada@example.com", "ada." + UUID.randomUUID() + "@example.com"));
    event
        .withObject("/requestContext/http")
        .put("sourceIp", "10.%d.%d.7".formatted(number / 256 % 256, number % 256));
    if (event.at("/headers/idempotency-key").isTextual()) {
      event.withObject("/headers").put("idempotency-key", UUID.randomUUID().toString());
    }
    return event;
  }

  /** For an order that was just placed. */
  private byte[] open(ObjectNode event) throws IOException, InterruptedException {
    Shop.Purchase placed = shop.order(BOOK, 1);
    return Json.write(event)
        .replace(order.orderId(), placed.orderId())
        .replace(order.token(), placed.token())
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The notice of an order that was just paid, which the shop does not know yet. */
  private byte[] paid(ObjectNode event) throws IOException, InterruptedException {
    shop.pauseWebhooks(true);
    Shop.Purchase placed = shop.order(BOOK, 1);
    shop.pay(placed);
    String notice = Json.write(shop.notice(placed));
    ObjectNode signed = event.deepCopy();
    signed.put("body", notice);
    signed.withObject("/headers").put("stripe-signature", signature(notice));
    return Json.bytes(signed);
  }

  private String signature(String notice) {
    long time = Instant.now().getEpochSecond();
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(webhookSecret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      byte[] sum = mac.doFinal((time + "." + notice).getBytes(StandardCharsets.UTF_8));
      return "t=" + time + ",v1=" + HexFormat.of().formatHex(sum);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Each call for a unit of its own, as long as there are any. */
  private Case downloads(String function, int calls, ObjectNode event)
      throws IOException, InterruptedException {
    shop.pauseWebhooks(false);
    List<Shop.Unit> units = new ArrayList<>();
    while (units.size() < Math.min(calls, 3 * ORDERS)) {
      Shop.Purchase bought = shop.order(BOOK, UNITS_AN_ORDER);
      shop.pay(bought);
      units.addAll(shop.delivered(bought, UNITS_AN_ORDER));
    }
    String text = Json.write(event);
    return new Case(
        function,
        function,
        units.size() / 2,
        () -> {
          Shop.Unit next = units.get(counter++ % units.size());
          return text.replace(unit.downloadToken(), next.downloadToken())
              .replace(unit.assetId(), next.assetId())
              .getBytes(StandardCharsets.UTF_8);
        });
  }

  /** The status that a function answered with; of one that is not behind HTTP, its answer. */
  static String outcome(byte[] answer) {
    if (answer.length == 0) {
      return "-";
    }
    JsonNode json = Json.parse(answer);
    if (json.has("statusCode")) {
      return json.path("statusCode").asText();
    }
    String text = json.toString();
    return text.length() > 40 ? text.substring(0, 40) : text;
  }
}
