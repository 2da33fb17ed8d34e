package shelfless.runtime;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.io.StringWriter;
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
    ObjectNode line =
        line("ERROR", where).put("request_id", requestId).put("failure", trace.toString());
    context.getLogger().log(line + "\n");
  }

  /** Something that an operator will want to see. */
  public static void warn(Context context, String where, String message) {
    context.getLogger().log(line("WARN", where).put("message", message) + "\n");
  }

  /** The same, with what a program may want to read of it. */
  public static void warn(Context context, String where, String message, ObjectNode facts) {
    context.getLogger().log(line("WARN", where).put("message", message).setAll(facts) + "\n");
  }

  /** What was done. */
  public static void info(Context context, String where, String message) {
    context.getLogger().log(line("INFO", where).put("message", message) + "\n");
  }

  private static ObjectNode line(String level, String where) {
    return Json.object().put("level", level).put("where", where);
  }
}
