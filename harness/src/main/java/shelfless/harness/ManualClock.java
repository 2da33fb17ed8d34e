package shelfless.harness;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** The time, which only the harness moves. */
final class ManualClock extends Clock {
  private Instant now = Instant.parse("2026-03-02T09:00:00Z");
  private boolean ticking;

  synchronized void advance(Duration duration) {
    now = now.plus(duration);
  }

  /** From now on, no two looks at it see the same time: each is a microsecond later. */
  synchronized void tick() {
    ticking = true;
  }

  @Override
  public synchronized Instant instant() {
    if (ticking) {
      now = now.plus(1, ChronoUnit.MICROS);
    }
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
