package shelfless.local.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import shelfless.local.Faults;
import shelfless.local.Json;
import shelfless.local.LocalException;
import shelfless.local.LocalRoutes;
import shelfless.local.LocalRoutes.Answer;
import shelfless.local.LocalRoutes.Call;

/** The calls by which a test plays the buyer, the bank, the dashboard and a bad network. */
final class LocalCalls {
  private static final int MOST_DUPLICATES = 100;
  private static final int LONGEST_DELAY_MS = 600_000;

  private final Ledger ledger;
  private final Payments payments;
  private final Agenda agenda;
  private final Webhooks webhooks;
  private final Faults faults;

  LocalCalls(Ledger ledger, Payments payments, Agenda agenda, Webhooks webhooks, Faults faults) {
    this.ledger = ledger;
    this.payments = payments;
    this.agenda = agenda;
    this.webhooks = webhooks;
    this.faults = faults;
  }

  LocalRoutes routes() {
    return new LocalRoutes()
        .add("POST", "/_local/checkout-sessions/{id}/outcome", this::outcome)
        .add("POST", "/_local/charges/{charge}/disputes", this::openDispute)
        .add("POST", "/_local/disputes/{id}/close", this::closeDispute)
        .add("POST", "/_local/refunds", this::refund)
        .add("POST", "/_local/refunds/{id}/fail", call -> onRefund(call, payments.refunds()::fail))
        .add(
            "POST",
            "/_local/refunds/{id}/succeed",
            call -> onRefund(call, payments.refunds()::arrive))
        .add("GET", "/_local/webhooks/faults", call -> Answer.ok(json(webhooks.knobs())))
        .add("PUT", "/_local/webhooks/faults", this::setKnobs)
        .add("POST", "/_local/webhooks/redeliver", this::redeliver)
        .add("GET", "/_local/webhooks/events", call -> events())
        .addAll(faults.routes("/_local/provider/faults"));
  }

  private Answer change(Function<Ledger.Change, ObjectNode> work) {
    agenda.runDue();
    try {
      return Answer.ok(ledger.change(Ledger.Origin.OUTSIDE, work));
    } catch (ApiError refused) {
      String message = String.valueOf(refused.getMessage());
      throw refused.status() == 404
          ? LocalException.notFound(message)
          : refused.remembered()
              ? LocalException.conflict(message)
              : LocalException.badRequest(message);
    }
  }

  private Answer outcome(Call call) {
    call.allowFields("outcome");
    String outcome = text(call, "outcome");
    return change(
        change -> {
          ObjectNode session = Payments.session(change, call.parameter("id"));
          return switch (outcome == null ? "" : outcome) {
            case "paid" -> payments.pay(change, session, TestPayment.VISA, null);
            case "declined" -> payments.pay(change, session, TestPayment.DECLINED, null);
            case "delayed" -> payments.pay(change, session, TestPayment.BANK_DEBIT, null);
            case "delayed_paid" -> settle(change, session, true);
            case "delayed_failed" -> settle(change, session, false);
            case "expired" -> payments.expire(change, session);
            default ->
                throw LocalException.badRequest(
                    "'outcome' must be paid, declined, delayed, delayed_paid, delayed_failed or expired.");
          };
        });
  }

  /** For an open session the buyer chooses the delayed method first. */
  private ObjectNode settle(Ledger.Change change, ObjectNode session, boolean paid) {
    ObjectNode awaiting =
        Payments.isOpen(session)
            ? payments.pay(change, session, TestPayment.BANK_DEBIT, null)
            : session;
    return payments.settle(change, awaiting, paid);
  }

  private Answer openDispute(Call call) {
    call.allowFields("amount", "reason", "status");
    requireAmount(call);
    requireOneOf(call, "status", Disputes.OPENING);
    requireOneOf(call, "reason", List.copyOf(Disputes.REASONS));
    String id = call.parameter("charge");
    return change(
        change -> {
          ObjectNode found = change.find(id).orElseThrow(() -> ApiError.missing("charge", id));
          ObjectNode charge =
              switch (found.path("object").asText()) {
                case "charge" -> found;
                case "payment_intent" -> Payments.chargeOf(change, found);
                default -> throw ApiError.missing("charge", id);
              };
          return payments.disputes().open(change, charge, withoutNulls(call.body()));
        });
  }

  private Answer closeDispute(Call call) {
    call.allowFields("outcome");
    requireOneOf(call, "outcome", List.of("won", "lost"));
    String outcome = text(call, "outcome");
    if (outcome == null) {
      throw LocalException.badRequest("'outcome' must be won or lost.");
    }
    return change(
        change ->
            payments
                .disputes()
                .close(
                    change, find(change, "dispute", call.parameter("id")), outcome.equals("won")));
  }

