package shelfless.runtime;

/**
 * Something that the shop depends on is out of reach, slow, or without room: nobody's mistake, and
 * the caller should come again. Answered as 503.
 */
public class Unavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final long SOON_SECONDS = 2;

  private final String what;
  private final long retryAfterSeconds;

  /**
   * @param what names it in the answer: {@code The database}
   */
  public Unavailable(String what, Throwable cause) {
    this(what, SOON_SECONDS, cause);
  }

  /**
   * @param retryAfterSeconds when to come again
   */
  public Unavailable(String what, long retryAfterSeconds, Throwable cause) {
    super(what + " is out of reach", cause);
    this.what = what;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  public String what() {
    return what;
  }

  public long retryAfterSeconds() {
    return retryAfterSeconds;
  }
}
