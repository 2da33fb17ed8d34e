package shelfless.local.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Disputes: a bank takes the money back, or only asks (an inquiry, {@code warning_*}). */
final class Disputes {
  /** The statuses that a dispute can begin with. */
  static final List<String> OPENING = List.of("needs_response", "warning_needs_response");

  /** The reasons that Stripe knows. */
  static final Set<String> REASONS =
      Set.of(
          "bank_cannot_process",
          "check_returned",
          "credit_not_processed",
          "customer_initiated",
          "debit_not_authorized",
          "duplicate",
          "fraudulent",
          "general",
          "incorrect_account_details",
          "insufficient_funds",
          "noncompliant",
          "product_not_received",
          "product_unacceptable",
          "subscription_canceled",
          "unrecognized");

  private static final Duration EVIDENCE_DUE = Duration.ofDays(9);

  /** Whether a dispute has, or had for good, the money of this charge. */
  static boolean holdsMoney(Ledger.Change change, JsonNode charge) {
    return change.ids("dispute", "charge", charge.path("id").asText()).stream()
        .map(id -> change.find(id).orElseThrow().path("status").asText())
        .anyMatch(status -> !status.equals("won") && !status.startsWith("warning_"));
  }

  /**
   * A bank disputes a charge.
   *
   * @param request amount, reason and status where given
   */
  ObjectNode open(Ledger.Change change, ObjectNode charge, JsonNode request) {
    String chargeId = charge.path("id").asText();
    if (!charge.path("status").asText().equals("succeeded")) {
      throw ApiError.forbidden(null, null, "Charge " + chargeId + " took no money to dispute.");
    }
    if (hasOpen(change, chargeId)) {
      throw ApiError.forbidden(null, null, "Charge " + chargeId + " has an open dispute already.");
    }
    long most = charge.path("amount").asLong() - charge.path("amount_refunded").asLong();
    long amount = request.path("amount").asLong(most);
    if (amount < 1 || amount > most) {
      throw ApiError.forbidden(
          null, "amount", "A dispute is about 1 to %d of charge %s.".formatted(most, chargeId));
    }
    String status = request.path("status").asText("needs_response");
    ObjectNode dispute = Shapes.dispute();
    dispute
        .put("id", change.newId("du_1"))
        .put("amount", amount)
        .put("charge", chargeId)
        .put("created", change.now())
        .put("currency", charge.path("currency").asText())
        .put("is_charge_refundable", isInquiry(status))
        .put("payment_intent", charge.path("payment_intent").asText())
        .put("reason", request.path("reason").asText("fraudulent"))
        .put("status", status)
        .withObjectProperty("evidence_details")
        .put("due_by", change.now() + EVIDENCE_DUE.toSeconds());
    dispute
        .withObject("/payment_method_details/card")
        .put("case_type", isInquiry(status) ? "inquiry" : "chargeback");
    if (isInquiry(status)) {
      change.put(dispute, "charge.dispute.created");
      return dispute;
    }
    ObjectNode before = charge.deepCopy();
    change.put(charge.put("disputed", true));
    change.put(dispute, "charge.dispute.created");
    move(change, dispute, -amount, "charge.dispute.funds_withdrawn");
    change.emit("charge.updated", charge, before);
    return dispute;
  }

  /** The bank decides; an inquiry that is won ends as {@code warning_closed}. */
  ObjectNode close(Ledger.Change change, ObjectNode dispute, boolean won) {
    String status = dispute.path("status").asText();
    if (isClosed(status)) {
      throw ApiError.forbidden(null, null, "The dispute is closed already: " + status + ".");
    }
    if (isInquiry(status) && !won) {
      throw ApiError.forbidden(
          null, null, "An inquiry cannot be lost; open a dispute (needs_response) instead.");
    }
    ObjectNode before = dispute.deepCopy();
    dispute.put("status", isInquiry(status) ? "warning_closed" : won ? "won" : "lost");
    change.update(before, dispute, "charge.dispute.updated", "charge.dispute.closed");
    if (won && !isInquiry(status)) {
      move(change, dispute, dispute.path("amount").asLong(), "charge.dispute.funds_reinstated");
    }
    return dispute;
  }

  private static boolean hasOpen(Ledger.Change change, String chargeId) {
    return change.ids("dispute", "charge", chargeId).stream()
        .map(id -> change.find(id).orElseThrow().path("status").asText())
        .anyMatch(status -> !isClosed(status));
  }

  private static boolean isInquiry(String status) {
    return status.startsWith("warning_");
  }

  private static boolean isClosed(String status) {
    return Set.of("won", "lost", "warning_closed").contains(status);
  }

  private static void move(
      Ledger.Change change, ObjectNode dispute, long amount, String eventType) {
    ObjectNode before = dispute.deepCopy();
    String entry = Payments.balance(change, dispute, amount, "adjustment");
    dispute.withArrayProperty("balance_transactions").add(change.find(entry).orElseThrow());
    change.update(before, dispute, eventType);
  }
}
