package shelfless.harness;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The seeded bugs: the harness is tested, too. Each bug is a change of the shop's own source, of a
 * kind that shops really have; it is compiled, the harness runs on it, and must find it. One that
 * survives fails the build, and so does one whose place in the source is gone.
 */
final class SeededBugs {
  private final Path sources;

  /**
   * @param sources the root of the project, below which the modules are
   */
  SeededBugs(Path sources) {
    this.sources = sources;
  }

  /** A change of one file: a text that is there once, and what it becomes. */
  record Change(String file, String from, String to) {}

  /**
   * A bug.
   *
   * @param name what is wrong
   * @param part which part of the harness finds it, and {@code story} in which story or race
   */
  record Bug(String name, String part, String story, List<Change> changes) {
    Bug(String name, String part, String story, String file, String from, String to) {
      this(name, part, story, List.of(new Change(file, from, to)));
    }
  }

  private static final String ORDERS = "shared/src/main/java/shelfless/orders/";
  private static final String DATA = "shared/src/main/java/shelfless/data/";
  private static final String CHECKOUT = "functions/checkout/src/main/java/shelfless/checkout/";

  static final List<Bug> ALL =
      List.of(
          new Bug(
              "a notice counts as handled in a transaction of its own, before its effect",
              "crash",
              "a dispute is lost",
              ORDERS + "Reconciliation.java",
              "    State state = provider.fetch(sessionId, event.sessionId() == null);",
              """
                  database.transaction(
                      transaction -> {
                        ProviderEvents.save(
                            transaction, provider.name(), event, orderId, ProviderEvents.Status.HANDLED, null);
                        return true;
                      });
                  State state = provider.fetch(sessionId, event.sessionId() == null);
              """),
          new Bug(
              "each notice of a refund adds to what was given back",
              "deliveries",
              "refunded in the dashboard",
              ORDERS + "Reconciliation.java",
              "                          || refund.id().equals(each.providerRefundId()))",
              "                          || refund.id().isEmpty())"),
          new Bug(
              "a mail counts as sent before it is sent",
              "crash",
              "nothing is to be paid",
              "functions/fulfillment/src/main/java/shelfless/fulfillment/SendMail.java",
              "    switch (send(work.contents)) {",
              """
                  database.transaction(
                      transaction -> {
                        Outbox.markSent(transaction, id);
                        return null;
                      });
                  switch (send(work.contents)) {
              """),
          new Bug(
              "a mail whose message was lost is never queued again",
              "crash",
              "nothing is to be paid",
              DATA + "Outbox.java",
              "    due.forEach(id -> transaction.afterCommit(() -> queues.send(\"MAIL_QUEUE_URL\", id)));",
              ""),
          new Bug(
              "the receipt belongs to the run that delivered, not to the order",
              "crash",
              "fulfilment fails until the dead letters, and is redriven twice",
              List.of(
                  new Change(
                      ORDERS + "Fulfillment.java",
                      "Outbox.Kind.RECEIPT, order.id(), \"\");",
                      "Outbox.Kind.RECEIPT, order.id(), transaction.newId().toString());"),
                  new Change(
                      ORDERS + "Fulfillment.java",
                      "          if (order.get().fulfilledAt() != null) {",
                      "          if (order.get().paidAt() == null) {"))),
          new Bug(
              "a notice of a dispute opens it again, whatever came of it meanwhile",
              "deliveries",
              "a dispute that is won",
              List.of(
                  new Change(
                      ORDERS + "Reconciliation.java",
                      "      recordDisputes(transaction, orderId, state.disputes());",
                      """
                            recordDisputes(
                                transaction,
                                orderId,
                                event == null || !event.type().endsWith("dispute.created")
                                    ? state.disputes()
                                    : state.disputes().stream()
                                        .map(
                                            each ->
                                                new DisputeState(
                                                    each.id(),
                                                    each.amount(),
                                                    shelfless.domain.DisputeStatus.NEEDS_RESPONSE,
                                                    each.reason()))
                                        .toList());
                      """),
                  new Change(
                      ORDERS + "Reconciliation.java",
                      "      } else if (held.status().mayBecome(dispute.status())) {",
                      "      } else if (held.status() != dispute.status()) {"))),
          new Bug(
              "an order forgets the key that it was placed with",
              "crash",
              "nothing is to be paid",
              CHECKOUT + "CreateOrder.java",
              "              key.keep(transaction, id);",
              ""),
          new Bug(
              "a failed call is kept for its key",
              "crash",
              "several items and units are paid",
              "shared/src/main/java/shelfless/http/Idempotency.java",
              "    if (release(scope, hash, holder)) {",
              """
                  finish(scope, hash, holder, failure.retryAfterSeconds() > 0 ? 503 : 500);
                  if (hash.length > 0) {
              """),
          new Bug(
              "the provider is asked for a refund under another id each time",
              "crash",
              "the seller refunds an amount",
              ORDERS + "Refunding.java",
              "new PaymentProvider.NewRefund(refundId, orderId, payment, amount, refund.reason())",
              "new PaymentProvider.NewRefund(transaction.newId(), orderId, payment, amount, refund.reason())"),
          new Bug(
              "the provider's list counts as read before its events are handled",
              "crash",
              "no notice of a lost dispute arrives",
              CHECKOUT + "ReconcilePayments.java",
              "      for (PaymentProvider.Event event : provider.events(from, to)) {",
              """
                    setCheckpoint(provider, now);
                    for (PaymentProvider.Event event : provider.events(from, to)) {
              """),
          new Bug(
              "a completed session counts as paid, though a delayed payment is on its way",
              "crash",
              "a delayed payment does not arrive",
              ORDERS + "Reconciliation.java",
              "        case PENDING -> {",
              """
                      case PENDING -> {
                        Orders.setPaid(transaction, order.id());
              """),
          new Bug(
              "a refund that failed goes on taking access away",
              "deliveries",
              "a refund that fails",
              "shared/src/main/java/shelfless/domain/RefundStatus.java",
              "    return this == PENDING || this == SUCCEEDED;",
              "    return this != REQUESTED;"),
          new Bug(
              "an order counts as delivered before it is",
              "crash",
              "several items and units are paid",
              ORDERS + "Fulfillment.java",
              "    return database.repeatable(\n        transaction -> {\n          Optional<Orders.Order> order = Orders.lock(transaction, orderId);",
              """
                  Optional<Orders.Order> before =
                      database.transaction(
                          transaction -> {
                            Optional<Orders.Order> found = Orders.lock(transaction, orderId);
                            if (found.isPresent() && found.get().paidAt() != null) {
                              Orders.setFulfilled(transaction, orderId);
                            }
                            return found;
                          });
                  return database.transaction(
                      transaction -> {
                        Orders.lock(transaction, orderId);
                        Optional<Orders.Order> order = before;
              """),
          new Bug(
              "cancelling an order leaves its payment page open",
              "crash",
              "the buyer cancels, and orders again",
              List.of(
                  new Change(
                      CHECKOUT + "CancelOrder.java",
                      "      if (found.sessionId == null) {",
                      "      if (found.status == OrderStatus.PENDING) {"),
                  new Change(
                      CHECKOUT + "CancelOrder.java",
                      "              if (order.status() == OrderStatus.PENDING\n                  && Orders.session(transaction, orderId).isEmpty()) {",
                      "              if (order.status() == OrderStatus.PENDING) {"))),
          new Bug(
              "a reservation that came to nothing is not given back",
              "crash",
              "a delayed payment does not arrive",
              ORDERS + "Reconciliation.java",
              "      Promotions.release(transaction, order.id());",
              ""),
          new Bug(
              "asking again for the same file costs a download",
              "crash",
              "links are issued anew",
              DATA + "Downloads.java",
              "    boolean charged = openWindow == null;",
              "    boolean charged = openWindow == null || openWindow.isAfter(now);"),
          new Bug(
              "a licence stays valid when its entitlement is revoked",
              "crash",
              "the seller refunds all",
              ORDERS + "AccessRefresh.java",
              "\"update license_key set status = ? where entitlement_id = ?\"",
              "\"update license_key set status = ? where entitlement_id = ? and false\""),
          new Bug(
              "a lost dispute gives the access back",
              "deliveries",
              "a dispute that is lost",
              "shared/src/main/java/shelfless/domain/DisputeStatus.java",
              "    return this == LOST;",
              "    return this == PREVENTED;"),
          new Bug(
              "a code's uses are looked at, then counted",
              "race",
              "the last uses of a promotion",
              List.of(
                  new Change(
                      DATA + "Promotions.java",
                      "    int counted =\n        transaction.update(",
                      """
                          boolean left =
                              transaction
                                  .first(
                                      "select 1 as one from promotion where id = ? and redemptions < max_redemptions",
                                      row -> row.integer("one"),
                                      promotionId)
                                  .isPresent();
                          int counted =
                              !left ? 0 : transaction.update(
                      """),
                  new Change(
                      DATA + "Promotions.java",
                      "where id = ? and active and (max_redemptions is null or redemptions < max_redemptions)",
                      "where id = ? and active"))),
          new Bug(
              "what is left of the downloads is looked at without a lock",
              "race",
              "the last downloads",
              DATA + "Entitlements.java",
              "\"select id from entitlement where id = ? for update\"",
              "\"select id from entitlement where id = ?\""),
          new Bug(
              "what a link opens is not looked at again when it is granted",
              "race",
              "downloads against a new link",
              DATA + "Downloads.java",
              "entitlement.tokenGeneration() != shown.tokenGeneration()",
              "entitlement.tokenGeneration() < 0"),
          new Bug(
              "an order is changed without its row locked",
              "race",
              "refunds that together pass what was paid",
              DATA + "Orders.java",
              "COLUMNS + \"where o.id = ? for update of o\"",
              "COLUMNS + \"where o.id = ?\""),
          new Bug(
              "two senders can take the same mail",
              "race",
              "one mail by many senders",
              DATA + "Outbox.java",
              "where id = ? and sent_at is null and given_up is null and (sending_until is null or sending_until <= ?)",
              "where id = ? and sent_at is null and given_up is null and ?::timestamptz is not null"));

