package shelfless.local.stripe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import shelfless.local.Faults;
import shelfless.local.LocalRoutes;
import shelfless.local.WebExchange;
import shelfless.local.WebServer;

/**
 * Stripe, on one machine: the part of its API that the shop uses, for the real stripe-java; a
 * payment page with test cards; signed webhooks.
 *
 * <p>It checks what Stripe checks of parameters, keys and states, but charges no fees, converts no
 * currencies and knows no smallest amounts. Everything that happened is kept in the data folder;
 * the knobs are neutral at each start.
 */
public final class PaymentProviderStandIn implements WebServer.Handler {
  private static final Logger LOG = Logger.getLogger(PaymentProviderStandIn.class.getName());
  private static final long TICK_MS = 50;
  private static final String PAGES = "/pay/";

  private final URI url;
  private final Store store;
  private final Agenda agenda;
  private final Webhooks webhooks;
  private final Api api;
  private final PaymentPage page;
  private final LocalRoutes routes;
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());

  /**
   * Reads what an earlier run left.
   *
   * @param clock the shop's clock; sessions, events and signatures go by it
   * @param dataFolder where its file is kept, made when missing
   * @param url where its server listens, without a slash at the end; stripe-java's base URL
   * @param webhookTarget where events are sent
   * @param apiKey the only key that it takes
   * @param webhookSecret what signs the webhooks
   * @throws UncheckedIOException when the folder cannot be used
   */
  public PaymentProviderStandIn(
      Clock clock,
      Path dataFolder,
      URI url,
      Supplier<URI> webhookTarget,
      String apiKey,
      String webhookSecret) {
    this.url = url;
    try {
      long now = clock.instant().getEpochSecond();
      store =
          Store.open(
              dataFolder.resolve("payments.jsonl"), record -> !Api.isOutdatedKey(record, now));
    } catch (IOException unusable) {
      throw new UncheckedIOException(
          "The payment stand-in cannot use the folder " + dataFolder, unusable);
    }
    Ids ids = new Ids();
    Ledger ledger = new Ledger(store, clock, ids);
    Payments payments = new Payments();
    Faults faults = new Faults();
    agenda = new Agenda(ledger, payments);
    webhooks = new Webhooks(store, clock, webhookTarget, webhookSecret);
    ledger.onEvent(webhooks::publish);
    api = new Api(ledger, ids, payments, agenda, webhooks, faults, apiKey, url + PAGES);
    page = new PaymentPage(ledger, payments, agenda);
    routes = new LocalCalls(ledger, payments, agenda, webhooks, faults).routes();
  }

  /** Begins to send events, those too that an earlier run had not delivered. */
  public void start() {
    webhooks.start();
    var unused = ticker.scheduleWithFixedDelay(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
  }

  /** Stops; what is not delivered is kept for the next run. */
  public void stop() {
    ticker.shutdownNow();
    webhooks.stop();
    try {
      store.close();
    } catch (IOException failed) {
      LOG.log(Level.WARNING, "The payment stand-in's file does not close", failed);
    }
  }

  /** Its address, without a slash at the end. */
  public URI url() {
    return url;
  }

  /** Its calls under {@code /_local}. */
  public LocalRoutes routes() {
    return routes;
  }

  /**
   * Does at once what the clock has made due: sessions expire, retries are sent. Called after the
   * clock was advanced; it happens by itself some milliseconds later.
   */
  public void clockAdvanced() {
    agenda.runDue();
    webhooks.runDue();
  }

  private void tick() {
    try {
      clockAdvanced();
    } catch (RuntimeException failed) {
      LOG.log(Level.WARNING, "The payment stand-in cannot do what is due", failed);
    }
  }

  @Override
  public void handle(WebExchange exchange) throws Exception {
    if (exchange.rawPath().startsWith(PAGES)) {
      page.handle(exchange, exchange.rawPath().substring(PAGES.length()));
    } else if (exchange.rawPath().equals("/")) {
      page.welcome(exchange);
    } else {
      api.handle(exchange);
    }
  }
}
