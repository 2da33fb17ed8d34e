package shelfless.fulfillment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import shelfless.aws.Mailer.Mail;
import shelfless.data.Entitlements.Entitlement;
import shelfless.data.Entitlements.License;
import shelfless.data.MailContents;
import shelfless.data.Orders;
import shelfless.domain.Access;
import shelfless.domain.EntitlementStatus;
import shelfless.domain.LicenseStatus;
import shelfless.domain.Money;
import shelfless.domain.OrderStatus;
import shelfless.domain.RefundStatus;
import shelfless.security.Tokens;
import shelfless.testing.AwsStandIn;

class MailWriterTest {
  private static final Instant SOLD = Instant.parse("2026-03-02T09:30:00Z");
  private static final Tokens TOKENS = Tokens.of(AwsStandIn.tokenKeys());

  private final MailWriter writer =
      new MailWriter("Shelfless", "https://shop.example.com", SOLD, TOKENS);

  private static Money eur(long cents) {
    return new Money(cents, "EUR");
  }

  private static Orders.Order order(Money discount, Money total) {
    return new Orders.Order(
        new UUID(0, 1),
        "S-100001",
        null,
        "buyer@example.com",
        OrderStatus.PAID,
        total.plus(discount),
        discount,
        eur(0),
        total,
        "DE",
        false,
        "k1",
        0,
        SOLD,
        SOLD,
        SOLD);
  }

  private static Orders.Item item(int id, String title, int quantity, Money price) {
    return new Orders.Item(
        new UUID(1, id),
        new UUID(2, id),
        "slug",
        "SKU",
        title,
        price,
        quantity,
        price.times(quantity),
        eur(0),
        BigDecimal.ZERO,
        eur(0));
  }

  // NullAway does not see from a class file that a record's component of a nested type may be null.
  @SuppressWarnings("NullAway")
  private static Entitlement held(
      int item,
      int unit,
      String title,
      EntitlementStatus status,
      @Nullable Integer left,
      @Nullable Instant expiresAt,
      @Nullable String key) {
    boolean revoked = status == EntitlementStatus.REVOKED;
    return new Entitlement(
        new UUID(item, unit),
        new UUID(0, 1),
        new UUID(1, item),
        unit,
        new UUID(2, item),
        "slug",
        title,
        status,
        revoked ? Access.Reason.REFUNDED : null,
        left == null ? null : Integer.valueOf(5),
        left,
        expiresAt,
        SOLD,
        revoked ? SOLD : null,
        null,
        null,
        "k1",
        0,
        List.of(),
        key == null ? null : new License(key, LicenseStatus.ACTIVE, 3, 0, null));
  }

  private static String url(int item, int unit) {
    return "https://shop.example.com/downloads/"
        + TOKENS.download(new UUID(item, unit), 0, "k1").value();
  }

  private Mail receipt(
      Money discount, Money total, List<Orders.Item> items, List<Entitlement> held) {
    return writer.receipt(
        new MailContents.Receipt(
            "ada@example.com",
            new MailContents.Bought(
                order(discount, total),
                items,
                held,
                List.of(new MailContents.Consent("immediate_delivery", "2026-01", SOLD)))));
  }

  @Test
  void aReceiptHasALinkForEachUnitItsKeyItsTermsAndWhatWasAgreedTo() {
    Mail mail =
        receipt(
            eur(500),
            eur(11_200),
            List.of(item(1, "The Handbook", 1, eur(1_900)), item(2, "Toolkit", 2, eur(4_900))),
            List.of(
                held(1, 1, "The Handbook", EntitlementStatus.ACTIVE, null, null, null),
                held(
                    2,
                    1,
                    "Toolkit",
                    EntitlementStatus.ACTIVE,
                    5,
                    SOLD.plusSeconds(2_592_000),
                    "AAAAA-BBBBB"),
                held(2, 2, "Toolkit", EntitlementStatus.PENDING, 1, null, null)));

    assertEquals("Your order S-100001 from Shelfless", mail.subject());
    for (String body : List.of(mail.text(), mail.html())) {
      for (String expected :
          List.of(
              "S-100001",
              "2 March 2026",
              "€19.00",
              "€98.00",
              "€5.00",
              "€112.00",
              url(1, 1),
              url(2, 1),
              url(2, 2),
              "Toolkit (1 of 2)",
              "Toolkit (2 of 2)",
              "AAAAA-BBBBB",
              "As many downloads as you like.",
              "5 downloads, until 1 April 2026, 09:30 UTC.",
              "its licence key is on its way",
              "you agreed that delivery begins at once",
              "(text 2026-01)",
              "Reply to this mail")) {
        assertTrue(body.contains(expected), expected + " in\n" + body);
      }
      assertFalse(body.contains("Tax"), body);
    }
  }

  @Test
  void paragraphsOfATextAreOneBlankLineApart() {
    Entitlement closed = held(2, 2, "Toolkit", EntitlementStatus.REVOKED, 5, null, null);

    assertEquals(
        """
        Thank you for your order S-100001 of 2 March 2026.

        Book
        %s
        1 download.

        YOUR ORDER

        1 x Book, €19.00 each: €19.00

        Subtotal: €19.00
        Total: €19.00

        On 2 March 2026, 09:30 UTC you agreed that delivery begins at once, and that your right of withdrawal ends with it \
        (text 2026-01).

        Opening a link costs no download, and a download that broke off can be asked for again for a while at no cost.
        The links are yours alone: whoever has them can download.

        Does something not work, or would you like your money back? Reply to this mail and name your order S-100001.

        Shelfless
        """
            .formatted(url(1, 1)),
        receipt(
                eur(0),
                eur(1_900),
                List.of(item(1, "Book", 1, eur(1_900))),
                List.of(held(1, 1, "Book", EntitlementStatus.ACTIVE, 1, null, null)))
            .text());
    assertEquals(
        """
        We have refunded €49.00 of your order S-100001 of 2 March 2026 (€98.00).
        It goes back the way you paid; the bank may take some days to show it.

        With it these are closed, and their links and licence keys no longer work:

        - Toolkit (2 of 2)

        The rest of the order stays yours.

        Is something wrong? Reply to this mail and name your order S-100001.

        Shelfless
        """,
        refund(RefundStatus.SUCCEEDED, List.of(closed)).text());
  }

