package shelfless.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ClassLogTest {
  private final ClassLog log =
      ClassLog.of(
          List.of(
              "[1000000ns] java.lang.Object source: shared objects file",
              "[3000000ns] com.amazonaws.services.lambda.runtime.api.client.AWSLambda source: file:/x.jar",
              "[3500000ns] org.postgresql.Driver source: file:/task/",
              "this line is none",
              "[9500000ns] org.postgresql.jdbc.PgConnection source: file:/task/",
              "[9600000ns] shelfless.http.HttpHandler$$Lambda/0x00007f0001000400 source: shelfless.http.HttpHandler"));

  @Test
  void whatPassesUntilAClassIsLoadedCountsForItsGroup() {
    assertEquals(
        List.of(
            new ClassLog.Group("driver", 2, 0, 0, 6.5),
            new ClassLog.Group("runtime client", 1, 0, 0, 2),
            new ClassLog.Group("JDK", 1, 1, 0, 1)),
        log.byOrigin().subList(0, 3));
    assertEquals(5, log.count());
  }

  @Test
  void aLambdaIsOfTheClassThatHasIt_andWasMadeWhileRunning() {
    ClassLog.Group ours = log.byOrigin().getLast();
    assertEquals("ours", ours.name());
    assertEquals(1, ours.made());
    assertEquals(
        "shelfless.http",
        ClassLog.packageOf("shelfless.http.HttpHandler$$Lambda/0x00007f0001000400"));
  }

  @Test
  void packagesAreShownFourNamesDeep() {
    assertEquals(
        "software.amazon.awssdk.services",
        ClassLog.packageOf("software.amazon.awssdk.services.sqs.model.Message"));
    assertEquals("org.postgresql", ClassLog.packageOf("org.postgresql.Driver"));
  }

  @Test
  void theLogTellsWhenAClassWasLoaded() {
    assertEquals(3.5, log.when("org.postgresql.Driver").orElseThrow());
  }
}
