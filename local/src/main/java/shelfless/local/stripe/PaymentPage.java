package shelfless.local.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import shelfless.local.WebExchange;

/** The page where a person pays, or does not: plain HTML that works without a script. */
final class PaymentPage {
  private static final int MOST_BODY_BYTES = 16 * 1024;

  private static final String PAGE =
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Test payment</title>
      <style>
      :root { color-scheme: light dark; --line: #8884; --accent: #4b45c6; }
      * { box-sizing: border-box; }
      body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
      .test { background: #ffd54a; color: #3a2c00; padding: .6rem 1rem; text-align: center; }
      main { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; display: grid; gap: 2.5rem;
        grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); }
      h1 { font-size: 1.5rem; margin: 0 0 1rem; }
      table { width: 100%%; border-collapse: collapse; }
      td, th { padding: .45rem 0; border-bottom: 1px solid var(--line); text-align: left;
        vertical-align: top; }
      td.amount { text-align: right; white-space: nowrap; }
      tr.total td { font-weight: 700; border: 0; }
      label { display: block; margin-bottom: .9rem; font-weight: 600; }
      input { display: block; width: 100%%; margin-top: .25rem; padding: .6rem .7rem; font: inherit;
        font-weight: 400;
        border: 1px solid #8889; border-radius: .4rem; }
      .row { display: grid; grid-template-columns: 1fr 1fr; gap: .9rem; }
      button { width: 100%%; padding: .75rem; margin-bottom: .6rem; font: inherit; font-weight: 700;
        color: #fff; background: var(--accent); border: 0; border-radius: .4rem; cursor: pointer; }
      button.other { background: #666; }
      .error { border-left: 4px solid #c62828; padding: .5rem .8rem; background: #c6282818; }
      .cards { font-size: .87rem; }
      .cards caption { text-align: left; font-weight: 600; }
      .cards code { white-space: nowrap; padding-right: 1rem; }
      </style>
      </head>
      <body>
      <p class="test" style="margin:0"><strong>This is a test page.</strong>
      It stands in for Stripe on this machine: no money moves, and real cards are not taken.</p>
      <main>
      %s
      </main>
      </body>
      </html>
      """;

  private final Ledger ledger;
  private final Payments payments;
  private final Agenda agenda;

  PaymentPage(Ledger ledger, Payments payments, Agenda agenda) {
    this.ledger = ledger;
    this.payments = payments;
    this.agenda = agenda;
  }

  /** Answers a request to {@code /}, for a person who came without a payment. */
  void welcome(WebExchange exchange) throws IOException {
    show(
        exchange,
        200,
        """
        <section>
        <h1>Payments</h1>
        <p>This stands in for Stripe. An order is paid on a page of its own: place one, and open its
        <code>checkout_url</code>.</p>
        </section>
        """);
  }

  /** Answers a request to {@code /pay/ID} or, for the bank's answer, {@code /pay/ID/settle}. */
  void handle(WebExchange exchange, String path) throws IOException {
    agenda.runDue();
    boolean settling = path.endsWith("/settle");
    String id = settling ? path.substring(0, path.length() - "/settle".length()) : path;
    Optional<ObjectNode> session =
        ledger
            .store()
            .find(id)
            .filter(found -> found.path("object").asText().equals("checkout.session"));
    if (session.isEmpty()) {
      show(exchange, 404, "<section><h1>There is no such payment</h1></section>");
      return;
    }
    switch (exchange.method()) {
      case "GET", "HEAD" -> show(exchange, 200, page(session.get(), "", null));
      case "POST" -> {
        Map<String, String> form =
            WebExchange.form(new String(exchange.body(MOST_BODY_BYTES), StandardCharsets.UTF_8));
        if (settling) {
          settle(id, form);
          redirect(exchange, "/pay/" + id);
        } else {
          pay(exchange, session.get(), form);
        }
      }
      default -> {
        exchange.with("Allow", "GET, HEAD, POST");
        show(exchange, 405, "<section><h1>This page takes GET and POST only</h1></section>");
      }
    }
  }

  private void pay(WebExchange exchange, ObjectNode session, Map<String, String> form)
      throws IOException {
    String id = session.path("id").asText();
    String email = form.getOrDefault("email", "");
    if (!Payments.isOpen(session)) {
      redirect(exchange, "/pay/" + id);
      return;
    }
    Optional<TestPayment> payment = TestPayment.ofNumber(form.getOrDefault("card_number", ""));
    if (payment.isEmpty()) {
      show(
          exchange,
          402,
          page(session, email, "Your card number is incorrect: take one of the test cards below."));
      return;
    }
    ObjectNode paid;
    try {
      paid =
          ledger.change(
              Ledger.Origin.OUTSIDE,
              change -> payments.pay(change, Payments.session(change, id), payment.get(), email));
    } catch (ApiError overtaken) {
      redirect(exchange, "/pay/" + id);
      return;
    }
    if (Payments.isOpen(paid)) {
      show(
          exchange,
          402,
          page(paid, email, payment.get().declineMessage() + " Please try another card."));
    } else {
      redirect(exchange, successUrl(paid));
    }
  }

  private void settle(String id, Map<String, String> form) {
    try {
      ledger.change(
          Ledger.Origin.OUTSIDE,
          change ->
              payments.settle(
                  change,
                  Payments.session(change, id),
                  form.getOrDefault("outcome", "").equals("paid")));
    } catch (ApiError overtaken) {
      // The page, which is shown next, says how things are.
    }
  }

  private static String successUrl(JsonNode session) {
    return session
        .path("success_url")
        .asText()
        .replace("{CHECKOUT_SESSION_ID}", session.path("id").asText());
  }

  private static void redirect(WebExchange exchange, String location) throws IOException {
    exchange.with("Location", location).with("Cache-Control", "no-store").send(303, new byte[0]);
  }

  private static void show(WebExchange exchange, int status, String content) throws IOException {
    exchange
        .with("Cache-Control", "no-store")
        .with("X-Content-Type-Options", "nosniff")
        .with("X-Frame-Options", "DENY")
        .with("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        .send(status, "text/html; charset=utf-8", PAGE.formatted(content));
  }

  private String page(ObjectNode session, String typedEmail, @Nullable String error) {
    return switch (session.path("status").asText()) {
      case "open" -> summary(session) + form(session, typedEmail, error);
      case "expired" ->
          summary(session)
              + """
              <section><h1>This payment page has expired</h1>
              <p>Nothing was paid. Please begin again in the shop.</p>%s</section>
              """
                  .formatted(cancelLink(session));
      default -> summary(session) + complete(session);
    };
  }

  private String summary(ObjectNode session) {
    String currency = session.path("currency").asText();
    JsonNode items =
        ledger
            .store()
            .find(Sessions.detailsId(session.path("id").asText()))
            .orElseThrow()
            .path("line_items");
    StringBuilder rows = new StringBuilder();
    for (JsonNode item : items) {
      rows.append(
          "<tr><td>%s</td><td>%d ×</td><td class=\"amount\">%s</td></tr>\n"
              .formatted(
                  escape(item.path("description").asText()),
                  item.path("quantity").asLong(),
                  escape(Currencies.format(item.path("amount_total").asLong(), currency))));
    }
    return """
        <section>
        <h1>Your order</h1>
        <table>
        %s<tr class="total"><td>Total</td><td></td><td class="amount">%s</td></tr>
        </table>
        </section>
        """
        .formatted(
            rows, escape(Currencies.format(session.path("amount_total").asLong(), currency)));
  }

  private static String form(ObjectNode session, String typedEmail, @Nullable String error) {
    String knownEmail = session.path("customer_email").textValue();
    String cards =
        Stream.of(TestPayment.values())
            .map(
                card ->
                    "<tr><td><code>%s</code></td><td>%s</td></tr>"
                        .formatted(escape(card.number()), escape(card.meaning())))
            .collect(Collectors.joining("\n"));
    return """
        <section>
        <h1>Pay %s</h1>
        %s
        <form method="post">
        <label>E-mail <input type="email" name="email" autocomplete="email" required value="%s"%s></label>
        <label>Card number (or IBAN) <input name="card_number" autocomplete="off" required
          placeholder="4242 4242 4242 4242"></label>
        <div class="row">
        <label>Expiry <input name="expiry" autocomplete="off" value="12 / 34"></label>
        <label>CVC <input name="cvc" autocomplete="off" value="123"></label>
        </div>
        <button type="submit">Pay %s</button>
        </form>
        %s
        <table class="cards">
        <caption>Test cards</caption>
        %s
        </table>
        </section>
        """
        .formatted(
            total(session),
            error == null ? "" : "<p class=\"error\" role=\"alert\">" + escape(error) + "</p>",
            escape(knownEmail == null ? typedEmail : knownEmail),
            knownEmail == null ? "" : " readonly",
            total(session),
            cancelLink(session),
            cards);
  }

  private String complete(ObjectNode session) {
    boolean waiting =
        ledger.change(Ledger.Origin.OUTSIDE, change -> Payments.awaitsBank(change, session));
    boolean paid = session.path("payment_status").asText().equals("paid");
    String state =
        paid
            ? "<h1>Paid</h1><p>This order is paid; there is nothing more to do here.</p>"
            : waiting
                ? "<h1>The bank is at work</h1><p>The debit was ordered and the money has not come yet.</p>"
                : "<h1>The payment failed</h1><p>The bank refused the debit; nothing was paid.</p>";
    String buttons =
        """
        <form method="post" action="/pay/%s/settle">
        <button name="outcome" value="paid">The bank pays</button>
        <button name="outcome" value="failed" class="other">The bank refuses</button>
        </form>
        """
            .formatted(escape(session.path("id").asText()));
    return """
        <section>%s
        %s
        <p><a href="%s">Back to the shop</a></p>
        </section>
        """
        .formatted(state, waiting ? buttons : "", escape(successUrl(session)));
  }

  private static String cancelLink(ObjectNode session) {
    String cancelUrl = session.path("cancel_url").textValue();
    return cancelUrl == null
        ? ""
        : "<p><a href=\"" + escape(cancelUrl) + "\">Back to the shop without paying</a></p>";
  }

  private static String total(ObjectNode session) {
    return escape(
        Currencies.format(
            session.path("amount_total").asLong(), session.path("currency").asText()));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
