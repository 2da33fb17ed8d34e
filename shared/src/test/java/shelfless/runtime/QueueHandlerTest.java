package shelfless.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import shelfless.json.Json;
import shelfless.testing.HttpCall;
import shelfless.testing.TestContext;

class QueueHandlerTest {
  private static final UUID GOOD = new UUID(1, 1);
  private static final UUID BAD = new UUID(2, 2);

  private final List<UUID> handled = new ArrayList<>();
  private final QueueHandler handler =
      new QueueHandler(
          new Environment(Map.of(), Clock.systemUTC(), IdGenerator.secure(Clock.systemUTC()))) {
        @Override
        protected void handle(UUID id) {
          if (id.equals(BAD)) {
            throw new IllegalStateException("this one fails");
          }
          handled.add(id);
        }
      };

  private JsonNode send(TestContext context, Object... bodies) {
    ObjectNode event = Json.object();
    ArrayNode records = event.putArray("Records");
    for (int i = 0; i < bodies.length; i++) {
      records.addObject().put("messageId", "m" + i).put("body", bodies[i].toString());
    }
    return HttpCall.invoke(handler, event, context);
  }

  @Test
  void onlyTheMessagesThatFailedComeAgain() {
    TestContext context = new TestContext();
    JsonNode answer = send(context, GOOD, BAD, "no id", GOOD);
    assertEquals(
        "{\"batchItemFailures\":[{\"itemIdentifier\":\"m1\"},{\"itemIdentifier\":\"m2\"}]}",
        answer.toString());
    assertEquals(List.of(GOOD, GOOD), handled);
    assertTrue(context.log().contains("this one fails"), context.log());
  }

  @Test
  void whenTimeIsNearlyOverMessagesAreGivenBackUntouched() {
    JsonNode answer = send(new TestContext(4_000), GOOD, GOOD);
    assertEquals(2, answer.path("batchItemFailures").size());
    assertEquals(List.of(), handled);
  }
}
