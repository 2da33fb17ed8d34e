package shelfless.reports;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Tables as RFC 4180 wants them, safe to open in a spreadsheet. */
final class Csv {
  private Csv() {}

  /** A line of texts and whole numbers, with its CRLF. */
  static String line(Object... values) {
    return Arrays.stream(values).map(Csv::field).collect(Collectors.joining(",", "", "\r\n"));
  }

  private static String field(Object value) {
    if (value instanceof Number number) {
      return number.toString();
    }
    String text = value.toString();
    // A spreadsheet takes what begins so for a formula, and runs it.
    if (!text.isEmpty() && "=+-@\t\r\n".indexOf(text.charAt(0)) >= 0) {
      text = "'" + text;
    }
    return text.chars().anyMatch(character -> ",\"\r\n".indexOf(character) >= 0)
        ? '"' + text.replace("\"", "\"\"") + '"'
        : text;
  }
}
