package shelfless.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.FileHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Runs the shop until Ctrl-C. */
public final class Main {
  private static final int LOG_BYTES = 10 * 1024 * 1024;
  private static final String STOP_WITH_PARENT = "--stop-with-parent";

  private Main() {}

  /**
   * Starts the shop in the working directory's project.
   *
   * @param arguments {@code --stop-with-parent}: stop when the process that started this one ends
   */
  public static void main(String[] arguments) throws InterruptedException {
    long start = System.nanoTime();
    PrintStream console = System.out;
    LocalShop shop;
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    try {
      LocalSettings settings = LocalSettings.of(System.getenv(), Path.of("").toAbsolutePath());
      logTo(settings.data());
      shop = new LocalShop(settings);
      Runtime.getRuntime().addShutdownHook(new Thread(shop::close, "stop"));
      shop.start();
    } catch (StartException refused) {
      Logger.getLogger(Main.class.getName()).log(Level.WARNING, "No start", refused);
      System.err.println(refused.getMessage());
      System.exit(1);
      return;
    }
    if (List.of(arguments).contains(STOP_WITH_PARENT)) {
      ProcessHandle.current()
          .parent()
          .ifPresent(parent -> parent.onExit().thenRun(() -> System.exit(0)));
    }
    shop.notes().forEach(console::println);
    console.print(welcome(shop.addresses(), Duration.ofNanos(System.nanoTime() - start)));
    console.flush();
    // Until a signal comes: the servers' threads are daemons.
    new CountDownLatch(1).await();
  }

  private static String welcome(ObjectNode addresses, Duration took) {
    String data = addresses.path("data").asText();
    return """
        Shelfless runs (started in %.1f s).
          The shop           %s
          The mail box       %s
          The payment page   %s
          The database       %s
          What is kept       %s
          Addresses, keys    %s/local.json
        Ctrl-C stops it.
        """
        .formatted(
            took.toMillis() / 1000.0,
            addresses.path("base_url").asText(),
            addresses.path("mail_url").asText(),
            addresses.path("payments_url").asText(),
            addresses.path("database_url").asText(),
            data,
            data);
  }

  /** Sends the log of libraries to a file: the console is for who runs the shop. */
  private static void logTo(Path data) throws StartException {
    Logger root = Logger.getLogger("");
    root.setLevel(Level.WARNING);
    try {
      Path folder = DataFolder.folder(data.resolve("log"));
      FileHandler file =
          new FileHandler(folder.resolve("local.log").toString(), LOG_BYTES, 1, true);
      file.setFormatter(new SimpleFormatter());
      file.setEncoding(StandardCharsets.UTF_8.name());
      root.addHandler(file);
    } catch (IOException unusable) {
      throw new StartException(
          "The data folder %s cannot be written (%s): make it writable, or set SHELFLESS_DATA to another folder."
              .formatted(data, unusable),
          unusable);
    }
  }
}
