package shelfless.harness;

import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import shelfless.runtime.IdGenerator;

/** Ids and bytes that are the same in every run: they count. */
final class SequentialIds implements IdGenerator {
  private final AtomicLong counter = new AtomicLong();
  private final Clock clock;

  SequentialIds(Clock clock) {
    this.clock = clock;
  }

  @Override
  public UUID next() {
    long milliseconds = clock.millis() & 0xFFFF_FFFF_FFFFL;
    return new UUID(
        (milliseconds << 16) | 0x7000L, 0x8000_0000_0000_0000L | counter.incrementAndGet());
  }

  @Override
  public byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    long number = counter.incrementAndGet();
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (number >>> (8 * (i % 8)));
    }
    return bytes;
  }
}
