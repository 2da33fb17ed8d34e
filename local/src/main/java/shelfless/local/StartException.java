package shelfless.local;

/** Why the shop cannot start, in one line that says what to do. */
public final class StartException extends Exception {
  public StartException(String message) {
    super(message);
  }

  public StartException(String message, Throwable cause) {
    super(message, cause);
  }
}
