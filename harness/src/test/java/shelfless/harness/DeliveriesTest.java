package shelfless.harness;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DeliveriesTest {
  private final Settings settings = Settings.ofProcess();

  @Test
  void inWhateverOrderTheProviderTells_everyOrderStandsTheSame() {
    Report report = new Report();
    Work work = new Work(report);
    for (Deliveries.Story story : settings.chosen(Deliveries.ALL, Deliveries.Story::name)) {
      work.add(
          () -> new Deliveries(report, new Random(settings.seed()), settings.share()).run(story));
    }
    work.run();
    report.say(report.total() + " histories of deliveries, seed " + settings.seed() + ".");
  }
}
