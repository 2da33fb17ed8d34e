package shelfless.local.stripe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.stripe.model.Event;
import com.stripe.model.checkout.Session;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shelfless.local.LocalException;

class WebhooksTest {
  private static final int EVENTS_OF_A_SALE = 5;
  private static final String FAULTS = "/_local/webhooks/faults";

  @TempDir Path folder;
  private World world;

  @BeforeEach
  void start() throws Exception {
    world = new World(folder);
  }

  @AfterEach
  void stop() {
    world.close();
  }

  private Set<String> receivedIds() {
    return world.received.stream().map(World.Received::id).collect(Collectors.toSet());
  }

  private JsonNode events() {
    return world.local("GET", "/_local/webhooks/events", "").path("data");
  }

  @Test
  void theClientVerifiesEachWebhookByTheShopsClock() throws Exception {
    world.clock.advance(Duration.ofDays(400));
    Session paid = world.paid();
    World.await(() -> world.received.size() == EVENTS_OF_A_SALE);
    for (World.Received webhook : world.received) {
      Event event = webhook.verified(world.clock);
      assertEquals(webhook.id(), event.getId());
      assertTrue(event.getDataObjectDeserializer().getObject().isPresent());
      if (event.getType().equals("checkout.session.completed")) {
        var session = (Session) event.getDataObjectDeserializer().getObject().orElseThrow();
        assertEquals(paid.getPaymentIntent(), session.getPaymentIntent());
      }
    }
  }

  @Test
  void aWebhookThatIsNotAnsweredWithSuccessComesAgainSoon() throws Exception {
    world.refusals.set(EVENTS_OF_A_SALE);
    world.paid();
    World.await(() -> world.received.size() == EVENTS_OF_A_SALE);
    assertEquals(1, events().get(0).path("pending_webhooks").asInt());
    World.await(() -> world.received.size() == 2 * EVENTS_OF_A_SALE);
    assertEquals(EVENTS_OF_A_SALE, receivedIds().size());
    World.await(() -> events().get(0).path("pending_webhooks").asInt() == 0);
  }

  @Test
  void advancingTheClockBringsTheRetryAtOnce() throws Exception {
    world.refusals.set(EVENTS_OF_A_SALE * 4);
    world.paid();
    for (int round = 1; round <= 4; round++) {
      int expected = EVENTS_OF_A_SALE * round;
      World.await(() -> world.received.size() >= expected);
      Thread.sleep(30);
      world.clock.advance(Duration.ofSeconds(10));
      world.standIn().clockAdvanced();
    }
    World.await(() -> world.received.size() == EVENTS_OF_A_SALE * 5);
  }

  @Test
  void duplicatesComeBesidesTheOne() throws Exception {
    world.local("PUT", FAULTS, "{'duplicate': 3}");
    world.paid();
    World.await(() -> world.received.size() == 4 * EVENTS_OF_A_SALE);
    assertEquals(EVENTS_OF_A_SALE, receivedIds().size());
  }

  @Test
  void aDroppedWebhookIsNeverSentUnlessAskedFor() throws Exception {
    world.local("PUT", FAULTS, "{'drop': 1}");
    world.paid();
    world.local("PUT", FAULTS, "{}");
    world.clock.advance(Duration.ofDays(1));
    world.standIn().clockAdvanced();
    Thread.sleep(100);
    assertEquals(0, world.received.size());
    String id = events().get(0).path("id").asText();
    JsonNode answer =
        world.local("POST", "/_local/webhooks/redeliver", "{'event_id': '" + id + "'}");
    assertEquals(200, answer.path("status").asInt());
    assertEquals(Set.of(id), receivedIds());
  }

  @Test
  void aPauseHoldsWhatItsEndSends() throws Exception {
    world.local("PUT", FAULTS, "{'paused': true}");
    world.paid();
    Thread.sleep(100);
    assertEquals(0, world.received.size());
    world.local("PUT", FAULTS, "{'paused': false}");
    World.await(() -> world.received.size() == EVENTS_OF_A_SALE);
  }

  @Test
  void delayedAndReorderedWebhooksAllArrive() throws Exception {
    world.local("PUT", FAULTS, "{'delay_ms': 150, 'reorder': true}");
    long begin = System.nanoTime();
    world.paid();
    assertEquals(0, world.received.size());
    World.await(() -> world.received.size() == EVENTS_OF_A_SALE);
    assertTrue(System.nanoTime() - begin > Duration.ofMillis(150).toNanos());
  }

  @Test
  void redeliveringSaysWhatTheShopAnswered() throws Exception {
    world.paid();
    World.await(() -> world.received.size() == EVENTS_OF_A_SALE);
    world.refusals.set(1);
    String id = events().get(0).path("id").asText();
    String body = "{'event_id': '" + id + "'}";
    assertEquals(
        500, world.local("POST", "/_local/webhooks/redeliver", body).path("status").asInt());
    assertEquals(
        404,
        assertThrows(
                LocalException.class,
                () -> world.local("POST", "/_local/webhooks/redeliver", "{'event_id': 'evt_none'}"))
            .status());
  }

  @Test
  void aKnobOfTheWrongTypeOrNameIsABadRequest() {
    for (String body :
        new String[] {"{'drop': 2}", "{'paused': 1}", "{'duplicate': 'x'}", "{'drops': 1}"}) {
      var refused = assertThrows(LocalException.class, () -> world.local("PUT", FAULTS, body));
      assertEquals(400, refused.status());
    }
    assertFalse(world.local("GET", FAULTS, "").path("paused").asBoolean());
  }

  @Test
  void whatWasNotDeliveredIsSentAfterARestart() throws Exception {
    world.local("PUT", FAULTS, "{'paused': true}");
    Session paid = world.paid();
    world.restart();
    World.await(() -> world.received.size() == EVENTS_OF_A_SALE);
    // Received is not noted yet: what is not noted is sent once more.
    World.await(
        () ->
            events().valueStream().allMatch(event -> event.path("pending_webhooks").asInt() == 0));
    assertEquals("paid", world.retrieve(paid).getPaymentStatus());
    world.restart();
    Thread.sleep(100);
    assertEquals(EVENTS_OF_A_SALE, world.received.size());
    assertEquals(EVENTS_OF_A_SALE, new HashSet<>(receivedIds()).size());
  }
}
