package shelfless.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A long text in the metadata of one of Stripe's objects, which holds 50 values of 500 characters:
 * {@code sale_1}, {@code sale_2} and so on.
 */
final class StripeNote {
  private static final String KEY = "sale_";
  private static final int LONGEST = 500;

  /** Two more are the order's id and number. */
  private static final int MOST = 48;

  private StripeNote() {}

  /** The parts by their keys; none of a text that has no room. */
  static Map<String, String> split(String note) {
    Map<String, String> parts = new LinkedHashMap<>();
    int from = 0;
    while (from < note.length()) {
      int to = Math.min(from + LONGEST, note.length());
      while (to < note.length() && !canCut(note, to)) {
        to--;
      }
      parts.put(KEY + (parts.size() + 1), note.substring(from, to));
      from = to;
    }
    return parts.size() > MOST ? Map.of() : parts;
  }

  /** Not within a character, and not where a space would stand at the end of a value. */
  private static boolean canCut(String text, int at) {
    return !Character.isLowSurrogate(text.charAt(at))
        && !Character.isWhitespace(text.charAt(at - 1))
        && !Character.isWhitespace(text.charAt(at));
  }

  /** The text of the parts; nothing when there are none. */
  static Optional<String> join(JsonNode metadata) {
    StringBuilder note = new StringBuilder();
    for (int part = 1; metadata.has(KEY + part); part++) {
      note.append(metadata.path(KEY + part).asText());
    }
    return note.isEmpty() ? Optional.empty() : Optional.of(note.toString());
  }
}