  /** What the harness found; empty when the bug survived. */
  String hunt(Bug bug, long seed) {
    try {
      Path classes = Files.createTempDirectory("bug");
      try {
        compile(bug, classes);
        return run(bug, classes, seed);
      } finally {
        try (Stream<Path> tree = Files.walk(classes)) {
          tree.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void compile(Bug bug, Path classes) throws IOException {
    Path changed = Files.createDirectory(classes.resolve("changed"));
    List<Path> files = new ArrayList<>();
    for (String name : bug.changes.stream().map(Change::file).distinct().toList()) {
      String source = Files.readString(sources.resolve(name));
      for (Change change : bug.changes) {
        if (change.file.equals(name)) {
          int at = source.indexOf(change.from);
          if (at < 0 || source.indexOf(change.from, at + 1) >= 0) {
            throw new IllegalStateException(
                "The bug '%s' wants to change what is not there once in %s: %s"
                    .formatted(bug.name, name, change.from));
          }
          source = source.replace(change.from, change.to);
        }
      }
      Path file = changed.resolve(Path.of(name).getFileName());
      Files.writeString(file, source);
      files.add(file);
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter complaints = new StringWriter();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      boolean done =
          compiler
              .getTask(
                  complaints,
                  manager,
                  null,
                  List.of("-nowarn", "-proc:none", "-d", classes.toString()),
                  null,
                  manager.getJavaFileObjectsFromPaths(files))
              .call();
      if (!done) {
        throw new IllegalStateException("The bug '" + bug.name + "' is no Java: " + complaints);
      }
    }
  }

  private static String run(Bug bug, Path classes, long seed) throws IOException {
    try (URLClassLoader loader = new ChangedClasses(classes)) {
      return (String)
          loader
              .loadClass(Hunt.class.getName())
              .getMethod("run", String.class, String.class, long.class)
              .invoke(null, bug.part, bug.story, seed);
    } catch (ReflectiveOperationException failed) {
      Throwable cause = failed instanceof InvocationTargetException ? failed.getCause() : failed;
      throw new IllegalStateException("The bug '" + bug.name + "' could not be run.", cause);
    }
  }

  /** The shop and the harness once more, the changed classes first; all else as it is. */
  private static final class ChangedClasses extends URLClassLoader {
    ChangedClasses(Path classes) {
      super(urls(classes), SeededBugs.class.getClassLoader());
    }

    private static URL[] urls(Path classes) {
      List<URL> urls = new ArrayList<>();
      urls.add(url(classes));
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
        urls.add(url(Path.of(entry)));
      }
      return urls.toArray(URL[]::new);
    }

    private static URL url(Path path) {
      try {
        URI uri = path.toUri();
        return uri.toURL();
      } catch (MalformedURLException impossible) {
        throw new IllegalStateException(impossible);
      }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        // The test database is shared: its server runs once.
        if (!name.startsWith("shelfless.") || name.startsWith("shelfless.testing.")) {
          return super.loadClass(name, resolve);
        }
        Class<?> loaded = findLoadedClass(name);
        return loaded == null ? findClass(name) : loaded;
      }
    }
  }
}
