package shelfless.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.domain.EmailAddress;
import shelfless.domain.Money;
import shelfless.json.Json;
import shelfless.security.Tokens;

/**
 * What the payment provider keeps for us of each sale: all that it takes to place the order again
 * once a database that was set back to an earlier time has lost it. The buyer's e-mail address
 * stands apart, since the provider has it anyway; the name is left out.
 */
public final class SaleNotes {
  private SaleNotes() {}

  /** The note of an order. It is the same each time, since what was sold never changes (rule 1). */
  public static String of(Transaction transaction, UUID orderId) throws SQLException {
    return transaction
        .first(
            """
            select jsonb_strip_nulls(jsonb_build_object(
              'number', o.number, 'placed_at', (extract(epoch from o.created_at) * 1000000)::bigint,
              'token_key', o.token_key_id, 'currency', o.currency, 'subtotal', o.subtotal, 'discount', o.discount,
              'tax', o.tax, 'total', o.total_amount, 'country', o.country, 'vat_id', o.vat_id,
              'tax_evidence', o.tax_evidence, 'promotion', o.promotion_id,
              'consents', (
                select coalesce(jsonb_object_agg(c.kind, c.text_version), '{}') from order_consent c
                where c.order_id = o.id),
              'items', (
                select jsonb_agg(jsonb_build_array(i.product_id, i.sku, i.title, i.unit_price, i.quantity, i.discount,
                  i.tax_rate, i.tax) order by i.position)
                from order_item i where i.order_id = o.id))) as note
            from orders o where o.id = ?
            """,
            row -> Json.text(row.json("note")),
            orderId)
        .orElseThrow();
  }

  /**
   * Places the order as it was sold: its prices, its number, the time of its placing, its token. No
   * product is asked for its price, and the promotion counts as used once more.
   *
   * @throws ConstraintViolation when the order is here, or a product or the promotion is not, or
   *     the promotion was used up meanwhile
   */
  public static void placeAgain(
      Transaction transaction, Tokens tokens, UUID orderId, String email, String note)
      throws SQLException {
    JsonNode sale = read(note);
    UUID promotion = id(sale.path("promotion").asText(null));
    Orders.insertAgain(
        transaction,
        new Orders.NewOrder(
            orderId,
            email,
            null,
            items(transaction, sale),
            money(sale, "subtotal"),
            money(sale, "discount"),
            money(sale, "tax"),
            money(sale, "total"),
            sale.path("country").asText(null),
            sale.path("vat_id").asText(null),
            sale.path("tax_evidence"),
            promotion,
            consents(sale),
            tokens.order(orderId, 0, sale.path("token_key").asText())),
        sale.path("number").asText(),
        Instant.EPOCH.plus(sale.path("placed_at").asLong(), ChronoUnit.MICROS));
    if (promotion != null) {
      byte[] customer =
          tokens.keyed("promotion_customer", EmailAddress.parse(email).orElseThrow().key());
      if (!Promotions.reserve(transaction, promotion, orderId, customer)) {
        throw new ConstraintViolation(
            "promotion_limit", new IllegalStateException("It was used up meanwhile."));
      }
    }
  }

  private static JsonNode read(String note) {
    try {
      return Json.readOwn(note);
    } catch (JsonProcessingException unreadable) {
      throw new IllegalStateException("The note of a sale is no JSON", unreadable);
    }
  }

  private static List<Orders.NewItem> items(Transaction transaction, JsonNode sale) {
    String currency = sale.path("currency").asText();
    List<Orders.NewItem> items = new ArrayList<>();
    for (JsonNode item : sale.path("items")) {
      long unitPrice = item.path(3).asLong();
      int quantity = item.path(4).asInt();
      items.add(
          new Orders.NewItem(
              transaction.newId(),
              UUID.fromString(item.path(0).asText()),
              item.path(1).asText(),
              item.path(2).asText(),
              new Money(unitPrice, currency),
              quantity,
              new Money(Math.multiplyExact(unitPrice, quantity), currency),
              new Money(item.path(5).asLong(), currency),
              item.path(6).decimalValue(),
              new Money(item.path(7).asLong(), currency)));
    }
    return items;
  }

  private static Money money(JsonNode sale, String field) {
    return new Money(sale.path(field).asLong(), sale.path("currency").asText());
  }

  private static Map<String, String> consents(JsonNode sale) {
    Map<String, String> consents = new LinkedHashMap<>();
    sale.path("consents")
        .properties()
        .forEach(consent -> consents.put(consent.getKey(), consent.getValue().asText()));
    return consents;
  }

  private static @Nullable UUID id(@Nullable String text) {
    return text == null ? null : UUID.fromString(text);
  }
}
