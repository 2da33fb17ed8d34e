package shelfless.runtime;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import shelfless.json.Json;

/**
 * One JSON object a line, as CloudWatch Logs reads it. Callers log ids: never tokens, secrets,
 * e-mails or addresses.
 */
public final class Log {
  private Log() {}

  /** A failure with its stack trace. */
  public static void error(Context context, String where, String requestId, Throwable failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    write(
        context,
        line("ERROR", where).put("request_id", requestId).put("failure", trace.toString()));
  }

  /** Something that an operator will want to see. */
  public static void warn(Context context, String where, String message) {
    write(context, line("WARN", where).put("message", message));
  }

  /** The same, with what a program may want to read of it. */
  public static void warn(Context context, String where, String message, ObjectNode facts) {
    write(context, line("WARN", where).put("message", message).setAll(facts));
  }

  /** What was done. */
  public static void info(Context context, String where, String message) {
    write(context, line("INFO", where).put("message", message));
  }

  private static void write(Context context, JsonNode line) {
    // As bytes: Lambda wraps a text into an object of its own, in which nobody finds the level.
    context.getLogger().log((Json.text(line) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static ObjectNode line(String level, String where) {
    return Json.object().put("level", level).put("where", where);
  }
}
