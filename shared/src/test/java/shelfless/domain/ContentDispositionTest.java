package shelfless.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import org.junit.jupiter.api.Test;

/** Security: a file's name does the header no harm, and reaches the buyer all the same. */
class ContentDispositionTest {
  @Test
  void plainName_needsNoMore() {
    assertEquals(
        "attachment; filename=\"The handbook (2nd).pdf\"",
        ContentDisposition.attachment("The handbook (2nd).pdf"));
  }

  @Test
  void otherLetters_areEncodedBesideAPlainForm() {
    assertEquals(
        "attachment; filename=\"Ubersicht __.pdf\"; filename*=UTF-8''%C3%9Cbersicht%20%E9%9B%BB%E5%AD%90.pdf",
        ContentDisposition.attachment("Übersicht 電子.pdf"));
  }

  @Test
  void quotesAndPercents_cannotLeaveTheQuotes() {
    assertEquals(
        "attachment; filename=\"a_; filename=_evil.exe_ 100_.txt\";"
            + " filename*=UTF-8''a%22%3B%20filename%3D%22evil.exe%22%20100%25.txt",
        ContentDisposition.attachment("a\"; filename=\"evil.exe\" 100%.txt"));
  }

  @Test
  void linesControlsAndBidi_areLeftOut() {
    assertEquals(
        "attachment; filename=\"a.txtSet-Cookie: x=1\"",
        ContentDisposition.attachment("a.txt\r\nSet-Cookie: x=1\u0000\u0007\u007f\u0085\u2028"));
    assertEquals(
        "attachment; filename=\"invoicefdp.exe\"",
        ContentDisposition.attachment("invoice\u202efdp.exe\u2066\u200f\ufeff"));
    assertEquals("attachment; filename=\"a.txt\"", ContentDisposition.attachment("a\ud800.txt"));
  }

  @Test
  void folders_areNoPartOfAName() {
    assertEquals(
        "attachment; filename=\".._.._etc_passwd\"",
        ContentDisposition.attachment("../..\\etc/passwd"));
    assertEquals(
        "attachment; filename=\"_a_c\"; filename*=UTF-8''%EF%BC%8F%E2%84%80",
        ContentDisposition.attachment("／℀"));
  }

  @Test
  void emptyAndDotNames_getANameOfTheirOwn() {
    for (String name : new String[] {"", " ", ".", "..", "\u202e", "\r\n"}) {
      assertEquals("attachment; filename=\"download\"", ContentDisposition.attachment(name), name);
    }
    assertEquals(
        "attachment; filename=\"download\"; filename*=UTF-8''%E2%80%A6",
        ContentDisposition.attachment("…"));
  }

  @Test
  void longNames_areCutBeforeTheirExtension() {
    assertEquals(
        "attachment; filename=\"" + "a".repeat(251) + ".pdf\"",
        ContentDisposition.attachment("a".repeat(300) + ".pdf"));
    assertEquals(
        "attachment; filename=\"" + "a".repeat(255) + "\"",
        ContentDisposition.attachment("a".repeat(255)));
    String encoded = ContentDisposition.attachment("😀".repeat(300) + ".epub");
    assertTrue(encoded.endsWith("%F0%9F%98%80.epub") && encoded.length() < 1100, encoded);
  }

  @Property
  @Label("Security: whatever the name holds, the header is one line of printable ASCII")
  void header_isAlwaysOneLineOfPrintableAscii(@ForAll String name) {
    check(ContentDisposition.attachment(name));
  }

  @Property
  @Label("Security: nor do the characters that matter to headers")
  void header_survivesWhatMattersToHeaders(
      @ForAll @CharRange(from = '\0', to = '\u00ff') String name) {
    check(ContentDisposition.attachment(name));
  }

  private static void check(String header) {
    assertTrue(
        header.matches(
            "attachment; filename=\"[ !#-$&-.0-\\[\\]-~]+\"(; filename\\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]+)?"),
        header);
    int encoded = header.lastIndexOf("''");
    if (header.contains("; filename*=")) {
      String name =
          URLDecoder.decode(
              header.substring(encoded + 2).replace("+", "%2B"), StandardCharsets.UTF_8);
      assertTrue(name.getBytes(StandardCharsets.UTF_8).length <= 255);
      assertEquals(-1, name.indexOf('/'));
    }
  }
}
