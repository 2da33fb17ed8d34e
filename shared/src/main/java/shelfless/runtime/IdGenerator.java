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
    SecureRandom random = new SecureRandom();
    return new IdGenerator() {
      @Override
      public UUID next() {
        long milliseconds = clock.millis() & 0xFFFF_FFFF_FFFFL;
        long high = (milliseconds << 16) | 0x7000L | (random.nextLong() & 0xFFFL);
        long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
      }

      @Override
      public byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
      }
    };
  }
}
