package shelfless.local;

/** A call to {@code /_local} that is refused; the message is for the person who made it. */
public final class LocalException extends RuntimeException {
  private final int status;

  private LocalException(int status, String message) {
    super(message);
    this.status = status;
  }

  /** 400: the call says something that has no meaning. */
  public static LocalException badRequest(String message) {
    return new LocalException(400, message);
  }

  /** 403: the call comes from where none may come from. */
  public static LocalException forbidden(String message) {
    return new LocalException(403, message);
  }

  /** 404: what the call names is not there. */
  public static LocalException notFound(String message) {
    return new LocalException(404, message);
  }

  /** 405: the path exists, under other methods. */
  public static LocalException methodNotAllowed(String message) {
    return new LocalException(405, message);
  }

  /** 409: the state of what the call names forbids it. */
  public static LocalException conflict(String message) {
    return new LocalException(409, message);
  }

  /** The HTTP status that the caller gets. */
  public int status() {
    return status;
  }
}
