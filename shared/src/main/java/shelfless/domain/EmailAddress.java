package shelfless.domain;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An e-mail address that a mail can be sent to: plain ASCII, as the mail service wants it, one
 * {@code @}, a domain with a dot. Quoted names, comments and lists are refused, and so is whatever
 * could break a header.
 */
public record EmailAddress(String value) {
  /** Characters of the longest address that mail can carry (RFC 5321). */
  public static final int MAX_LENGTH = 254;

  private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
  private static final String WORD = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
  private static final Pattern ADDRESS =
      Pattern.compile(
          "(?=[^@]{1,64}@)" + WORD + "(?:\\." + WORD + ")*@" + LABEL + "(?:\\." + LABEL + ")+");

  /** An {@link IllegalArgumentException} when it is none: {@link #parse} input. */
  public EmailAddress {
    if (value.length() > MAX_LENGTH || !ADDRESS.matcher(value).matches()) {
      throw new IllegalArgumentException("not an e-mail address");
    }
  }

  /** The address in the text, without spaces around it, or nothing. */
  public static Optional<EmailAddress> parse(String text) {
    try {
      return Optional.of(new EmailAddress(text.strip()));
    } catch (IllegalArgumentException notAnAddress) {
      return Optional.empty();
    }
  }

  /** What two addresses of one mailbox share: the address in lower case. */
  public String key() {
    return value.toLowerCase(Locale.ROOT);
  }
}
