package shelfless.local.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.stripe.param.checkout.SessionCreateParams;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import shelfless.local.Json;

/** Checkout sessions as the shop asks for them: hosted page, mode payment, prices given inline. */
final class Sessions {
  static final Parameters CREATE =
      new Parameters(
          SessionCreateParams.class,
          Set.of(
              "allow_promotion_codes",
              "billing_address_collection",
              "cancel_url",
              "client_reference_id",
              "currency",
              "custom_text",
              "customer_email",
              "expand",
              "expires_at",
              "line_items.metadata",
              "line_items.price_data.currency",
              "line_items.price_data.product_data",
              "line_items.price_data.tax_behavior",
              "line_items.price_data.unit_amount",
              "line_items.quantity",
              "locale",
              "metadata",
              "mode",
              "payment_intent_data.description",
              "payment_intent_data.metadata",
              "payment_intent_data.receipt_email",
              "payment_intent_data.statement_descriptor",
              "payment_intent_data.statement_descriptor_suffix",
              "payment_method_types",
              "submit_type",
              "success_url",
              "ui_mode"),
          "mode",
          "line_items",
          "success_url");

  /** What the session says just as it was asked for. */
  private static final List<String> ECHOED =
      List.of(
          "allow_promotion_codes",
          "billing_address_collection",
          "cancel_url",
          "client_reference_id",
          "customer_email",
          "locale",
          "metadata",
          "payment_method_types",
          "submit_type",
          "success_url");

  private static final Pattern EMAIL = Pattern.compile("[^@\\s]+@[^@\\s]+\\.[^@\\s]+");
  private static final Duration SHORTEST = Duration.ofMinutes(30);
  private static final Duration LONGEST = Duration.ofHours(24);
  private static final long MOST_UNITS = 999_999;

  private Sessions() {}

  /** The id under which a session's line items and what its payment will carry are kept. */
  static String detailsId(String sessionId) {
    return sessionId + "/details";
  }

  /**
   * Makes a session of checked parameters.
   *
   * @param payments the address of the payment page, without the session's id
   */
  static ObjectNode create(Ledger.Change change, Ids ids, ObjectNode params, String payments) {
    refuseOtherModes(params);
    String id = ids.next("cs_test_a1", 56);
    ArrayNode items = lineItems(change, params);
    String currency = items.path(0).path("currency").asText();
    long total = total(items, currency);
    ObjectNode session = Shapes.session();
    for (String name : ECHOED) {
      if (params.has(name)) {
        session.set(name, params.get(name));
      }
    }
    session
        .put("id", id)
        .put("amount_subtotal", total)
        .put("amount_total", total)
        .put("created", change.now())
        .put("currency", currency)
        .put("expires_at", expiresAt(change.now(), params))
        .put("url", payments + id);
    session.withObjectProperty("custom_text").setAll(params.withObjectProperty("custom_text"));
    if (params.has("customer_email")) {
      session.set("customer_details", customer(params.path("customer_email").asText()));
    }
    ObjectNode details =
        Json.object().put("id", detailsId(id)).put("object", "checkout.session.details");
    details.set("line_items", items);
    details.set("payment_intent_data", params.withObjectProperty("payment_intent_data"));
    change.put(details);
    change.put(session);
    change.schedule("expire_session", id, session.path("expires_at").asLong());
    return session;
  }

  private static void refuseOtherModes(ObjectNode params) {
    refuseUnless(params, "mode", "payment");
    refuseUnless(params, "ui_mode", "hosted_page");
    refuseUnless(params, "allow_promotion_codes", "false");
    url(params, "success_url");
    url(params, "cancel_url");
    if (params.path("client_reference_id").asText().length() > 200) {
      throw ApiError.parameter(
          "parameter_invalid_string_blank",
          "client_reference_id",
          "The client_reference_id must be at most 200 characters.");
    }
    JsonNode email = params.path("customer_email");
    if (email.isTextual() && !EMAIL.matcher(email.asText()).matches()) {
      throw ApiError.parameter(
          "email_invalid", "customer_email", "Invalid email address: " + email.asText());
    }
  }

  private static void refuseUnless(ObjectNode params, String name, String only) {
    if (params.has(name) && !params.path(name).asText().equals(only)) {
      throw ApiError.parameter(
          null,
          name,
          "This stand-in knows no %s but %s, though Stripe does.".formatted(name, only));
    }
  }

  private static void url(ObjectNode params, String name) {
    if (!params.has(name)) {
      return;
    }
    try {
      URI url = new URI(params.path(name).asText().replace("{CHECKOUT_SESSION_ID}", "cs_test_a1"));
      if (url.getHost() != null && List.of("http", "https").contains(url.getScheme())) {
        return;
      }
    } catch (URISyntaxException malformed) {
      // Refused below, as a URL of another kind is.
    }
    throw ApiError.parameter("url_invalid", name, "Not a valid URL");
  }

