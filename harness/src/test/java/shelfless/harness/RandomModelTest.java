package shelfless.harness;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RandomModelTest {
  @Test
  void whateverHappensInWhateverOrder_everyOrderIsWhatTheProviderAndTheSellerSay() {
    Settings settings = Settings.ofProcess();
    new RandomModel(new Report(), settings.seed())
        .run(Duration.ofMillis((long) (settings.minutes() * 60_000)));
  }
}
