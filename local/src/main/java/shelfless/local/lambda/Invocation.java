package shelfless.local.lambda;

import com.fasterxml.jackson.databind.node.ObjectNode;
import shelfless.local.Json;

/** What became of one call of a function. */
public sealed interface Invocation {
  /** The function returned; {@code output} is what it wrote. */
  record Returned(byte[] output) implements Invocation {}

  /**
   * The function failed: an exception, its time is up, its answer is too large.
   *
   * @param type the kind of error, as Lambda names it
   */
  record Failed(String type, String message) implements Invocation {
    /** The error as Lambda gives it to who called. */
    public ObjectNode json() {
      return Json.object().put("errorMessage", message).put("errorType", type);
    }
  }
}
