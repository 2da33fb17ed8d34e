package shelfless.runtime;

/**
 * Something that the shop depends on is out of reach, slow, or without room: nobody's mistake, and
 * the caller should come again. Answered as 503.
 */
public class Unavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String what;

  /**
   * @param what names it in the answer: {@code The database}
   */
  public Unavailable(String what, Throwable cause) {
    super(what + " is out of reach", cause);
    this.what = what;
  }

  public String what() {
    return what;
  }
}
