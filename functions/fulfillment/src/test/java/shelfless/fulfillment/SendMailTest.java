package shelfless.fulfillment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import shelfless.data.Outbox;
import shelfless.json.Json;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;
import shelfless.testing.AwsStandIn;
import shelfless.testing.HttpCall;
import shelfless.testing.TestContext;
import shelfless.testing.TestDatabase;

class SendMailTest {
  private static final String ORDER = "00000000-0000-7000-8000-000000000001";

  private Instant now = Instant.parse("2026-03-02T09:30:00Z");
  private TestDatabase database;
  private AwsStandIn aws;
  private Environment environment;
  private Connection connection;

  @BeforeEach
  void sell() throws SQLException {
    database = TestDatabase.migrated();
    aws = AwsStandIn.start();
    Clock clock = InstantSource.offset(() -> now, Duration.ZERO).withZone(ZoneOffset.UTC);
    environment = new Environment(aws.settings(database), clock, IdGenerator.secure(clock));
    connection = database.connectAsSuperuser();
    run(
        """
        insert into product (id, sku, slug, title, price, currency, created_at, updated_at)
        values ('00000000-0000-7000-8000-000000000002', 'BOOK', 'book', 'The Book', 1900, 'EUR', now(), now())
        """);
    order(ORDER, "3", "Ada@Example.com", "2026-03-02T09:00:00Z");
  }

  private void order(String id, String item, String email, String at) throws SQLException {
    String itemId = "00000000-0000-7000-8000-00000000000" + item;
    run(
        """
        begin;
        insert into orders (id, status, subtotal, discount, tax, total_amount, currency, token_hash, token_key_id,
          created_at, paid_at, fulfilled_at)
        values ('%1$s', 'paid', 1900, 0, 0, 1900, 'EUR', sha256(convert_to('%1$s', 'UTF8')), 'k1', '%4$s', '%4$s', '%4$s');
        insert into order_contact (order_id, email, updated_at) values ('%1$s', '%3$s', '%4$s');
        insert into order_item (id, order_id, position, product_id, sku, title, unit_price, quantity, line_total)
        values ('%2$s', '%1$s', 1, '00000000-0000-7000-8000-000000000002', 'BOOK', 'The Book', 1900, 1, 1900);
        insert into payment (id, order_id, provider, provider_payment_id, amount, currency, status, paid_at, created_at)
        values ('%1$s', '%1$s', 'stripe', 'pi_%1$s', 1900, 'EUR', 'succeeded', '%4$s', '%4$s');
        insert into entitlement (id, order_id, order_item_id, unit, product_id, status, download_limit, downloads_left,
          issued_at, token_hash, token_key_id)
        values ('%2$s', '%1$s', '%2$s', 1, '00000000-0000-7000-8000-000000000002', 'active', 5, 5, '%4$s',
          sha256(convert_to('%2$s', 'UTF8')), 'k1');
        commit
        """
            .formatted(id, itemId, email, at));
  }

  @AfterEach
  void end() throws SQLException {
    connection.close();
    environment.close();
    aws.close();
    database.close();
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private @Nullable String value(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getString(1) : null;
    }
  }

  /** Owes the mail; its id, as the queue has it. */
  private String owe(Outbox.Kind kind, String subject) {
    int before = aws.messages().size();
    environment
        .database()
        .transaction(
            transaction -> {
              Outbox.add(
                  transaction, environment.queues(), kind, UUID.fromString(subject), "occasion");
              return true;
            });
    assertEquals(before + 1, aws.messages().size());
    return aws.messages().getLast();
  }

  /** Whether the message was handled. */
  private boolean send(String id) {
    return send(id, new TestContext());
  }

  private boolean send(String id, TestContext context) {
    ObjectNode event = Json.object();
    event.putArray("Records").addObject().put("messageId", "m1").put("body", id);
    JsonNode answer = HttpCall.invoke(new SendMail(environment), event, context);
    return answer.path("batchItemFailures").isEmpty();
  }

  private int relay() {
    return HttpCall.invoke(new RelayOutbox(environment), Json.object(), new TestContext())
        .path("queued")
        .asInt();
  }

