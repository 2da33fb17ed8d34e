package shelfless.local.stripe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.ApiException;
import com.stripe.exception.IdempotencyException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.model.checkout.Session;
import com.stripe.net.RequestOptions;
import com.stripe.param.RefundCreateParams;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import shelfless.local.Json;

class IdempotencyTest {
  private static final String FAULTS = "/_local/provider/faults";

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

  private static RequestOptions key(String key) {
    return RequestOptions.builder().setIdempotencyKey(key).build();
  }

  private Session create(long amount, String key) throws StripeException {
    return world
        .stripe()
        .v1()
        .checkout()
        .sessions()
        .create(World.order(amount, 1).build(), key(key));
  }

  private int sessions() throws StripeException {
    return world.stripe().v1().checkout().sessions().list().getData().size();
  }

  @Test
  void theSameKeyAndParametersGiveTheFirstAnswerAgain() throws Exception {
    Session first = create(1900, "order-1");
    Session again = create(1900, "order-1");
    assertEquals(first.getId(), again.getId());
    var headers = again.getLastResponse().headers();
    assertEquals("true", headers.firstValue("Idempotent-Replayed").orElse(""));
    assertEquals(
        first.getLastResponse().requestId(), headers.firstValue("Original-Request").orElse(""));
    assertEquals(1, sessions());
  }

  @Test
  void theSameKeyWithOtherParametersOrAnotherPathIsRefused() throws Exception {
    create(1900, "order-1");
    assertEquals(
        400,
        assertThrows(IdempotencyException.class, () -> create(2000, "order-1")).getStatusCode());
    var answer = world.raw("POST", "/v1/refunds", "charge=ch_1", "Idempotency-Key", "order-1");
    assertEquals(400, answer.statusCode());
    assertEquals(
        "idempotency_error", Json.parse(answer.body()).path("error").path("type").asText());
  }

  @Test
  void aKeyIsForgottenAfterADay() throws Exception {
    Session first = create(1900, "order-1");
    world.clock.advance(Duration.ofHours(23));
    assertEquals(first.getId(), create(1900, "order-1").getId());
    world.clock.advance(Duration.ofHours(2));
    assertNotEquals(first.getId(), create(1900, "order-1").getId());
  }

  @Test
  void aKeyThatIsInUseIsAConflict() throws Exception {
    world.local("PUT", FAULTS, "{'slow_ms': 300}");
    var first =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return create(1900, "order-1");
              } catch (StripeException failed) {
                throw new IllegalStateException(failed);
              }
            });
    Thread.sleep(100);
    var refused = assertThrows(ApiException.class, () -> create(1900, "order-1"));
    assertEquals(409, refused.getStatusCode());
    assertEquals("idempotency_key_in_use", refused.getCode());
    first.get(5, TimeUnit.SECONDS);
    assertEquals(1, sessions());
  }

  @Test
  void wrongParametersAreNotRememberedForTheKey() throws Exception {
    var wrong = World.order(1900, 1).putExtraParam("nonsense", "1").build();
    assertThrows(
        InvalidRequestException.class,
        () -> world.stripe().v1().checkout().sessions().create(wrong, key("order-1")));
    create(1900, "order-1");
  }

  @Test
  void whatTheStateForbadeIsRememberedForTheKey() throws Exception {
    String charge = "payment_intent=" + world.paid().getPaymentIntent();
    world.raw("POST", "/v1/refunds", charge);
    var refused = world.raw("POST", "/v1/refunds", charge, "Idempotency-Key", "again");
    var replayed = world.raw("POST", "/v1/refunds", charge, "Idempotency-Key", "again");
    assertEquals(400, replayed.statusCode());
    assertEquals(refused.body(), replayed.body());
    assertEquals("true", replayed.headers().firstValue("Idempotent-Replayed").orElse(""));
  }

  @Test
  void aFailureBeforeAnythingHappenedLeavesTheKeyFree() throws Exception {
    world.local("PUT", FAULTS, "{'fail': 1}");
    var failed = assertThrows(ApiException.class, () -> create(1900, "order-1"));
    assertEquals(503, failed.getStatusCode());
    world.local("PUT", FAULTS, "{}");
    assertEquals(0, sessions());
    create(1900, "order-1");
    assertEquals(1, sessions());
  }

  @Test
  void aLostAnswerIsThereWhenTheSameKeyAsksAgain() throws Exception {
    Session paid = world.paid();
    var refund = RefundCreateParams.builder().setPaymentIntent(paid.getPaymentIntent()).build();
    world.local("PUT", FAULTS, "{'lose_answers': 1}");
    assertThrows(
        ApiConnectionException.class,
        () -> world.stripe().v1().refunds().create(refund, key("refund-1")));
    world.local("PUT", FAULTS, "{}");
    var answer = world.stripe().v1().refunds().create(refund, key("refund-1"));
    assertEquals(1900, answer.getAmount());
    assertEquals(1, world.stripe().v1().refunds().list().getData().size());
  }

  @Test
  void keysOutliveARestart() throws Exception {
    Session first = create(1900, "order-1");
    world.restart();
    assertEquals(first.getId(), create(1900, "order-1").getId());
    assertTrue(first.getId().startsWith("cs_"));
  }
}
