package shelfless.local.drill;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import shelfless.local.LocalSettings;
import shelfless.local.LocalShop;
import shelfless.local.StartException;
import shelfless.local.drill.Visitor.Checked;
import shelfless.local.drill.Visitor.Placed;

/**
 * The restore drill: sells, loses the database, restores it to a moment before the last sales, and
 * shows that these come back from the payment provider. Everything is in a folder of its own, which
 * is gone afterwards.
 */
public final class RestoreDrill {
  private static final String BOOK = "shelfless-handbook";
  private static final String APP = "shelfless-toolkit";

  private final Path project;
  private final Path folder;
  private final PrintStream report;
  private final long begun = System.nanoTime();

  /**
   * @param project the folder of the project, with template.yaml and docs
   * @param folder an empty folder to work in
   * @param report where each step is told, a line each
   */
  public RestoreDrill(Path project, Path folder, PrintStream report) {
    this.project = project;
    this.folder = folder;
    this.report = report;
  }

  /** Runs the drill in the working directory's project; the exit code is 1 when it fails. */
  public static void main(String[] arguments) throws Exception {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    root.setLevel(Level.WARNING);
    Path folder = Files.createTempDirectory("restore-drill");
    boolean passed = false;
    try {
      passed = new RestoreDrill(Path.of("").toAbsolutePath(), folder, System.out).run();
    } catch (IOException | SQLException | StartException | RuntimeException failed) {
      failed.printStackTrace();
    } finally {
      Backups.delete(folder);
    }
    // The servers' threads are daemons, but for those of libraries.
    System.exit(passed ? 0 : 1);
  }

  private void say(String what, Object... values) {
    report.printf(
        Locale.ROOT, "%5.1f s  %s%n", (System.nanoTime() - begun) / 1e9, what.formatted(values));
  }

  private LocalShop start() throws StartException {
    LocalShop shop =
        new LocalShop(
            new LocalSettings(
                0,
                folder.resolve("data"),
                true,
                project,
                Optional.empty(),
                Optional.empty(),
                Map.of()));
    shop.start();
    return shop;
  }

  /** Whether all was as it must be. */
  public boolean run() throws IOException, InterruptedException, SQLException, StartException {
    Backups backups = new Backups(folder.resolve("data/postgres"), folder.resolve("backups"));
    Files.createDirectories(folder.resolve("backups"));
    try (LocalShop shop = start()) {
      backups.archiveFromNextStart(databaseUrl(shop));
    }
    Placed old;
    Placed kept;
    Placed lost;
    Placed unpaid;
    String deadLink;
    try (LocalShop shop = start();
        Visitor visitor = visitor(shop)) {
      say("The shop runs, with a demo catalogue; its write-ahead log is archived.");
      old = sell(visitor, BOOK, 1);
      backups.take(databaseUrl(shop));
      say("Order %s is delivered, and a backup of the database's files is made.", old.number());
      kept = sell(visitor, APP, 1);
      say("Order %s is delivered after the backup.", kept.number());
      Thread.sleep(500);
      String moment = Backups.value(databaseUrl(shop), "select clock_timestamp()::text");
      say("THE RESTORE POINT: %s", moment);
      Thread.sleep(500);
      lost = sell(visitor, APP, 2);
      deadLink = visitor.newestOf(1, lost);
      visitor.refund(kept, 1000, shop.addresses().path("admin_api_key").asText());
      unpaid = visitor.order(BOOK, 3);
      say(
          "After it, order %s is paid and delivered, %s gets 10.00 EUR back, and %s is placed.",
          lost.number(), kept.number(), unpaid.number());
      backups.archiveAll(databaseUrl(shop));
      shop.close();
      backups.lose();
      say("The database is lost, with its disk. The provider, files, mails and queues are not.");
      backups.restore(moment);
    }
    long restoring = System.nanoTime();
    try (LocalShop shop = start();
        Visitor visitor = visitor(shop)) {
      say(
          "The shop runs on the restored database, %.1f s after the restore began: %s orders.",
          (System.nanoTime() - restoring) / 1e9,
          Backups.value(databaseUrl(shop), "select count(*) from orders"));
      boolean wentBack = isThere(visitor, old) && isThere(visitor, kept) && !isThere(visitor, lost);
      say("Order %s: %s.", old.number(), status(visitor, old));
      say("Order %s: %s.", kept.number(), status(visitor, kept));
      say("Order %s: %s. Its buyer has paid.", lost.number(), status(visitor, lost));
      Checked before = invariants(visitor);

      visitor.pay(unpaid);
      JsonNode paidSince = visitor.delivered(unpaid);
      say(
          "The buyer of %s pays only now: %s, by the provider's notice.",
          unpaid.number(), paidSince.path("status").asText());
      visitor.runSchedule("ReconcilePayments");
      visitor.runSchedule("RelayOutbox");
      say("ReconcilePayments has read the provider's events since the restored checkpoint.");
      JsonNode back = visitor.look(lost);
      say(
          "Order %s: %s, %d units, total %s, seen with the token that its buyer had.",
          lost.number(),
          back.path("status").asText("not here"),
          back.path("entitlements").size(),
          back.path("total"));
      say("Order %s: %s.", kept.number(), status(visitor, kept));
      say(
          "The audit log says so: %s",
          Backups.value(
              databaseUrl(shop),
              """
              select string_agg(action || ' (' || actor || ')', ', ' order by seq) from audit_log
              where subject_id = '%s'
              """
                  .formatted(lost.id())));
      say(
          "Its new mail's link brings %,d bytes; the link of the mail from before answers %d.",
          visitor.download(visitor.newestOf(2, lost)), visitor.open(deadLink));
      Placed next = visitor.order(BOOK, 1);
      say("The next order is %s.", next.number());
      Checked after = invariants(visitor);
      boolean passed =
          wentBack
              && before.rows() + after.rows() == 0
              && back.path("number").asText().equals(lost.number())
              && back.path("status").asText().equals("paid")
              && back.path("entitlements").size() == 2
              && paidSince.path("status").asText().equals("paid")
              && status(visitor, kept).equals("partially_refunded");
      say(passed ? "PASSED" : "FAILED");
      return passed;
    }
  }

  private static String databaseUrl(LocalShop shop) {
    return shop.addresses().path("database_url").asText();
  }

  private static Visitor visitor(LocalShop shop) {
    return new Visitor(shop.addresses().path("base_url").asText());
  }

  private static Placed sell(Visitor visitor, String product, int quantity)
      throws IOException, InterruptedException {
    Placed order = visitor.order(product, quantity);
    visitor.pay(order);
    visitor.delivered(order);
    return order;
  }

  private static boolean isThere(Visitor visitor, Placed order)
      throws IOException, InterruptedException {
    return !visitor.look(order).isMissingNode();
  }

  private static String status(Visitor visitor, Placed order)
      throws IOException, InterruptedException {
    return visitor.look(order).path("status").asText("not here");
  }

  private Checked invariants(Visitor visitor) throws IOException, InterruptedException {
    Checked checked = visitor.invariants();
    say("Invariants: %d queries, %d rows break them.", checked.queries(), checked.rows());
    return checked;
  }
}
