package shelfless.fulfillment;

import gg.jte.TemplateOutput;
import gg.jte.html.HtmlTemplateOutput;
import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import shelfless.aws.Mailer.Mail;
import shelfless.data.Entitlements.Entitlement;
import shelfless.data.MailContents;
import shelfless.data.MailContents.Bought;
import shelfless.data.MailContents.Consent;
import shelfless.data.Orders;
import shelfless.domain.Access;
import shelfless.domain.EntitlementStatus;
import shelfless.domain.Money;
import shelfless.domain.RefundStatus;
import shelfless.fulfillment.MailViews.Line;
import shelfless.fulfillment.MailViews.Link;
import shelfless.fulfillment.MailViews.Order;
import shelfless.fulfillment.MailViews.Refund;
import shelfless.fulfillment.MailViews.Shop;
import shelfless.fulfillment.html.JteLinksHtmlGenerated;
import shelfless.fulfillment.html.JteReceiptHtmlGenerated;
import shelfless.fulfillment.html.JteRefundHtmlGenerated;
import shelfless.fulfillment.text.JteLinksTextGenerated;
import shelfless.fulfillment.text.JteReceiptTextGenerated;
import shelfless.fulfillment.text.JteRefundTextGenerated;
import shelfless.security.Tokens;

/** Writes mails, as text and as HTML, from what there is to tell. */
final class MailWriter {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final Shop shop;
  private final String baseUrl;
  private final Instant now;
  private final Tokens tokens;

  /**
   * @param baseUrl what links begin with, without a slash at its end
   * @param now what has ended by then is told so
   */
  MailWriter(String shopName, String baseUrl, Instant now, Tokens tokens) {
    this.shop = new Shop(oneLine(shopName));
    this.baseUrl = baseUrl;
    this.now = now;
    this.tokens = tokens;
  }

  Mail receipt(MailContents.Receipt receipt) {
    Order order = order(receipt.bought());
    return new Mail(
        "Your order " + order.number() + " from " + shop.name(),
        text(output -> JteReceiptTextGenerated.render(output, null, shop, order)),
        html(output -> JteReceiptHtmlGenerated.render(output, null, shop, order)));
  }

  Mail refund(MailContents.Refund contents) {
    Map<UUID, Integer> quantities = quantities(contents.items());
    List<String> closed = contents.closed().stream().map(held -> name(held, quantities)).toList();
    int units = quantities.values().stream().mapToInt(Integer::intValue).sum();
    Refund refund =
        new Refund(
            contents.order().number(),
            DAY.format(contents.order().createdAt()),
            money(contents.refund().amount()),
            money(contents.order().total()),
            contents.refund().status() == RefundStatus.SUCCEEDED,
            !closed.isEmpty() && closed.size() == units,
            closed);
    return new Mail(
        "Refund for your order " + refund.orderNumber() + " from " + shop.name(),
        text(output -> JteRefundTextGenerated.render(output, null, shop, refund)),
        html(output -> JteRefundHtmlGenerated.render(output, null, shop, refund)));
  }

  Mail links(MailContents.Links contents) {
    List<Order> orders = contents.orders().stream().map(this::order).toList();
    return new Mail(
        "Your downloads from " + shop.name(),
        text(output -> JteLinksTextGenerated.render(output, null, shop, orders)),
        html(output -> JteLinksHtmlGenerated.render(output, null, shop, orders)));
  }

  private Order order(Bought bought) {
    Orders.Order order = bought.order();
    Map<UUID, Integer> quantities = quantities(bought.items());
    return new Order(
        order.number(),
        DAY.format(order.createdAt()),
        bought.items().stream()
            .map(
                item ->
                    new Line(
                        oneLine(item.title()),
                        item.quantity(),
                        money(item.unitPrice()),
                        money(item.lineTotal())))
            .toList(),
        money(order.subtotal()),
        order.discount().isZero() ? null : money(order.discount()),
        order.tax().isZero() ? null : money(order.tax()),
        money(order.total()),
        order.total().isZero(),
        bought.entitlements().stream().map(held -> link(held, quantities)).toList(),
        bought.consents().stream().map(MailWriter::consent).toList());
  }

  private static Map<UUID, Integer> quantities(List<Orders.Item> items) {
    Map<UUID, Integer> quantities = new HashMap<>();
    items.forEach(item -> quantities.put(item.id(), item.quantity()));
    return quantities;
  }

  private Link link(Entitlement held, Map<UUID, Integer> quantities) {
    boolean open = held.status() != EntitlementStatus.REVOKED;
    return new Link(
        name(held, quantities),
        open ? url(held) : null,
        terms(held),
        open && held.license() != null ? held.license().key() : null);
  }

  private String url(Entitlement held) {
    return baseUrl
        + "/downloads/"
        + tokens.download(held.id(), held.tokenGeneration(), held.tokenKeyId()).value();
  }

  private static String name(Entitlement held, Map<UUID, Integer> quantities) {
    int quantity = quantities.getOrDefault(held.orderItemId(), 1);
    String title = oneLine(held.title());
    return quantity == 1 ? title : title + " (" + held.unit() + " of " + quantity + ")";
  }

  private String terms(Entitlement held) {
    return switch (held.status()) {
      case REVOKED -> closed(held.reason());
      case SUSPENDED -> "Closed while a dispute about the payment is open.";
      case PENDING -> "Not ready yet: its licence key is on its way.";
      case ACTIVE -> {
        Instant end = held.expiresAt();
        Integer left = held.downloadsLeft();
        if (held.isExpired(now)) {
          yield "Ended on " + DAY.format(end) + ".";
        }
        if (left != null && left == 0) {
          yield "All downloads have been used.";
        }
        List<String> terms = new ArrayList<>();
        terms.add(
            left == null
                ? "As many downloads as you like"
                : left == 1 ? "1 download" : left + " downloads");
        if (end != null) {
          terms.add("until " + MINUTE.format(end));
        }
        yield String.join(", ", terms) + ".";
      }
    };
  }

  private static String closed(Access.@Nullable Reason reason) {
    return reason == Access.Reason.REFUNDED
        ? "Closed: it was refunded."
        : "Closed: it can't be downloaded any more.";
  }

  private static String consent(Consent consent) {
    String what =
        consent.kind().equals("immediate_delivery")
            ? "delivery begins at once, and that your right of withdrawal ends with it"
            : oneLine(consent.kind());
    return "On "
        + MINUTE.format(consent.givenAt())
        + " you agreed that "
        + what
        + " (text "
        + oneLine(consent.textVersion())
        + ").";
  }

  private static String money(Money amount) {
    return amount.format(Locale.US);
  }

  /** A name never breaks a line: what follows it could pass for the shop's own words. */
  private static String oneLine(String text) {
    return text.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}]+", " ").strip();
  }

  private static String text(Consumer<TemplateOutput> template) {
    StringOutput output = new StringOutput();
    template.accept(output);
    // Parts that were left out leave their blank lines.
    return output.toString().replaceAll("\n{3,}", "\n\n");
  }

  private static String html(Consumer<HtmlTemplateOutput> template) {
    StringOutput output = new StringOutput();
    template.accept(new OwaspHtmlTemplateOutput(output));
    return output.toString();
  }
}
