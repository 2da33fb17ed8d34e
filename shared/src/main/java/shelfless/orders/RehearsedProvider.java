package shelfless.orders;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import shelfless.domain.Money;
import shelfless.domain.PaymentStatus;
import shelfless.json.Json;
import shelfless.runtime.Unavailable;

/**
 * The provider while a function is rehearsed ({@link RehearsedSale}): it asks the real one for what
 * that refuses, so that the way there is known, and then says itself that all went well.
 */
public final class RehearsedProvider implements PaymentProvider {
  private static final String SESSION = "cs_rehearsal";

  private final PaymentProvider real;
  private final Clock clock;
  private final Set<String> expired = new HashSet<>();

  public RehearsedProvider(PaymentProvider real, Clock clock) {
    this.real = real;
    this.clock = clock;
  }

  private static void refused(Runnable call) {
    try {
      call.run();
    } catch (Refused | Unavailable expected) {
      // The way there was the point.
    }
  }

  @Override
  public String name() {
    return real.name();
  }

  /** What is to be paid stands in the session's id. */
  @Override
  public Session createSession(NewSession wanted) {
    refused(
        () ->
            real.createSession(
                new NewSession(
                    wanted.orderId(),
                    wanted.orderNumber(),
                    wanted.email(),
                    wanted.note(),
                    // Without lines and an address to return to there is nothing to make.
                    List.of(),
                    "",
                    "")));
    long total =
        wanted.lines().stream()
            .mapToLong(line -> line.unitAmount().amount() * line.quantity())
            .sum();
    return session(
        id(wanted.orderId(), new Money(total, wanted.lines().getFirst().unitAmount().currency())));
  }

  /** The id of the session on which an order is paid. */
  static String id(UUID orderId, Money total) {
    return SESSION + "_" + orderId + "_" + total.amount() + "_" + total.currency();
  }

  private Session session(String id) {
    Instant soon = clock.instant().plus(Duration.ofHours(1));
    return new Session(id, "https://rehearsal.invalid/", soon);
  }

  /** It is paid, unless it was ended. */
  @Override
  public State fetch(String sessionId, boolean withRefundsAndDisputes) {
    refused(() -> real.fetch(SESSION, withRefundsAndDisputes));
    String[] parts = sessionId.split("_");
    Money total = new Money(Long.parseLong(parts[3]), parts[4]);
    boolean isOver = expired.contains(sessionId);
    return new State(
        UUID.fromString(parts[2]),
        null,
        session(sessionId),
        SessionStatus.COMPLETE,
        total,
        new PaymentState("pi_rehearsal_" + parts[2], total, PaymentStatus.SUCCEEDED, Json.object()),
        List.of(),
        List.of());
  }

  @Override
  public boolean expireSession(String sessionId) {
    refused(() -> real.expireSession(SESSION));
    return expired.add(sessionId);
  }

  @Override
  public Optional<UUID> orderOfPayment(String providerPaymentId) {
    return Optional.empty();
  }

  @Override
  public RefundState refund(NewRefund refund) {
    throw new UnsupportedOperationException("Refunds are not rehearsed.");
  }

  @Override
  public List<Event> events(Instant from, Instant to) {
    return List.of();
  }
}