  private Answer refund(Call call) {
    call.allowFields("payment_intent", "charge", "amount", "reason", "status", "metadata");
    requireAmount(call);
    requireOneOf(call, "reason", List.of("duplicate", "fraudulent", "requested_by_customer"));
    requireOneOf(call, "status", List.of("succeeded", "pending", "requires_action"));
    text(call, "payment_intent");
    text(call, "charge");
    return change(change -> payments.refunds().create(change, withoutNulls(call.body())));
  }

  /** What a refund goes through after it was made. */
  @FunctionalInterface
  private interface RefundStep {
    ObjectNode apply(Ledger.Change change, ObjectNode refund);
  }

  private Answer onRefund(Call call, RefundStep step) {
    call.allowFields();
    return change(change -> step.apply(change, find(change, "refund", call.parameter("id"))));
  }

  private static ObjectNode find(Ledger.Change change, String kind, String id) {
    return change
        .find(id)
        .filter(found -> found.path("object").asText().equals(kind))
        .orElseThrow(() -> ApiError.missing(kind, id));
  }

  private Answer setKnobs(Call call) {
    call.allowFields("duplicate", "reorder", "delay_ms", "drop", "paused");
    webhooks.set(
        new Webhooks.Knobs(
            (int) number(call, "duplicate", MOST_DUPLICATES),
            flag(call, "reorder"),
            (int) number(call, "delay_ms", LONGEST_DELAY_MS),
            number(call, "drop", 1),
            flag(call, "paused")));
    return Answer.ok(json(webhooks.knobs()));
  }

  private static ObjectNode json(Webhooks.Knobs knobs) {
    return Json.object()
        .put("duplicate", knobs.duplicate())
        .put("reorder", knobs.reorder())
        .put("delay_ms", knobs.delayMs())
        .put("drop", knobs.drop())
        .put("paused", knobs.paused());
  }

  private Answer redeliver(Call call) {
    call.allowFields("event_id");
    String id = text(call, "event_id");
    if (id == null) {
      throw LocalException.badRequest("'event_id' is missing.");
    }
    boolean known =
        ledger
            .store()
            .find(id)
            .filter(found -> found.path("object").asText().equals("event"))
            .isPresent();
    if (!known) {
      throw LocalException.notFound("No such event: '" + id + "'");
    }
    Webhooks.Result result = webhooks.send(id);
    ObjectNode answer = Json.object().put("id", id).put("event_id", id);
    return Answer.ok(
        result.problem().isEmpty()
            ? answer.put("status", result.status())
            : answer.putNull("status").put("problem", result.problem()));
  }

  private Answer events() {
    agenda.runDue();
    ObjectNode answer = Json.object();
    ArrayNode data = answer.putArray("data");
    for (String id : ledger.store().ids("event").reversed()) {
      data.add(ledger.store().find(id).orElseThrow().put("pending_webhooks", webhooks.pending(id)));
    }
    return Answer.ok(answer);
  }

  private static ObjectNode withoutNulls(JsonNode body) {
    ObjectNode copy = body.deepCopy();
    copy.properties().removeIf(entry -> entry.getValue().isNull());
    return copy;
  }

  private static @Nullable String text(Call call, String name) {
    JsonNode value = call.field(name);
    if (value != null && !value.isTextual()) {
      throw LocalException.badRequest("'" + name + "' must be a string.");
    }
    return value == null ? null : value.asText();
  }

  private static void requireOneOf(Call call, String name, List<String> allowed) {
    String value = text(call, name);
    if (value != null && !allowed.contains(value)) {
      throw LocalException.badRequest("'" + name + "' must be one of " + allowed + ".");
    }
  }

  private static void requireAmount(Call call) {
    JsonNode value = call.field("amount");
    if (value != null && !(value.isIntegralNumber() && value.canConvertToLong())) {
      throw LocalException.badRequest("'amount' must be a whole number of minor units.");
    }
  }

  private static double number(Call call, String name, int most) {
    JsonNode value = call.field(name);
    if (value == null) {
      return 0;
    }
    if (!value.isNumber() || value.doubleValue() < 0 || value.doubleValue() > most) {
      throw LocalException.badRequest("'" + name + "' must be a number from 0 to " + most + ".");
    }
    return value.doubleValue();
  }

  private static boolean flag(Call call, String name) {
    JsonNode value = call.field(name);
    if (value != null && !value.isBoolean()) {
      throw LocalException.badRequest("'" + name + "' must be true or false.");
    }
    return value != null && value.asBoolean();
  }
}
