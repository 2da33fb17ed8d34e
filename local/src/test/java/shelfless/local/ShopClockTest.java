package shelfless.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShopClockTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir Path folder;

  private ShopClock clockAt(Instant machine) throws IOException {
    return ShopClock.open(folder.resolve("clock.json"), Clock.fixed(machine, ZoneOffset.UTC));
  }

  @Test
  void whatWasAdvancedSurvivesARestart() throws IOException {
    assertEquals(NOON.plus(Duration.ofDays(2)), clockAt(NOON).advance(Duration.ofDays(2)));
    ShopClock again = clockAt(NOON.plusSeconds(5));
    assertEquals(NOON.plus(Duration.ofDays(2)).plusSeconds(5), again.instant());
    again.advance(Duration.ofHours(1));
    assertEquals(NOON.plus(Duration.ofHours(49)), clockAt(NOON).instant());
  }

  @Test
  void itNeverGoesBack() throws IOException {
    ShopClock clock = clockAt(NOON);
    assertThrows(IllegalArgumentException.class, () -> clock.advance(Duration.ofSeconds(-1)));
    assertThrows(
        IllegalArgumentException.class, () -> clock.advance(Duration.ofDays(365L * 100_000)));
    assertEquals(NOON, clock.instant());
  }

  @Test
  void inAnotherZoneItIsTheSameClock() throws IOException {
    ShopClock clock = clockAt(NOON);
    Clock other = clock.withZone(ZoneId.of("Europe/Vienna"));
    clock.advance(Duration.ofHours(1));
    assertEquals(clock.instant(), other.instant());
  }
}
