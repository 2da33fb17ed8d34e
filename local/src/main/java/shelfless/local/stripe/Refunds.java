package shelfless.local.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Set;

/** Refunds: at most what was taken, not while a dispute has the money, and some fail later. */
final class Refunds {
  /** What a refund says when it is not done at once. */
  static final Set<String> LATER = Set.of("pending", "requires_action");

  private static final long BANK_SECONDS = 5;

  /**
   * Refunds a charge.
   *
   * @param request charge or payment_intent, and amount, reason, metadata, status where given
   */
  ObjectNode create(Ledger.Change change, JsonNode request) {
    ObjectNode charge = charge(change, request);
    String id = charge.path("id").asText();
    long unrefunded = charge.path("amount").asLong() - charge.path("amount_refunded").asLong();
    if (!charge.path("status").asText().equals("succeeded")) {
      throw ApiError.forbidden(
          null, "charge", "Charge %s did not succeed, so nothing is refunded.".formatted(id));
    }
    if (Disputes.holdsMoney(change, charge)) {
      throw ApiError.forbidden(
          "charge_disputed",
          null,
          "Charge %s has been charged back; cannot issue a refund.".formatted(id));
    }
    if (unrefunded == 0) {
      throw ApiError.forbidden(
          "charge_already_refunded", null, "Charge %s has already been refunded.".formatted(id));
    }
    String currency = charge.path("currency").asText();
    long amount = request.path("amount").asLong(unrefunded);
    if (amount < 1) {
      throw ApiError.parameter("parameter_invalid_integer", "amount", "Invalid positive integer");
    }
    if (amount > unrefunded) {
      throw ApiError.forbidden(
          null,
          "amount",
          "Refund amount (%s) is greater than %s (%s)"
              .formatted(
                  Currencies.format(amount, currency),
                  unrefunded < charge.path("amount").asLong()
                      ? "unrefunded amount on charge"
                      : "charge amount",
                  Currencies.format(unrefunded, currency)));
    }
    Currencies.check(currency, "currency", amount, "amount");
    return create(change, charge, amount, request);
  }

  private static ObjectNode create(
      Ledger.Change change, ObjectNode charge, long amount, JsonNode request) {
    String card = charge.path("payment_method_details").path("card").path("last4").asText();
    boolean pending = TestPayment.REFUND_PENDING.last4().equals(card);
    String status = request.path("status").asText(pending ? "pending" : "succeeded");
    ObjectNode refund = Shapes.refund();
    String id = change.newId("re_3");
    refund
        .put("id", id)
        .put("amount", amount)
        .put("charge", charge.path("id").asText())
        .put("created", change.now())
        .put("currency", charge.path("currency").asText())
        .put("payment_intent", charge.path("payment_intent").asText())
        .put("reason", request.path("reason").textValue())
        .put("status", status);
    refund.set("metadata", Metadata.merge(refund.path("metadata"), request.path("metadata")));
    refund.put("balance_transaction", Payments.balance(change, refund, -amount, "refund"));
    change.put(refund, "refund.created");
    ObjectNode before = charge.deepCopy();
    takeFromCharge(charge, amount);
    change.update(before, charge, "charge.refunded");
    if (status.equals("succeeded")) {
      arriveAtBank(change, refund);
    }
    if (pending) {
      change.schedule("refund_arrives", id, change.now() + BANK_SECONDS);
    } else if (TestPayment.REFUND_FAILS.last4().equals(card)) {
      change.schedule("refund_fails", id, change.now() + BANK_SECONDS);
    }
    return refund;
  }

