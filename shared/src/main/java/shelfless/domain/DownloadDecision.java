package shelfless.domain;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Whether a file may be downloaded now, and whether it counts (rules 6 and 7). */
public sealed interface DownloadDecision {
  /**
   * It may. {@code charged}: it is one of the downloads that the limit counts, and a new retry
   * window starts.
   */
  record Granted(boolean charged) implements DownloadDecision {}

  /** It may not. */
  sealed interface Refused extends DownloadDecision {
    /** The word that an answer names it by. */
    String code();
  }

  /** The entitlement's time is over. */
  record Expired(Instant at) implements Refused {
    @Override
    public String code() {
      return "expired";
    }
  }

  /** The entitlement was revoked. */
  record Revoked(Access.Reason reason) implements Refused {
    @Override
    public String code() {
      return "revoked";
    }
  }

  /** No download is left, and no retry window open. */
  record UsedUp() implements Refused {
    @Override
    public String code() {
      return "used_up";
    }
  }

  /** A dispute of the order is open. */
  record Suspended() implements Refused {
    @Override
    public String code() {
      return "suspended";
    }
  }

  /** The entitlement still waits for its licence key. */
  record Pending() implements Refused {
    @Override
    public String code() {
      return "pending";
    }
  }

  /**
   * Decides.
   *
   * @param expiresAt from then on nothing is granted; null: never
   * @param downloadsLeft null: unlimited
   * @param windowEndsAt until when this file can be asked for again at no cost, by its last charged
   *     grant; null: it was never granted
   */
  static DownloadDecision of(
      Access access,
      @Nullable Instant expiresAt,
      @Nullable Integer downloadsLeft,
      @Nullable Instant windowEndsAt,
      Instant now) {
    return switch (access.status()) {
      case REVOKED -> new Revoked(Objects.requireNonNull(access.reason()));
      case SUSPENDED -> new Suspended();
      case PENDING -> new Pending();
      case ACTIVE -> {
        if (expiresAt != null && !now.isBefore(expiresAt)) {
          yield new Expired(expiresAt);
        }
        if (windowEndsAt != null && now.isBefore(windowEndsAt)) {
          yield new Granted(false);
        }
        yield downloadsLeft != null && downloadsLeft <= 0 ? new UsedUp() : new Granted(true);
      }
    };
  }
}
