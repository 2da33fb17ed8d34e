package shelfless.runtime;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.UUID;

/** The one source of fresh ids and random bytes. */
public interface IdGenerator {
  /**
   * A UUID of version 7 (RFC 9562): ids made later sort later, so that an index grows at its end.
   */
  UUID next();

  /** Bytes from a cryptographically strong source. */
  byte[] randomBytes(int count);

  /** Ids by the given clock, with random bits from {@link SecureRandom}. */
  static IdGenerator secure(Clock clock) {
    return new IdGenerator() {
      @Override
      public UUID next() {
        long milliseconds = clock.millis() & 0xFFFF_FFFF_FFFFL;
        long high = (milliseconds << 16) | 0x7000L | (Random.SOURCE.nextLong() & 0xFFFL);
        long low = (Random.SOURCE.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
      }

      @Override
      public byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        Random.SOURCE.nextBytes(bytes);
        return bytes;
      }
    };
  }

  /** Made at its first use: a call that only reads needs none, and starts sooner. */
  final class Random {
    private static final SecureRandom SOURCE = new SecureRandom();

    private Random() {}
  }
}
