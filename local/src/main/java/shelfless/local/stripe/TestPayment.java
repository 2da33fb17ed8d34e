package shelfless.local.stripe;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The ways to pay on the test page, with Stripe's own test numbers, and what becomes of each. */
enum TestPayment {
  VISA("4242 4242 4242 4242", "Visa: paid"),
  MASTERCARD("5555 5555 5555 4444", "Mastercard: paid"),
  DECLINED("4000 0000 0000 0002", "Declined by the bank; another card can be tried"),
  INSUFFICIENT_FUNDS("4000 0000 0000 9995", "Declined for lack of funds"),
  BANK_DEBIT(
      "AT61 1904 3002 3457 3201",
      "Bank debit (IBAN): a delayed method, unpaid until this page's buttons settle it"),
  DISPUTED("4000 0000 0000 0259", "Paid, and disputed as fraudulent seconds later"),
  REFUND_PENDING("4000 0000 0000 7726", "Paid; a refund stays pending for some seconds"),
  REFUND_FAILS("4000 0000 0000 5126", "Paid; a refund succeeds and fails seconds later");

  private final String number;
  private final String meaning;

  TestPayment(String number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  /** The one with this number, however it is spaced. */
  static Optional<TestPayment> ofNumber(String typed) {
    String compact = compact(typed);
    return Arrays.stream(values())
        .filter(payment -> compact(payment.number).equals(compact))
        .findFirst();
  }

  private static String compact(String number) {
    return number.replaceAll("[\\s-]", "").toUpperCase(Locale.ROOT);
  }

  /** As it is printed on a card. */
  String number() {
    return number;
  }

  /** What happens, for a person. */
  String meaning() {
    return meaning;
  }

  String last4() {
    return number.substring(number.length() - 4);
  }

  String brand() {
    return this == MASTERCARD ? "mastercard" : "visa";
  }

  /** The bank's reason to refuse, or nothing. */
  Optional<String> declineCode() {
    return switch (this) {
      case DECLINED -> Optional.of("generic_decline");
      case INSUFFICIENT_FUNDS -> Optional.of("insufficient_funds");
      default -> Optional.empty();
    };
  }

  /** What the buyer is told of a refusal. */
  String declineMessage() {
    return this == INSUFFICIENT_FUNDS
        ? "Your card has insufficient funds."
        : "Your card was declined.";
  }
}
