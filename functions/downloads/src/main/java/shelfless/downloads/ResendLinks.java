package shelfless.downloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import shelfless.data.Orders;
import shelfless.data.Outbox;
import shelfless.domain.EmailAddress;
import shelfless.http.Body;
import shelfless.http.Caller;
import shelfless.http.HttpHandler;
import shelfless.http.HttpRequest;
import shelfless.http.HttpResponse;
import shelfless.http.Operation;
import shelfless.json.Json;
import shelfless.orders.RehearsedSale;
import shelfless.runtime.Environment;
import shelfless.security.RateLimiter;

/**
 * {@code POST /v1/orders/lookup}: mails the links to all that was bought with an address, to that
 * address. The answer says nothing about whether there is such an order, neither by what it holds
 * nor by when it comes.
 */
public final class ResendLinks extends HttpHandler {
  private static final int HOUR = 3600;
  private static final int PER_EMAIL = 5;

  /** Many buyers may share one address of a network. */
  private static final int PER_ADDRESS = 300;

  /** Longer than recording and queueing a mail usually takes; every answer takes it. */
  private static final long ANSWER_AFTER_MILLIS = 150;

  public ResendLinks() {
    this(Environment.ofProcess());
  }

  public ResendLinks(Environment environment) {
    super(Operation.RESEND_LINKS, environment);
  }

  @Override
  protected List<ObjectNode> rehearsal() {
    return List.of(
        Json.object()
            .put(
                "body",
                Json.text(Json.object().put("email", RehearsedSale.paid(environment).email()))));
  }

  @Override
  protected HttpResponse handle(HttpRequest request, Caller caller) {
    long answerAt = System.nanoTime() + ANSWER_AFTER_MILLIS * 1_000_000;
    Body body = request.json();
    body.requiredText("email", EmailAddress.MAX_LENGTH);
    Optional<EmailAddress> email =
        body.parsed(
            "email",
            EmailAddress.MAX_LENGTH,
            EmailAddress::parse,
            "must be an e-mail address, such as ada@example.com.");
    body.check();
    String address = email.orElseThrow().key();
    environment
        .rateLimiter()
        .take(
            new RateLimiter.Limit("resend_address", request.clientAddress(), PER_ADDRESS, HOUR),
            new RateLimiter.Limit("resend_email", address, PER_EMAIL, HOUR));
    environment
        .database()
        .transaction(
            transaction -> {
              Optional<UUID> order = Orders.latestPaidOf(transaction, address);
              if (order.isPresent()) {
                Outbox.add(
                    transaction,
                    environment.queues(),
                    Outbox.Kind.LINKS,
                    order.get(),
                    transaction.newId().toString());
              }
              return order.isPresent();
            });
    waitUntil(answerAt);
    return HttpResponse.json(202, Json.object().put("status", "accepted"));
  }

  private static void waitUntil(long nanoTime) {
    try {
      Thread.sleep(Math.max(0, (nanoTime - System.nanoTime()) / 1_000_000));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
