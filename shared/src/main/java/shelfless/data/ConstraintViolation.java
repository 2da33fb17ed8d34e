package shelfless.data;

/**
 * A rule of the schema (a unique key, a check, a trigger) refused the change; nothing of the
 * transaction was kept.
 */
public final class ConstraintViolation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String constraint;

  public ConstraintViolation(String constraint, Throwable cause) {
    super("Refused by " + constraint, cause);
    this.constraint = constraint;
  }

  /** The name of the constraint, unique index or rule. */
  public String constraint() {
    return constraint;
  }
}
