package shelfless.domain;

import java.text.Normalizer;

/** Text without its accents, for names that have to stay plain. */
final class Ascii {
  private Ascii() {}

  /** Letters with marks become plain ones; what has no plain form stays. */
  static String fold(String text) {
    String decomposed = Normalizer.normalize(text, Normalizer.Form.NFKD);
    StringBuilder folded = new StringBuilder(decomposed.length());
    decomposed
        .codePoints()
        .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
        .forEach(
            c -> {
              switch (c) {
                case 'ß' -> folded.append("ss");
                case 'ẞ' -> folded.append("SS");
                case 'æ' -> folded.append("ae");
                case 'Æ' -> folded.append("AE");
                case 'œ' -> folded.append("oe");
                case 'Œ' -> folded.append("OE");
                case 'ø' -> folded.append('o');
                case 'Ø' -> folded.append('O');
                case 'ł' -> folded.append('l');
                case 'Ł' -> folded.append('L');
                case 'đ', 'ð' -> folded.append('d');
                case 'Đ', 'Ð' -> folded.append('D');
                case 'þ' -> folded.append("th");
                case 'Þ' -> folded.append("Th");
                case 'ı' -> folded.append('i');
                default -> folded.appendCodePoint(c);
              }
            });
    return folded.toString();
  }
}
