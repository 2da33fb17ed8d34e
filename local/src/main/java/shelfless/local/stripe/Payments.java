package shelfless.local.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import shelfless.local.Json;

/** What becomes of a session: the buyer pays, is declined, pays by a delayed method, or leaves. */
final class Payments {
  /** How long after a payment or refund the test cards' banks act. */
  private static final long BANK_SECONDS = 5;

  private final Refunds refunds = new Refunds();
  private final Disputes disputes = new Disputes();

  Refunds refunds() {
    return refunds;
  }

  Disputes disputes() {
    return disputes;
  }

  /** Does a task that has become due, unless events have overtaken it. */
  void run(Ledger.Change change, ObjectNode task) {
    String subject = task.path("subject").asText();
    ObjectNode object = change.find(subject).orElseThrow();
    switch (task.path("kind").asText()) {
      case "expire_session" -> {
        if (isOpen(object)) {
          expire(change, object);
        }
      }
      case "dispute_charge" -> {
        if (!object.path("disputed").asBoolean()) {
          disputes.open(change, object, Json.object());
        }
      }
      case "refund_arrives" -> {
        if (object.path("status").asText().equals("pending")) {
          refunds.arrive(change, object);
        }
      }
      case "refund_fails" -> {
        if (object.path("status").asText().equals("succeeded")) {
          refunds.fail(change, object);
        }
      }
      default -> throw new IllegalStateException("There is no task of this kind: " + task);
    }
  }

  /** The session with this id; {@link ApiError} 404 when there is none. */
  static ObjectNode session(Ledger.Change change, String id) {
    return change
        .find(id)
        .filter(object -> object.path("object").asText().equals("checkout.session"))
        .orElseThrow(() -> ApiError.missing("checkout.session", id));
  }

  static boolean isOpen(JsonNode session) {
    return session.path("status").asText().equals("open");
  }

  /** Whether a delayed payment of the session is still under way. */
  static boolean awaitsBank(Ledger.Change change, JsonNode session) {
    return change
        .find(session.path("payment_intent").textValue())
        .filter(intent -> intent.path("status").asText().equals("processing"))
        .isPresent();
  }

  /**
   * The buyer pays on the page; answers the session. A declined card leaves it open, a delayed
   * method complete and unpaid.
   */
  ObjectNode pay(
      Ledger.Change change, ObjectNode session, TestPayment payment, @Nullable String typedEmail) {
    requireOpen(session);
    String email =
        session.path("customer_email").asText(typedEmail == null ? "" : typedEmail.strip());
    ObjectNode intent =
        change
            .find(session.path("payment_intent").textValue())
            .orElseGet(() -> newIntent(change, session));
    session.put("payment_intent", intent.path("id").asText());
    ObjectNode charge = newCharge(change, session, intent, payment, email);
    intent
        .put("payment_method", charge.path("payment_method").asText())
        .put("latest_charge", charge.path("id").asText())
        .putNull("last_payment_error");
    if (payment.declineCode().isPresent()) {
      change.put(session);
      decline(change, intent, charge, payment.declineCode().get(), payment.declineMessage());
      return session;
    }
    ObjectNode customer = Sessions.customer(email);
    customer.putObject("address").put("country", "DE");
    session.set("customer_details", customer);
    session
        .put("status", "complete")
        .putNull("url")
        .putObject("collected_information")
        .putNull("shipping_details");
    if (payment == TestPayment.BANK_DEBIT) {
      change.put(charge, "charge.pending");
      change.put(intent.put("status", "processing"), "payment_intent.processing");
      change.put(session, "checkout.session.completed");
      return session;
    }
    succeed(change, intent, charge);
    change.put(session.put("payment_status", "paid"), "checkout.session.completed");
    captured(change, charge);
    if (payment == TestPayment.DISPUTED) {
      change.schedule("dispute_charge", charge.path("id").asText(), change.now() + BANK_SECONDS);
    }
    return session;
  }

