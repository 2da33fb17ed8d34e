package shelfless.data;

/** A statement failed in a way that nobody handles: a defect of the code or of the schema. */
public final class DatabaseFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DatabaseFailure(Throwable cause) {
    super(cause);
  }
}