  @Test
  void titlesCannotLeaveTheirPlace() {
    String title = "<b>Q&A</b> \"quoted\"\r\nTotal: €0.00\u2028https://evil.example.com 'x'";

    Mail mail =
        receipt(
            eur(0),
            eur(1_900),
            List.of(item(1, title, 1, eur(1_900))),
            List.of(held(1, 1, title, EntitlementStatus.ACTIVE, 5, null, "<script>&")));

    assertFalse(mail.html().contains("<b>"), mail.html());
    assertFalse(mail.html().contains("<script"), mail.html());
    assertTrue(mail.html().contains("&lt;b&gt;Q&amp;A&lt;/b&gt;"), mail.html());
    assertTrue(
        mail.text().contains("<b>Q&A</b> \"quoted\" Total: €0.00 https://evil.example.com 'x'"),
        mail.text());
    assertEquals(
        List.of("Total: €19.00"),
        mail.text().lines().filter(line -> line.startsWith("Total")).toList());
    assertFalse(mail.text().contains("\r"));
  }

  @Test
  void anOrderThatCostsNothingSaysSo() {
    Mail mail =
        receipt(
            eur(1_900),
            eur(0),
            List.of(item(1, "Sample", 1, eur(1_900))),
            List.of(held(1, 1, "Sample", EntitlementStatus.ACTIVE, 5, null, null)));

    assertTrue(mail.text().contains("Total: €0.00 (nothing to pay)"), mail.text());
    assertTrue(mail.html().contains("nothing to pay"), mail.html());
  }

  @Test
  void linksAreThoseOfAllOrdersAndWhatIsClosedHasNone() {
    MailContents.Bought bought =
        new MailContents.Bought(
            order(eur(0), eur(3_800)),
            List.of(item(1, "Book", 4, eur(950))),
            List.of(
                held(1, 1, "Book", EntitlementStatus.REVOKED, 5, null, "GONE-GONE"),
                held(1, 2, "Book", EntitlementStatus.ACTIVE, 5, SOLD.minusSeconds(1), null),
                held(1, 3, "Book", EntitlementStatus.ACTIVE, 0, null, null),
                held(1, 4, "Book", EntitlementStatus.SUSPENDED, 5, null, null)),
            List.of());

    Mail mail = writer.links(new MailContents.Links("ada@example.com", List.of(bought, bought)));

    assertEquals("Your downloads from Shelfless", mail.subject());
    for (String body : List.of(mail.text(), mail.html())) {
      assertFalse(body.contains(url(1, 1)), body);
      assertFalse(body.contains("GONE-GONE"), body);
      for (String expected :
          List.of(
              "Closed: it was refunded.",
              "Ended on 2 March 2026.",
              "All downloads have been used.",
              "while a dispute about the payment is open",
              url(1, 2))) {
        assertTrue(body.contains(expected), expected + " in\n" + body);
      }
    }
  }

  private Mail refund(RefundStatus status, List<Entitlement> closed) {
    return writer.refund(
        new MailContents.Refund(
            "ada@example.com",
            order(eur(0), eur(9_800)),
            List.of(item(2, "Toolkit", 2, eur(4_900))),
            new Orders.Refund(
                new UUID(0, 9),
                new UUID(0, 1),
                eur(4_900),
                "other",
                null,
                status,
                "re_1",
                SOLD,
                Set.of()),
            closed));
  }

  @Test
  void aRefundSaysWhatItClosedOrThatAccessStays() {
    Entitlement one = held(2, 1, "Toolkit", EntitlementStatus.REVOKED, 5, null, null);
    Entitlement two = held(2, 2, "Toolkit", EntitlementStatus.REVOKED, 5, null, null);

    Mail part = refund(RefundStatus.SUCCEEDED, List.of(two));
    Mail whole = refund(RefundStatus.SUCCEEDED, List.of(one, two));
    Mail none = refund(RefundStatus.PENDING, List.of());

    assertEquals("Refund for your order S-100001 from Shelfless", part.subject());
    for (String body : List.of(part.text(), part.html())) {
      assertTrue(body.contains("Toolkit (2 of 2)"), body);
      assertFalse(body.contains("Toolkit (1 of 2)"), body);
      assertTrue(body.contains("We have refunded"), body);
      assertTrue(body.contains("€49.00"), body);
    }
    for (String body : List.of(whole.text(), whole.html())) {
      assertTrue(body.contains("The order is closed with it"), body);
    }
    for (String body : List.of(none.text(), none.html())) {
      assertTrue(body.contains("You keep what you bought"), body);
      assertTrue(body.contains("is on its way"), body);
    }
  }

  @Test
  void aShopsNameStaysWithinTheSubjectsLine() {
    MailWriter odd =
        new MailWriter("Evil\r\nBcc: x@example.com", "https://shop.example.com", SOLD, TOKENS);

    Mail mail = odd.links(new MailContents.Links("ada@example.com", List.of()));

    assertEquals("Your downloads from Evil Bcc: x@example.com", mail.subject());
  }
}
