package shelfless.bench;

import org.jspecify.annotations.Nullable;

/** Why nothing can be measured; the message is for who asked for it. */
final class BenchException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BenchException(String message) {
    this(message, null);
  }

  BenchException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