  /** The bank settles a delayed payment; answers the session. */
  ObjectNode settle(Ledger.Change change, ObjectNode session, boolean paid) {
    if (!awaitsBank(change, session)) {
      throw ApiError.forbidden(
          null, null, "The session has no delayed payment under way: " + state(session));
    }
    ObjectNode intent = change.find(session.path("payment_intent").asText()).orElseThrow();
    ObjectNode charge = change.find(intent.path("latest_charge").asText()).orElseThrow();
    if (!paid) {
      decline(change, intent, charge, "insufficient_funds", "The customer's account has no funds.");
      change.emit("checkout.session.async_payment_failed", session, null);
      return session;
    }
    succeed(change, intent, charge);
    change.put(session.put("payment_status", "paid"), "checkout.session.async_payment_succeeded");
    captured(change, charge);
    return session;
  }

  /** Ends an open session: its time is over, or the shop asked for it. Answers the session. */
  ObjectNode expire(Ledger.Change change, ObjectNode session) {
    if (!isOpen(session)) {
      throw ApiError.forbidden(
          null,
          null,
          "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of `%s`."
              .formatted(session.path("status").asText()));
    }
    change
        .find(session.path("payment_intent").textValue())
        .ifPresent(
            intent ->
                change.put(
                    intent
                        .put("status", "canceled")
                        .put("canceled_at", change.now())
                        .put("cancellation_reason", "expired"),
                    "payment_intent.canceled"));
    change.put(session.put("status", "expired").putNull("url"), "checkout.session.expired");
    return session;
  }

  private static void requireOpen(JsonNode session) {
    if (!isOpen(session)) {
      throw ApiError.forbidden(null, null, "The session cannot be paid: " + state(session));
    }
  }

  private static String state(JsonNode session) {
    return "it is %s and %s."
        .formatted(session.path("status").asText(), session.path("payment_status").asText());
  }

  private static ObjectNode newIntent(Ledger.Change change, JsonNode session) {
    JsonNode data =
        change
            .find(Sessions.detailsId(session.path("id").asText()))
            .orElseThrow()
            .path("payment_intent_data");
    ObjectNode intent = Shapes.paymentIntent();
    String id = change.newId("pi_3");
    intent
        .put("id", id)
        .put("client_secret", change.newId(id + "_secret_"))
        .put("amount", session.path("amount_total").asLong())
        .put("created", change.now())
        .put("currency", session.path("currency").asText());
    intent.set("payment_method_types", session.path("payment_method_types"));
    data.properties().forEach(entry -> intent.set(entry.getKey(), entry.getValue()));
    change.put(intent, "payment_intent.created");
    return intent;
  }

  private static ObjectNode newCharge(
      Ledger.Change change, JsonNode session, JsonNode intent, TestPayment payment, String email) {
    ObjectNode charge = Shapes.charge();
    charge
        .put("id", change.newId("ch_3"))
        .put("amount", session.path("amount_total").asLong())
        .put("created", change.now())
        .put("currency", session.path("currency").asText())
        .put("payment_intent", intent.path("id").asText())
        .put("payment_method", change.newId("pm_1"));
    for (String name :
        new String[] {
          "description",
          "metadata",
          "receipt_email",
          "statement_descriptor",
          "statement_descriptor_suffix"
        }) {
      charge.set(name, intent.path(name));
    }
    charge.withObjectProperty("billing_details").put("email", email);
    ObjectNode method = charge.putObject("payment_method_details");
    if (payment == TestPayment.BANK_DEBIT) {
      method
          .put("type", "sepa_debit")
          .putObject("sepa_debit")
          .put("bank_code", "19043")
          .putNull("branch_code")
          .put("country", "AT")
          .put("fingerprint", "Q8ZBkpmn9OaeLEH4")
          .put("last4", payment.last4())
          .put("mandate", change.newId("mandate_1"));
    } else {
      method
          .put("type", "card")
          .putObject("card")
          .put("amount_authorized", session.path("amount_total").asLong())
          .put("brand", payment.brand())
          .put("country", "US")
          .put("exp_month", 12)
          .put("exp_year", 2034)
          .put("fingerprint", "Xt5EWLLDS7FJjR1c")
          .put("funding", "credit")
          .put("last4", payment.last4())
          .put("network", payment.brand())
          .putNull("three_d_secure")
          .putNull("wallet");
    }
    return charge;
  }

