package shelfless.http.views;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import shelfless.data.Entitlements;
import shelfless.data.Orders;
import shelfless.data.Transaction;
import shelfless.domain.Money;
import shelfless.domain.Unit;
import shelfless.json.Json;
import shelfless.security.Tokens;

/** An order in JSON. */
public final class OrderView {
  private OrderView() {}

  /**
   * The order with all that belongs to it.
   *
   * @param tokens makes the download tokens that the buyer is given; null for whoever is not the
   *     buyer
   */
  public static ObjectNode form(
      Transaction transaction, Orders.Order order, @Nullable Tokens tokens) throws SQLException {
    ObjectNode json =
        Json.object()
            .put("id", order.id().toString())
            .put("number", order.number())
            .put("status", order.status().wireName())
            .put("email", order.email());
    json.set("items", Json.array(Orders.items(transaction, order), OrderView::item));
    json.set("subtotal", money(order.subtotal()));
    json.set("discount", money(order.discount()));
    json.set("tax", money(order.tax()));
    json.set("total", money(order.total()));
    json.put("currency", order.total().currency());
    json.set("payments", Json.array(Orders.payments(transaction, order.id()), OrderView::payment));
    boolean wasPaid = order.status().wasPaid();
    List<Orders.Refund> refunds = wasPaid ? Orders.refunds(transaction, order.id()) : List.of();
    List<Entitlements.Entitlement> entitlements =
        wasPaid ? Entitlements.listForOrder(transaction, order.id()) : List.of();
    json.set("refunds", Json.array(refunds, OrderView::refund));
    json.set(
        "entitlements",
        Json.array(
            entitlements,
            held ->
                tokens == null
                    ? EntitlementView.withoutToken(held)
                    : EntitlementView.forBuyer(held, tokens)));
    return json.put("created_at", Json.time(order.createdAt()));
  }

  /** {@code {"amount", "currency"}}, in minor units. */
  public static ObjectNode money(Money money) {
    return Json.money(money.amount(), money.currency());
  }

  private static ObjectNode item(Orders.Item item) {
    ObjectNode json = Json.object().put("id", item.id().toString());
    json.putObject("product")
        .put("id", item.productId().toString())
        .put("slug", item.slug())
        .put("sku", item.sku())
        .put("title", item.title());
    json.set("unit_price", money(item.unitPrice()));
    json.put("quantity", item.quantity());
    json.set("line_total", money(item.lineTotal()));
    return json;
  }

  private static ObjectNode payment(Orders.Payment payment) {
    ObjectNode json =
        Json.object()
            .put("id", payment.id().toString())
            .put("provider", payment.provider())
            .put("provider_payment_id", payment.providerPaymentId());
    json.set("amount", money(payment.amount()));
    return json.put("status", payment.status().wireName())
        .put("paid_at", Json.time(payment.paidAt()));
  }

  /** A refund; its items are those whose units it covers. */
  public static ObjectNode refund(Orders.Refund refund) {
    ObjectNode json = Json.object().put("id", refund.id().toString());
    json.set("amount", money(refund.amount()));
    json.put("reason", refund.reason()).put("status", refund.status().wireName());
    ArrayNode items = json.putArray("items");
    refund.units().stream()
        .collect(
            java.util.stream.Collectors.groupingBy(
                Unit::itemId, java.util.TreeMap::new, java.util.stream.Collectors.counting()))
        .forEach(
            (item, quantity) ->
                items.addObject().put("order_item_id", item.toString()).put("quantity", quantity));
    return json.put("created_at", Json.time(refund.createdAt()));
  }
}
