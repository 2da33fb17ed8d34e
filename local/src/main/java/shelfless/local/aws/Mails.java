package shelfless.local.aws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import shelfless.local.DataFolder;
import shelfless.local.Json;
import shelfless.local.LocalRoutes;
import shelfless.local.LocalRoutes.Answer;

/** The mails that were sent, kept in a file, a line of JSON each. */
public final class Mails {
  private static final Pattern LINK = Pattern.compile("https?://[^\\s<>\"'\\])]+");
  private static final Pattern HREF = Pattern.compile("href=\"(https?://[^\"]+)\"");

  private final Path file;
  private final Clock clock;
  private final List<ObjectNode> mails = new ArrayList<>();

  private Mails(Path file, Clock clock) {
    this.file = file;
    this.clock = clock;
  }

  /** Goes on with the mails of this file. */
  public static Mails open(Path file, Clock clock) throws IOException {
    Mails mails = new Mails(file, clock);
    if (!Files.exists(file)) {
      DataFolder.replace(file, "");
    }
    String kept = Files.readString(file);
    // A line without its end was being written when the process was killed: it was never accepted.
    int whole = kept.lastIndexOf('\n') + 1;
    if (whole < kept.length()) {
      DataFolder.replace(file, kept.substring(0, whole));
    }
    kept.substring(0, whole)
        .lines()
        .forEach(
            line -> {
              if (Json.parse(line) instanceof ObjectNode mail) {
                mails.mails.add(mail);
              }
            });
    return mails;
  }

  /**
   * Keeps a mail.
   *
   * @return its id
   */
  synchronized String add(
      String from, String to, String subject, String text, String html, List<String> replyTo)
      throws IOException {
    String id = String.valueOf(mails.size() + 1);
    ObjectNode mail = Json.object();
    mail.put("id", id);
    mail.put("sent_at", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
    mail.put("from", from);
    mail.put("to", to);
    if (!replyTo.isEmpty()) {
      mail.put("reply_to", String.join(", ", replyTo));
    }
    mail.put("subject", subject);
    mail.put("text", text);
    mail.put("html", html);
    ArrayNode links = mail.putArray("links");
    links(text, html).forEach(links::add);
    Files.writeString(
        file, Json.write(mail) + "\n", StandardCharsets.UTF_8, StandardOpenOption.APPEND);
    mails.add(mail);
    return id;
  }

  private static Set<String> links(String text, String html) {
    Set<String> links = new LinkedHashSet<>();
    Matcher plain = LINK.matcher(text);
    while (plain.find()) {
      links.add(plain.group().replaceFirst("[.,;:!?]+$", ""));
    }
    Matcher marked = HREF.matcher(html);
    while (marked.find()) {
      links.add(marked.group(1).replace("&amp;", "&"));
    }
    return links;
  }

  /** The mails to an address (all, when it is empty), newest first. */
  synchronized List<ObjectNode> to(String address) {
    String wanted = address.toLowerCase(Locale.ROOT);
    return mails.reversed().stream()
        .filter(
            mail ->
                wanted.isEmpty()
                    || List.of(mail.path("to").asText().toLowerCase(Locale.ROOT).split(", "))
                        .contains(wanted))
        .toList();
  }

  /** The mail with this id. */
  synchronized Optional<ObjectNode> find(String id) {
    return mails.stream().filter(mail -> mail.path("id").asText().equals(id)).findFirst();
  }

  /** The call {@code /_local/mails}. */
  public LocalRoutes routes() {
    return new LocalRoutes()
        .add(
            "GET",
            "/_local/mails",
            call -> {
              ObjectNode answer = Json.object();
              ArrayNode data = answer.putArray("data");
              // No address has a space: it was a plus that the caller did not encode.
              String to = call.query().getOrDefault("to", "").strip().replace(' ', '+');
              for (JsonNode mail : to(to)) {
                data.add(mail);
              }
              return Answer.ok(answer);
            });
  }
}
