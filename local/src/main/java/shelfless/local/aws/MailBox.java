package shelfless.local.aws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import shelfless.local.WebExchange;
import shelfless.local.WebServer;

/** The mail box as a page for a person: all mails, and each as text and as HTML. */
public final class MailBox implements WebServer.Handler {
  private static final String STYLE =
      """
      :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
      body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
      table { width: 100%; border-collapse: collapse; }
      th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #8884; }
      pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
      iframe { width: 100%; height: 40rem; border: 1px solid #8884; background: white; }
      dt { font-weight: 600; float: left; width: 5rem; }
      """;

  private final Mails mails;

  public MailBox(Mails mails) {
    this.mails = mails;
  }

  @Override
  public void handle(WebExchange exchange) throws IOException {
    String path = exchange.rawPath();
    if (path.equals("/")) {
      String to = exchange.query().getOrDefault("to", "").strip();
      page(exchange, 200, "Mail box", list(to));
      return;
    }
    String[] parts = path.split("/", -1);
    Optional<ObjectNode> mail =
        parts.length >= 3 && parts[1].equals("mails") ? mails.find(parts[2]) : Optional.empty();
    if (mail.isPresent() && parts.length == 3) {
      page(exchange, 200, mail.get().path("subject").asText(), mail(mail.get()));
    } else if (mail.isPresent() && parts.length == 4 && parts[3].equals("html")) {
      // Opens links in the whole window, not in the frame that shows the mail.
      html(exchange, 200, "<base target=\"_top\">" + mail.get().path("html").asText());
    } else {
      page(exchange, 404, "Not found", "<p>There is no such mail. <a href=\"/\">All mails</a></p>");
    }
  }

  private String list(String to) {
    StringBuilder rows = new StringBuilder();
    for (JsonNode mail : mails.to(to)) {
      rows.append(
          "<tr><td>%s</td><td>%s</td><td><a href=\"/mails/%s\">%s</a></td></tr>\n"
              .formatted(
                  escape(mail.path("sent_at").asText()),
                  escape(mail.path("to").asText()),
                  escape(mail.path("id").asText()),
                  escape(mail.path("subject").asText())));
    }
    return """
        <form><label>To <input name="to" value="%s"></label> <button>Show</button></form>
        <table><thead><tr><th>Sent</th><th>To</th><th>Subject</th></tr></thead>
        <tbody>
        %s</tbody></table>
        """
            .formatted(escape(to), rows)
        + (rows.isEmpty() ? "<p>No mails yet.</p>" : "");
  }

  private static String mail(JsonNode mail) {
    String text =
        escape(mail.path("text").asText())
            .replaceAll("(https?://[^\\s<>\"]+?)(?=[.,;:!?]*(\\s|$))", "<a href=\"$1\">$1</a>");
    String html =
        mail.path("html").asText().isEmpty()
            ? ""
            : """
              <h2>As HTML</h2>
              <iframe title="The mail as HTML" src="/mails/%s/html"
                sandbox="allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"></iframe>
              """
                .formatted(escape(mail.path("id").asText()));
    return """
        <p><a href="/">All mails</a></p>
        <dl><dt>From</dt><dd>%s</dd><dt>To</dt><dd>%s</dd><dt>Sent</dt><dd>%s</dd></dl>
        <h2>As text</h2>
        <pre>%s</pre>
        %s
        """
        .formatted(
            escape(mail.path("from").asText()),
            escape(mail.path("to").asText()),
            escape(mail.path("sent_at").asText()),
            text,
            html);
  }

  private static void page(WebExchange exchange, int status, String title, String body)
      throws IOException {
    html(
        exchange,
        status,
        """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>%1$s</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <style>%2$s</style></head>
        <body>
        <h1>%1$s</h1>
        %3$s</body>
        </html>
        """
            .formatted(escape(title), STYLE, body));
  }

  private static void html(WebExchange exchange, int status, String body) throws IOException {
    exchange
        .with("Cache-Control", "no-store")
        .with("Referrer-Policy", "no-referrer")
        .with("X-Content-Type-Options", "nosniff")
        .send(status, "text/html; charset=utf-8", body);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
