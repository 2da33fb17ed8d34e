package shelfless.reports;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class CsvTest {
  @Test
  void whatWouldBreakALineIsQuoted() {
    assertEquals(
        "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",plain\r\n",
        Csv.line("a,b", "say \"hi\"", "two\nlines", "plain"));
  }

  @Test
  void textThatASpreadsheetWouldRunIsMadeHarmless() {
    assertEquals("'=1+1,'+1,'-1,'@x,'\tx\r\n", Csv.line("=1+1", "+1", "-1", "@x", "\tx"));
    assertEquals("\"'=HYPERLINK(\"\"x\"\")\"\r\n", Csv.line("=HYPERLINK(\"x\")"));
  }

  @Test
  void numbersStayNumbers() {
    assertEquals("-5,7\r\n", Csv.line(-5L, 7));
  }
}