  private static void decline(
      Ledger.Change change,
      ObjectNode intent,
      ObjectNode charge,
      String declineCode,
      String message) {
    charge
        .put("status", "failed")
        .put("failure_code", "card_declined")
        .put("failure_message", message)
        .set("outcome", outcome("declined_by_network", declineCode, "issuer_declined"));
    change.put(charge, "charge.failed");
    intent
        .put("status", "requires_payment_method")
        .putNull("payment_method")
        .putObject("last_payment_error")
        .put("charge", charge.path("id").asText())
        .put("code", "card_declined")
        .put("decline_code", declineCode)
        .put("doc_url", "https://docs.stripe.com/error-codes#card-declined")
        .put("message", message)
        .put("type", "card_error");
    change.put(intent, "payment_intent.payment_failed");
  }

  private static void succeed(Ledger.Change change, ObjectNode intent, ObjectNode charge) {
    long amount = charge.path("amount").asLong();
    charge
        .put("status", "succeeded")
        .put("paid", true)
        .put("captured", true)
        .put("amount_captured", amount)
        .set("outcome", outcome("approved_by_network", null, "authorized"));
    change.put(charge, "charge.succeeded");
    intent.put("status", "succeeded").put("amount_received", amount);
    change.put(intent, "payment_intent.succeeded");
  }

  /** Capture is asynchronous with the current API: the money's entry follows the payment. */
  private static void captured(Ledger.Change change, ObjectNode charge) {
    ObjectNode before = charge.deepCopy();
    long amount = charge.path("amount").asLong();
    charge.put("balance_transaction", balance(change, charge, amount, "charge"));
    change.update(before, charge, "charge.updated");
  }

  private static ObjectNode outcome(String networkStatus, @Nullable String reason, String type) {
    return Json.object()
        .putNull("network_advice_code")
        .putNull("network_decline_code")
        .put("network_status", networkStatus)
        .put("reason", reason)
        .put("risk_level", "normal")
        .put("risk_score", 12)
        .put(
            "seller_message",
            reason == null ? "Payment complete." : "The bank refused: " + reason + ".")
        .put("type", type);
  }

  /** Writes an entry of the account's balance; without fees. Answers its id. */
  static String balance(Ledger.Change change, JsonNode source, long amount, String type) {
    ObjectNode entry = Shapes.balanceTransaction();
    entry
        .put("id", change.newId("txn_3"))
        .put("amount", amount)
        .put("net", amount)
        .put("available_on", change.now())
        .put("created", change.now())
        .put("currency", source.path("currency").asText())
        .put("source", source.path("id").asText())
        .put("type", type)
        .put("reporting_category", type.equals("adjustment") ? "dispute" : type);
    change.put(entry);
    return entry.path("id").asText();
  }

  /** The charge that a payment intent's money came by; {@link ApiError} when there is none. */
  static ObjectNode chargeOf(Ledger.Change change, JsonNode intent) {
    Optional<ObjectNode> charge =
        change
            .find(intent.path("latest_charge").textValue())
            .filter(found -> found.path("status").asText().equals("succeeded"));
    return charge.orElseThrow(
        () ->
            ApiError.forbidden(
                "payment_intent_unexpected_state",
                "payment_intent",
                "This PaymentIntent (%s) does not have a successful charge to refund."
                    .formatted(intent.path("id").asText())));
  }
}
