package shelfless.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SesMailerTest {
  @Test
  void aPlainNameIsQuoted() {
    assertEquals("\"Shelfless\" <a@b.example>", SesMailer.mailbox("Shelfless", "a@b.example"));
    assertEquals(
        "\"A \\\"B\\\" \\\\ C, <x@y.example>\" <a@b.example>",
        SesMailer.mailbox("A \"B\" \\ C, <x@y.example>", "a@b.example"));
    assertEquals("a@b.example", SesMailer.mailbox(" ", "a@b.example"));
  }

  @Test
  void aNameCannotBeginAnotherHeader() {
    assertEquals(
        "\"Shop Bcc: x@y.example\" <a@b.example>",
        SesMailer.mailbox("Shop\r\nBcc: x@y.example", "a@b.example"));
    assertEquals("Hello Bcc: x@y.example", SesMailer.subject("Hello\r\n\u2028Bcc: x@y.example"));
  }

  @Test
  void anotherNameIsEncodedInWordsOf75CharactersAtMost() {
    String name = "Bücher & Söhne – 本の店 ".repeat(6).strip();

    String mailbox = SesMailer.mailbox(name, "a@b.example");

    String[] words = mailbox.substring(0, mailbox.indexOf(" <")).split(" ");
    assertTrue(words.length > 1);
    assertTrue(Arrays.stream(words).allMatch(word -> word.length() <= 75), mailbox);
    assertEquals(
        name,
        Arrays.stream(words)
            .map(word -> word.substring("=?UTF-8?B?".length(), word.length() - 2))
            .map(word -> new String(Base64.getDecoder().decode(word), StandardCharsets.UTF_8))
            .collect(Collectors.joining()));
    assertTrue(mailbox.endsWith(" <a@b.example>"));
  }

  @Test
  void aLongSubjectIsCutBetweenCharacters() {
    String subject = SesMailer.subject("📚".repeat(300));
    assertEquals(200, subject.codePointCount(0, subject.length()));
    assertTrue(subject.endsWith("📚…"));
  }
}
