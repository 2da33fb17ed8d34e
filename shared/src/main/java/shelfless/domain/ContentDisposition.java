package shelfless.domain;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** The header that makes a browser save a file under its name (RFC 6266, RFC 8187). */
public final class ContentDisposition {
  /** Bytes of the longest name that file systems take. */
  private static final int MAX_BYTES = 255;

  private static final String FALLBACK = "download";

  private ContentDisposition() {}

  /**
   * {@code attachment} with the file's name, whatever it holds: characters that don't show or that
   * change the direction of writing are left out, those that separate folders replaced, what is too
   * long is shortened before its extension. The answer is printable ASCII.
   */
  public static String attachment(String fileName) {
    String name = named(shortened(harmless(fileName)));
    String plain = plain(name);
    String header = "attachment; filename=\"" + plain + "\"";
    return plain.equals(name) ? header : header + "; filename*=UTF-8''" + encoded(name);
  }

  private static String harmless(String fileName) {
    StringBuilder kept = new StringBuilder();
    fileName
        .codePoints()
        .forEach(
            c -> {
              switch (Character.getType(c)) {
                // Format characters are those that turn the direction of writing, or show nothing.
                case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> {}
                default -> kept.appendCodePoint(c == '/' || c == '\\' ? '_' : c);
              }
            });
    return kept.toString().strip();
  }

  private static String shortened(String name) {
    if (name.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES) {
      return name;
    }
    int dot = name.lastIndexOf('.');
    String extension = dot > 0 && name.length() - dot <= 20 ? name.substring(dot) : "";
    int room = MAX_BYTES - extension.getBytes(StandardCharsets.UTF_8).length;
    StringBuilder start = new StringBuilder();
    for (int c : name.codePoints().toArray()) {
      room -= Character.toString(c).getBytes(StandardCharsets.UTF_8).length;
      if (room < 0) {
        break;
      }
      start.appendCodePoint(c);
    }
    return start + extension;
  }

  /** For those who read no more: without accents, and without what quoting could confuse. */
  private static String plain(String name) {
    StringBuilder plain = new StringBuilder();
    // Folding can bring back what was taken out: there are wide slashes, and dots of three.
    Ascii.fold(name)
        .codePoints()
        .forEach(
            c -> plain.append(c < ' ' || c > '~' || "\"\\/%".indexOf(c) >= 0 ? '_' : (char) c));
    return named(plain.toString());
  }

  private static String named(String name) {
    return name.chars().allMatch(c -> c == '.' || c == ' ') ? FALLBACK : name;
  }

  private static String encoded(String name) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xFF);
      if (c < 128 && (Character.isLetterOrDigit(c) || "!#$&+-.^_`|~".indexOf(c) >= 0)) {
        encoded.append(c);
      } else {
        encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
    return encoded.toString();
  }
}
