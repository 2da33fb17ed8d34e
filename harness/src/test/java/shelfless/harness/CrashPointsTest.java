package shelfless.harness;

import java.util.Random;
import org.junit.jupiter.api.Test;

class CrashPointsTest {
  private final Settings settings = Settings.ofProcess();

  @Test
  void whereverAProcessDies_theStoryEndsAsWithoutIt() {
    Report report = new Report();
    Work work = new Work(report);
    for (Scenario scenario : settings.chosen(Scenario.ALL, Scenario::name)) {
      work.add(
          () ->
              new CrashPoints(report).run(scenario, settings.share(), new Random(settings.seed())));
    }
    work.run();
    report.say(report.total() + " histories of crash points, seed " + settings.seed() + ".");
  }
}