  @Test
  void aReceiptGoesToTheBuyerOnceHoweverOftenItIsQueued() throws SQLException {
    String id = owe(Outbox.Kind.RECEIPT, ORDER);

    assertTrue(send(id));
    assertTrue(send(id));
    now = now.plus(Duration.ofDays(1));
    assertEquals(0, relay());

    assertEquals(1, aws.mails().size());
    JsonNode mail = aws.mails().getFirst();
    assertEquals("\"Shelfless\" <shop@example.com>", mail.path("FromEmailAddress").asText());
    assertEquals("[\"Ada@Example.com\"]", mail.at("/Destination/ToAddresses").toString());
    assertEquals(
        "Your order " + value("select number from orders") + " from Shelfless",
        mail.at("/Content/Simple/Subject/Data").asText());
    assertTrue(
        mail.at("/Content/Simple/Body/Text/Data")
            .asText()
            .contains("https://shop.example.com/downloads/"));
    assertTrue(mail.at("/Content/Simple/Body/Html/Data").asText().startsWith("<!doctype html>"));
    assertNotNull(value("select sent_at from outbox"));
  }

  @Test
  void whileSesIsOutOfReachTheMailComesAgainAndThenIsSent() throws SQLException {
    String id = owe(Outbox.Kind.RECEIPT, ORDER);
    aws.refuseMails(503, "ServiceUnavailable", "not now");

    assertFalse(send(id));
    assertEquals(0, relay(), "it waits a little");
    now = now.plus(Duration.ofMinutes(1));
    assertEquals(1, relay());
    assertEquals(id, aws.messages().getLast());
    assertEquals(0, relay(), "it was queued, and is given time");
    assertFalse(send(id));
    aws.takeMails();
    assertTrue(send(id));

    assertEquals(1, aws.mails().size());
    assertEquals("3", value("select attempts from outbox"));
  }

  @Test
  void waitsGrowToAnHour() throws SQLException {
    String id = owe(Outbox.Kind.RECEIPT, ORDER);
    aws.refuseMails(429, "TooManyRequestsException", "slowly");
    List<Integer> minutes =
        java.util.stream.Stream.generate(
                () -> {
                  assertFalse(send(id));
                  try {
                    return (int)
                        Double.parseDouble(
                            String.valueOf(
                                value(
                                    "select extract(epoch from due_at - '"
                                        + now
                                        + "') / 60 from outbox")));
                  } catch (SQLException failure) {
                    throw new IllegalStateException(failure);
                  }
                })
            .limit(9)
            .toList();

    assertEquals(List.of(1, 2, 4, 8, 16, 32, 60, 60, 60), minutes);
  }

  @Test
  void aRefusalForGoodIsGivenUpWithoutTheAddress() throws SQLException {
    String id = owe(Outbox.Kind.RECEIPT, ORDER);
    aws.refuseMails(400, "BadRequestException", "Ada@Example.com is not an address");
    TestContext context = new TestContext();

    assertTrue(send(id, context));
    now = now.plus(Duration.ofDays(1));
    assertEquals(0, relay());

    assertTrue(String.valueOf(value("select given_up from outbox")).contains("BadRequest"));
    assertFalse(String.valueOf(value("select given_up from outbox")).contains("@"));
    assertFalse(context.log().contains("@"), context.log());
  }

  @Test
  void anAddressThatIsToBeVerifiedIsNoReasonToGiveUp() throws SQLException {
    String id = owe(Outbox.Kind.RECEIPT, ORDER);
    aws.refuseMails(
        400,
        "MessageRejected",
        "Email address is not verified. The following identities failed the check: shop@example.com");
    TestContext context = new TestContext();

    assertFalse(send(id, context));

    assertNull(value("select given_up from outbox"));
    assertFalse(context.log().contains("shop@example.com"), context.log());
  }

  @Test
  void whoseAddressWasErasedGetsNoMail() throws SQLException {
    String id = owe(Outbox.Kind.RECEIPT, ORDER);
    run("update order_contact set email = null");

    assertTrue(send(id));

    assertEquals(0, aws.mails().size());
    assertEquals("the address was erased", value("select given_up from outbox"));
  }

