package shelfless.local.aws;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import shelfless.local.Faults;
import shelfless.local.Json;
import shelfless.local.WebExchange;
import shelfless.local.WebServer;

/**
 * SES's part (API version 2): takes mails with simple content and puts them into the mail box. When
 * SES comes from elsewhere, a mail goes there first and into the box when it was taken.
 */
public final class MailService implements WebServer.Handler {
  private static final int BODY_BYTES = 10 * 1024 * 1024;
  private static final String PATH = "/v2/email/outbound-emails";

  private final Mails mails;
  private final Faults faults;
  private final Optional<URI> elsewhere;

  /**
   * @param elsewhere the SES that really takes the mails, if it is not this one
   */
  public MailService(Mails mails, Faults faults, Optional<URI> elsewhere) {
    this.mails = mails;
    this.faults = faults;
    this.elsewhere = elsewhere;
  }

  @Override
  public void handle(WebExchange exchange) throws IOException, InterruptedException {
    Faults.Fate fate = faults.next();
    if (fate == Faults.Fate.FAILED) {
      refuse(exchange, 503, "ServiceUnavailable", "The service is not available.");
      return;
    }
    byte[] body = exchange.body(BODY_BYTES);
    if (!exchange.method().equals("POST") || !exchange.rawPath().equals(PATH)) {
      refuse(exchange, 404, "NotFoundException", "Only SendEmail is known here.");
      return;
    }
    String answer;
    if (elsewhere.isPresent()) {
      HttpResponse<String> taken = forward(exchange, elsewhere.get(), body);
      if (taken.statusCode() != 200) {
        exchange.send(taken.statusCode(), "application/json", taken.body());
        return;
      }
      keep(Json.parse(body));
      answer = taken.body();
    } else {
      JsonNode mail = Json.parse(body);
      if (!mail.path("Content").path("Simple").isObject()
          || mail.path("Destination").path("ToAddresses").isEmpty()
          || mail.path("FromEmailAddress").asText().isBlank()) {
        refuse(
            exchange,
            400,
            "BadRequestException",
            "A mail needs FromEmailAddress, Destination.ToAddresses and Content.Simple.");
        return;
      }
      String id = keep(mail);
      answer = Json.write(Json.object().put("MessageId", "local-" + id));
    }
    if (fate == Faults.Fate.ANSWER_LOST) {
      exchange.drop();
    }
    exchange.send(200, "application/json", answer);
  }

  private String keep(JsonNode mail) throws IOException {
    JsonNode content = mail.path("Content").path("Simple");
    return mails.add(
        mail.path("FromEmailAddress").asText(),
        String.join(", ", texts(mail.path("Destination").path("ToAddresses"))),
        content.path("Subject").path("Data").asText(),
        content.path("Body").path("Text").path("Data").asText(),
        content.path("Body").path("Html").path("Data").asText(),
        texts(mail.path("ReplyToAddresses")));
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private static HttpResponse<String> forward(WebExchange exchange, URI target, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(target.resolve(PATH)).POST(BodyPublishers.ofByteArray(body));
    for (String name : List.of("Authorization", "X-Amz-Date", "Content-Type")) {
      String value = exchange.header(name);
      if (value != null) {
        request.header(name, value);
      }
    }
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      return client.send(request.build(), BodyHandlers.ofString());
    }
  }

  private static void refuse(WebExchange exchange, int status, String type, String message)
      throws IOException {
    exchange
        .with("X-Amzn-ErrorType", type)
        .send(status, "application/json", Json.write(Json.object().put("message", message)));
  }
}
