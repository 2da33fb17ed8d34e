package shelfless.local.lambda;

import com.amazonaws.services.lambda.runtime.LambdaLogger;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.logging.FileHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/** The file that takes what functions log, up to 20 MB, then begun anew. */
public final class FunctionLog implements AutoCloseable {
  private static final int BYTES = 20 * 1024 * 1024;

  private final FileHandler handler;

  private FunctionLog(FileHandler handler) {
    this.handler = handler;
  }

  /** Goes on with this file, in a folder that is there. */
  public static FunctionLog open(Path file) throws IOException {
    Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".lck"));
    FileHandler handler = new FileHandler(file.toString(), BYTES, 1, true);
    handler.setEncoding(StandardCharsets.UTF_8.name());
    handler.setFormatter(
        new Formatter() {
          @Override
          public String format(LogRecord line) {
            return line.getMessage();
          }
        });
    return new FunctionLog(handler);
  }

  /** A line by a function, with the machine's time before it. */
  void line(String function, String text) {
    handler.publish(
        new LogRecord(
            Level.INFO, Instant.now() + " " + function + " " + text.stripTrailing() + "\n"));
  }

  /** Lambda's logger for one function. */
  LambdaLogger logger(String function) {
    return new LambdaLogger() {
      @Override
      public void log(String message) {
        line(function, message);
      }

      @Override
      public void log(byte[] message) {
        line(function, new String(message, StandardCharsets.UTF_8));
      }
    };
  }

  @Override
  public void close() {
    handler.close();
  }
}