  private static ObjectNode charge(Ledger.Change change, JsonNode request) {
    String charge = request.path("charge").textValue();
    String intent = request.path("payment_intent").textValue();
    if (charge == null && intent == null) {
      throw ApiError.parameter(
          "parameter_missing",
          "payment_intent",
          "One of the following params should be provided for this request: payment_intent or charge.");
    }
    if (charge != null) {
      ObjectNode found =
          change
              .find(charge)
              .filter(object -> object.path("object").asText().equals("charge"))
              .orElseThrow(() -> ApiError.missingReference("charge", "charge", charge));
      if (intent != null && !intent.equals(found.path("payment_intent").asText())) {
        throw ApiError.parameter(
            null, "payment_intent", "The charge is not one of this payment intent.");
      }
      return found;
    }
    return Payments.chargeOf(
        change,
        change
            .find(intent)
            .filter(object -> object.path("object").asText().equals("payment_intent"))
            .orElseThrow(
                () ->
                    ApiError.missingReference(
                        "payment_intent", "payment_intent", String.valueOf(intent))));
  }

  private static void takeFromCharge(ObjectNode charge, long amount) {
    long refunded = charge.path("amount_refunded").asLong() + amount;
    charge
        .put("amount_refunded", refunded)
        .put("refunded", refunded == charge.path("amount").asLong());
  }

  /** The bank names the refund on the buyer's statement: Stripe tells of it a second time. */
  private static void arriveAtBank(Ledger.Change change, ObjectNode refund) {
    ObjectNode before = refund.deepCopy();
    refund
        .withObjectProperty("destination_details")
        .withObjectProperty("card")
        .put("reference", change.newId("").substring(0, 15).toUpperCase(Locale.ROOT))
        .put("reference_status", "available")
        .put("reference_type", "acquirer_reference_number");
    change.update(before, refund, "refund.updated", "charge.refund.updated");
  }

  /** A pending refund succeeds. */
  ObjectNode arrive(Ledger.Change change, ObjectNode refund) {
    requireStatus(refund, "succeed", LATER);
    ObjectNode before = refund.deepCopy();
    change.update(
        before, refund.put("status", "succeeded"), "refund.updated", "charge.refund.updated");
    return refund;
  }

  /** The bank sends the money back: the charge counts as not refunded by this. */
  ObjectNode fail(Ledger.Change change, ObjectNode refund) {
    requireStatus(refund, "fail", Set.of("succeeded", "pending", "requires_action"));
    ObjectNode before = refund.deepCopy();
    refund.put("status", "failed").put("failure_reason", "expired_or_canceled_card");
    refund.put("failure_balance_transaction", giveBack(change, refund, "refund_failure"));
    change.update(before, refund, "refund.failed", "refund.updated", "charge.refund.updated");
    return refund;
  }

  /** Cancels a refund that waits for the customer. */
  ObjectNode cancel(Ledger.Change change, ObjectNode refund) {
    requireStatus(refund, "be canceled", Set.of("requires_action"));
    ObjectNode before = refund.deepCopy();
    giveBack(change, refund, "refund");
    change.update(before, refund.put("status", "canceled"), "refund.updated");
    return refund;
  }

  /** Changes the metadata. */
  ObjectNode update(Ledger.Change change, ObjectNode refund, JsonNode metadata) {
    ObjectNode before = refund.deepCopy();
    refund.set("metadata", Metadata.merge(refund.path("metadata"), metadata));
    change.update(before, refund, "refund.updated", "charge.refund.updated");
    return refund;
  }

  private static String giveBack(Ledger.Change change, ObjectNode refund, String type) {
    long amount = refund.path("amount").asLong();
    ObjectNode charge = change.find(refund.path("charge").asText()).orElseThrow();
    ObjectNode before = charge.deepCopy();
    takeFromCharge(charge, -amount);
    change.update(before, charge, "charge.updated");
    return Payments.balance(change, refund, amount, type);
  }

  private static void requireStatus(JsonNode refund, String verb, Set<String> allowed) {
    String status = refund.path("status").asText();
    if (!allowed.contains(status)) {
      throw ApiError.forbidden(
          null, null, "A refund with the status `%s` cannot %s.".formatted(status, verb));
    }
  }
}
