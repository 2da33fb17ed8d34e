package shelfless.harness;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class EntitledDownloadsTest {
  /** In a full run. */
  private static final int DOWNLOADS = 10_000;

  /** So many that chance alone does not come near what is too much. */
  private static final int AT_LEAST = 2_000;

  /** The founding figure: under 0.5 %; the aim is none. */
  private static final double MOST_WITHOUT = 0.005;

  @Test
  void whoIsEntitledGetsTheFile_whenTryingAgainOnce() {
    Settings settings = Settings.ofProcess();
    Report report = new Report();
    EntitledDownloads.Outcome outcome =
        new EntitledDownloads(report, new Random(settings.seed()))
            .run(Math.max(AT_LEAST, (int) Math.ceil(DOWNLOADS * settings.share())));
    report.say(
        "%d entitled downloads, %d connections cut: %d came at the second try, %d did not come (%.3f %%)."
            .formatted(
                outcome.wanted(),
                outcome.cuts(),
                outcome.again(),
                outcome.without(),
                100.0 * outcome.without() / outcome.wanted()));
    assertTrue(outcome.cuts() > 0, "Nothing was cut.");
    assertTrue(outcome.without() < outcome.wanted() * MOST_WITHOUT);
  }
}
