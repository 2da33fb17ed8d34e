package shelfless.aws;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sesv2.SesV2Client;
import software.amazon.awssdk.services.sesv2.SesV2ClientBuilder;
import software.amazon.awssdk.services.sesv2.model.BadRequestException;
import software.amazon.awssdk.services.sesv2.model.Content;
import software.amazon.awssdk.services.sesv2.model.MessageRejectedException;

/** Sends mails with SES. */
public final class SesMailer implements Mailer {
  private static final int LONGEST_SUBJECT = 200;
  private static final Duration TO_SEND = Duration.ofSeconds(8);

  private final AwsSettings aws;
  private @Nullable SesV2Client client;

  public SesMailer(AwsSettings aws) {
    this.aws = aws;
  }

  /**
   * Sends the mail. The SDK's own retries are off: one that follows a lost answer would send it
   * once more, unseen.
   */
  @Override
  public Outcome send(String to, Mail mail) {
    String from = mailbox(aws.required("SHOP_NAME"), oneLine(aws.required("MAIL_FROM")));
    try {
      client()
          .sendEmail(
              request ->
                  request
                      .fromEmailAddress(from)
                      .destination(destination -> destination.toAddresses(to))
                      .content(
                          content ->
                              content.simple(
                                  message ->
                                      message
                                          .subject(utf8(subject(mail.subject())))
                                          .body(
                                              body ->
                                                  body.text(utf8(mail.text()))
                                                      .html(utf8(mail.html()))))));
      return new Outcome.Sent();
    } catch (BadRequestException refused) {
      return new Outcome.Refused("SES refused the address or the mail (BadRequest)");
    } catch (MessageRejectedException rejected) {
      // Also what SES says while the shop's own address, or an account in the sandbox, is not
      // verified: the owner's to mend, and no reason to drop what a buyer is owed.
      return String.valueOf(rejected.getMessage()).contains("not verified")
          ? new Outcome.NotNow("SES wants an address verified")
          : new Outcome.Refused("SES refused the mail (MessageRejected)");
    } catch (SdkException failure) {
      // The message may name the address.
      return new Outcome.NotNow("SES did not take it (" + failure.getClass().getSimpleName() + ")");
    }
  }

  private static Content utf8(String text) {
    return Content.builder().charset("UTF-8").data(text).build();
  }

  /** A header has one line. */
  static String subject(String text) {
    String line = oneLine(text);
    return line.codePointCount(0, line.length()) <= LONGEST_SUBJECT
        ? line
        : line.substring(0, line.offsetByCodePoints(0, LONGEST_SUBJECT - 1)) + "…";
  }

  /**
   * A name and an address as a header holds them: the name quoted (RFC 5322, 3.4), or encoded when
   * it is not plain ASCII (RFC 2047).
   */
  static String mailbox(String name, String address) {
    String line = oneLine(name);
    if (line.isEmpty()) {
      return address;
    }
    boolean plain = line.chars().allMatch(character -> character < 127);
    String phrase =
        plain
            ? '"' + line.replace("\\", "\\\\").replace("\"", "\\\"") + '"'
            : String.join(" ", encodedWords(line));
    return phrase + " <" + address + ">";
  }

  /** Words of at most 75 characters, none of which ends within a character. */
  private static List<String> encodedWords(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    text.codePoints()
        .forEach(
            character -> {
              String next = Character.toString(character);
              if ((word + next).getBytes(StandardCharsets.UTF_8).length > 45) {
                words.add(encoded(word.toString()));
                word.setLength(0);
              }
              word.append(next);
            });
    words.add(encoded(word.toString()));
    return words;
  }

  private static String encoded(String word) {
    return "=?UTF-8?B?"
        + Base64.getEncoder().encodeToString(word.getBytes(StandardCharsets.UTF_8))
        + "?=";
  }

  private static String oneLine(String text) {
    return text.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}]+", " ").strip();
  }

  private SesV2Client client() {
    SesV2Client ready = client;
    if (ready == null) {
      SesV2ClientBuilder builder =
          AwsClients.configure(SesV2Client.builder(), aws, "SESV2", TO_SEND);
      // Added to what is configured: a configuration takes the place of the one before.
      ready =
          builder
              .overrideConfiguration(
                  builder.overrideConfiguration().toBuilder()
                      .retryStrategy(AwsRetryStrategy.doNotRetry())
                      .build())
              .build();
      client = ready;
    }
    return ready;
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
  }
}
