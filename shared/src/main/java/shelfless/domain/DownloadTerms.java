package shelfless.domain;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How often and how long what was bought can be downloaded (rule 6).
 *
 * @param downloadLimit downloads that are counted; null: unlimited
 * @param accessDays days from issue to expiry; null: unlimited
 */
public record DownloadTerms(@Nullable Integer downloadLimit, @Nullable Integer accessDays) {
  /** What a product has unless it says otherwise. */
  public static final DownloadTerms DEFAULT = new DownloadTerms(5, 30);

  private static final Duration SHORTEST_URL_LIFE = Duration.ofMinutes(10);
  private static final Duration LONGEST_URL_LIFE = Duration.ofHours(3);
  private static final Duration SHORTEST_RETRY_WINDOW = Duration.ofMinutes(15);

  /** 50 KiB/s: a line so slow still gets the file while its address lives. */
  private static final long SLOWEST_BYTES_PER_SECOND = 50 * 1024;

  /** When an entitlement that is issued now ends; null: never. */
  public @Nullable Instant expiresAt(Instant issuedAt) {
    return accessDays == null ? null : issuedAt.plus(Duration.ofDays(accessDays));
  }

  /** How long a file's signed address lives, by its size in bytes (rule 7). */
  public static Duration urlLife(long fileSize) {
    Duration needed = Duration.ofSeconds(Math.ceilDiv(fileSize, SLOWEST_BYTES_PER_SECOND));
    return longer(
        SHORTEST_URL_LIFE, needed.compareTo(LONGEST_URL_LIFE) < 0 ? needed : LONGEST_URL_LIFE);
  }

  /** How long after a counted request the same file can be asked for again at no cost (rule 6). */
  public static Duration retryWindow(long fileSize) {
    return longer(SHORTEST_RETRY_WINDOW, urlLife(fileSize));
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
