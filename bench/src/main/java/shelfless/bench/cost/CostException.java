package shelfless.bench.cost;

import org.jspecify.annotations.Nullable;

/** Why nothing can be computed; the message is for who asked for it. */
final class CostException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CostException(String message) {
    this(message, null);
  }

  CostException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
