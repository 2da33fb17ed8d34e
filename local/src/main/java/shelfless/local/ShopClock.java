package shelfless.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The shop's one clock: the machine's time, moved forward by what tests asked for. What was
 * advanced is kept in a file, and the time never goes back, not even when the machine's does.
 */
public final class ShopClock extends Clock {
  private record Shared(Path file, Clock machine, AtomicReference<Duration> offset) {}

  private final Shared shared;
  private final ZoneId zone;
  private final AtomicReference<Instant> latest = new AtomicReference<>(Instant.MIN);

  private ShopClock(Shared shared, ZoneId zone) {
    this.shared = shared;
    this.zone = zone;
  }

  /**
   * The clock whose state is in this file (made at the first advance).
   *
   * @throws IOException when the file is there and cannot be read
   */
  public static ShopClock open(Path file) throws IOException {
    return open(file, Clock.systemUTC());
  }

  static ShopClock open(Path file, Clock machine) throws IOException {
    Duration offset = Duration.ZERO;
    if (Files.exists(file)) {
      JsonNode state = Json.parse(Files.readAllBytes(file));
      offset = Duration.parse(state.path("advanced").asText());
    }
    return new ShopClock(new Shared(file, machine, new AtomicReference<>(offset)), ZoneOffset.UTC);
  }

  /**
   * Moves the time forward; it is kept before this returns.
   *
   * @throws IllegalArgumentException when the amount is negative or leaves the calendar
   */
  public synchronized Instant advance(Duration amount) throws IOException {
    if (amount.isNegative()) {
      throw new IllegalArgumentException("The clock never goes back: " + amount + " is negative.");
    }
    Duration offset;
    try {
      offset = shared.offset.get().plus(amount);
      if (instant().plus(amount).isAfter(Instant.parse("9999-01-01T00:00:00Z"))) {
        throw new IllegalArgumentException("The clock ends with the year 9998.");
      }
    } catch (DateTimeException | ArithmeticException tooFar) {
      throw new IllegalArgumentException("The clock ends with the year 9998.", tooFar);
    }
    DataFolder.replace(shared.file, Json.pretty(Json.object().put("advanced", offset.toString())));
    shared.offset.set(offset);
    return instant();
  }

  @Override
  public Instant instant() {
    Instant now = shared.machine.instant().plus(shared.offset.get());
    return latest.accumulateAndGet(now, (a, b) -> a.isAfter(b) ? a : b);
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  @Override
  public Clock withZone(ZoneId other) {
    return new ShopClock(shared, other);
  }
}