  private static long expiresAt(long now, ObjectNode params) {
    if (!params.has("expires_at")) {
      return now + LONGEST.toSeconds();
    }
    long expiresAt = params.path("expires_at").asLong();
    if (expiresAt < now + SHORTEST.toSeconds()) {
      throw ApiError.parameter(
          null,
          "expires_at",
          "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.");
    }
    if (expiresAt > now + LONGEST.toSeconds()) {
      throw ApiError.parameter(
          null,
          "expires_at",
          "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.");
    }
    return expiresAt;
  }

  private static ArrayNode lineItems(Ledger.Change change, ObjectNode params) {
    JsonNode asked = params.path("line_items");
    if (asked.isEmpty()) {
      throw Parameters.missing("line_items");
    }
    if (asked.size() > 100) {
      throw ApiError.parameter(
          null, "line_items", "A Checkout Session has at most 100 line items.");
    }
    ArrayNode items = Json.array();
    for (int i = 0; i < asked.size(); i++) {
      items.add(lineItem(change, asked.path(i), "line_items[" + i + "]"));
    }
    String currency = params.path("currency").asText(items.path(0).path("currency").asText());
    for (JsonNode item : items) {
      if (!item.path("currency").asText().equals(currency)) {
        throw ApiError.parameter(
            null, "line_items", "All line items must have one currency, that of the session.");
      }
    }
    return items;
  }

  private static ObjectNode lineItem(Ledger.Change change, JsonNode asked, String name) {
    JsonNode priceData = required(asked, name, "price_data");
    JsonNode product = required(priceData, name + "[price_data]", "product_data");
    String title = required(product, name + "[price_data][product_data]", "name").asText();
    String currency = required(priceData, name + "[price_data]", "currency").asText();
    long unitAmount = required(priceData, name + "[price_data]", "unit_amount").asLong();
    long quantity = required(asked, name, "quantity").asLong();
    Currencies.check(
        currency, name + "[price_data][currency]", unitAmount, name + "[price_data][unit_amount]");
    if (quantity < 1 || quantity > MOST_UNITS) {
      throw ApiError.parameter(
          "parameter_invalid_integer",
          name + "[quantity]",
          "This value must be from 1 to " + MOST_UNITS + " (is " + quantity + ").");
    }
    ObjectNode item = Shapes.lineItem();
    item.put("id", change.newId("li_1"))
        .put("amount_subtotal", unitAmount * quantity)
        .put("amount_total", unitAmount * quantity)
        .put("currency", currency)
        .put("description", title)
        .put("quantity", quantity);
    if (asked.has("metadata")) {
      item.set("metadata", asked.get("metadata"));
    }
    item.withObjectProperty("price")
        .put("id", change.newId("price_1"))
        .put("created", change.now())
        .put("currency", currency)
        .put("product", change.newId("prod_"))
        .put("tax_behavior", priceData.path("tax_behavior").asText("unspecified"))
        .put("unit_amount", unitAmount)
        .put("unit_amount_decimal", String.valueOf(unitAmount));
    return item;
  }

  private static JsonNode required(JsonNode parent, String parentName, String name) {
    JsonNode value = parent.get(name);
    if (value == null) {
      throw Parameters.missing(parentName + "[" + name + "]");
    }
    return value;
  }

  private static long total(ArrayNode items, String currency) {
    long total = 0;
    for (JsonNode item : items) {
      total += item.path("amount_total").asLong();
    }
    if (total > Currencies.MOST) {
      throw ApiError.parameter(
          "amount_too_large",
          "line_items",
          "The Checkout Session's total amount must be no more than " + Currencies.MOST + ".");
    }
    if (total == 0) {
      throw ApiError.parameter(
          "amount_too_small", "line_items", "This stand-in takes no sessions without a payment.");
    }
    if (total < Currencies.least(currency)) {
      throw ApiError.parameter(
          "amount_too_small",
          "line_items",
          "The Checkout Session's total amount must convert to at least the minimum charge of the account's currency: %d %s."
              .formatted(Currencies.least(currency), currency));
    }
    return total;
  }

  /** The buyer, as far as the session knows them. */
  static ObjectNode customer(String email) {
    ObjectNode customer = Json.object();
    return customer
        .put("email", email)
        .putNull("address")
        .putNull("business_name")
        .putNull("individual_name")
        .putNull("name")
        .putNull("phone")
        .put("tax_exempt", "none")
        .putNull("tax_ids");
  }
}