  @Test
  void whatAnotherSenderHasIsLeftToItUntilItMustHaveFailed() {
    String id = owe(Outbox.Kind.RECEIPT, ORDER);
    assertTrue(
        environment
            .database()
            .transaction(transaction -> Outbox.claim(transaction, UUID.fromString(id)))
            .isPresent());

    assertTrue(send(id));
    assertEquals(0, aws.mails().size());
    // The other one crashed: its lease ends, and the mail is due again.
    now = now.plus(Duration.ofMinutes(1));
    assertEquals(1, relay());
    assertTrue(send(id));
    assertEquals(1, aws.mails().size());
  }

  @Test
  void anAnswerThatIsLostRepeatsTheMailOnceAndNotMore() {
    String id = owe(Outbox.Kind.RECEIPT, ORDER);
    aws.loseMailAnswers();
    assertFalse(send(id));
    aws.takeMails();
    assertTrue(send(id));
    assertTrue(send(id));

    assertEquals(2, aws.mails().size());
  }

  @Test
  void linksAreThoseOfEveryOrderOfTheAddressInWhateverCase() throws SQLException {
    order("00000000-0000-7000-8000-000000000004", "5", "ADA@example.com", "2026-03-02T09:10:00Z");
    order("00000000-0000-7000-8000-000000000006", "7", "grace@example.com", "2026-03-02T09:20:00Z");

    assertTrue(send(owe(Outbox.Kind.LINKS, ORDER)));

    String text = aws.mails().getFirst().at("/Content/Simple/Body/Text/Data").asText();
    List<String> numbers =
        text.lines()
            .filter(line -> line.startsWith("ORDER "))
            .map(line -> line.split(" ")[1])
            .toList();
    assertEquals(
        List.of(
            String.valueOf(
                value(
                    "select number from orders where id = '00000000-0000-7000-8000-000000000004'")),
            String.valueOf(value("select number from orders where id = '" + ORDER + "'"))),
        numbers);
    assertEquals(2, text.lines().filter(line -> line.startsWith("https://")).count());
  }

  @Test
  void aRefundIsToldOnceItIsOnItsWayAndNotWhenItFailed() throws SQLException {
    run(
        """
        insert into refund (id, order_id, amount, currency, reason, status, provider, provider_refund_id, created_by,
          created_at, updated_at)
        values ('00000000-0000-7000-8000-000000000008', '%s', 500, 'EUR', 'other', 'pending', 'stripe', 're_1', 'test',
          now(), now())
        """
            .formatted(ORDER));
    assertTrue(send(owe(Outbox.Kind.REFUND, "00000000-0000-7000-8000-000000000008")));
    assertTrue(
        aws.mails()
            .getFirst()
            .at("/Content/Simple/Body/Text/Data")
            .asText()
            .startsWith("A refund of €5.00 for your order"));

    run("update refund set status = 'failed'; delete from outbox where false");
    environment
        .database()
        .transaction(
            transaction -> {
              Outbox.add(
                  transaction,
                  environment.queues(),
                  Outbox.Kind.REFUND,
                  UUID.fromString("00000000-0000-7000-8000-000000000008"),
                  "another");
              return true;
            });
    assertTrue(send(aws.messages().getLast()));
    assertEquals(1, aws.mails().size());
  }

  @Test
  void theRelayQueuesAllThatIsDueOnceAndNothingElse() throws SQLException {
    run(
        """
        insert into outbox (id, kind, subject_id, occasion, due_at, created_at, sent_at, given_up)
        select gen_random_uuid(), 'links', '%s', n::text, timestamptz '2026-03-02 09:30:00Z' + (n - 250) * interval '1 second',
          '2026-03-02', case when n %% 10 = 0 then now() end, case when n %% 10 = 1 then 'no' end
        from generate_series(1, 260) n
        """
            .formatted(ORDER));

    assertEquals(200, relay());
    assertEquals(0, relay());

    Set<String> queued = new HashSet<>(aws.messages());
    assertEquals(200, queued.size());
    now = now.plus(Duration.ofSeconds(10));
    assertEquals(8, relay(), "those that came due meanwhile");
  }

  @Test
  void aMessageThatNamesNothingIsDone() {
    assertTrue(send("00000000-0000-7000-8000-00000000ffff"));
    assertEquals(0, aws.mails().size());
  }
}
