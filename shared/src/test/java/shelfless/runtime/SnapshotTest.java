package shelfless.runtime;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Clock;
import java.util.Map;
import org.crac.Core;
import org.junit.jupiter.api.Test;

/** The hooks of a snapshot where what they reach is not there. */
class SnapshotTest {
  private static final Clock CLOCK = Clock.systemUTC();

  private final Environment without = new Environment(Map.of(), CLOCK, IdGenerator.secure(CLOCK));

  @Test
  void aHookThatFailsLeavesItToTheCall() {
    assertThrows(IllegalStateException.class, without::restored, "there is no DATABASE_URL");

    Snapshot snapshot = Snapshot.of(without);

    assertDoesNotThrow(() -> snapshot.afterRestore(Core.getGlobalContext()));
  }

  @Test
  void aRehearsalThatFailsLeavesTheFunctionAsItIs() {
    Snapshot snapshot = Snapshot.of(without);
    snapshot.rehearse(() -> without.database().close());

    assertDoesNotThrow(() -> snapshot.beforeCheckpoint(Core.getGlobalContext()));
  }
}
