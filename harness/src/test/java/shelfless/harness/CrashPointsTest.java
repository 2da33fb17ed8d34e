package shelfless.harness;

import java.util.Random;
import org.junit.jupiter.api.Test;

class CrashPointsTest {
  /** So many histories of each story with several faults, in a full run. */
  private static final int SEVERAL_FAULTS = 200;

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

  @Test
  void alsoWhenSeveralThingsGoWrong() {
    Report report = new Report();
    Work work = new Work(report);
    int histories = (int) Math.ceil(SEVERAL_FAULTS * settings.share());
    for (Scenario scenario : settings.chosen(Scenario.ALL, Scenario::name)) {
      work.add(
          () ->
              new CrashPoints(report)
                  .runAtRandom(scenario, new Random(settings.seed()), histories));
    }
    work.run();
    report.say(
        report.total() + " histories with two or three faults, seed " + settings.seed() + ".");
  }
}
