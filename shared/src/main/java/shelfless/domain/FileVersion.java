package shelfless.domain;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One version of one of a product's files; whoever holds such a row can ask who gets it. */
public interface FileVersion {
  String fileName();

  /** Counts up for each file name of a product. */
  int version();

  AssetStatus status();

  /** Whether those who bought before it was ready keep what they have. */
  boolean newBuyersOnly();

  /** When it was verified; null while it never was. */
  @Nullable Instant readyAt();

  /**
   * The files that an entitlement issued then gets, by name: of each the highest version that is
   * ready and, when it is for new buyers only, was ready before (rule 10).
   */
  static <F extends FileVersion> List<F> visibleTo(
      Collection<? extends F> versions, Instant issuedAt) {
    TreeMap<String, F> highest = new TreeMap<>();
    for (F version : versions) {
      if (isVisible(version, issuedAt)) {
        highest.merge(
            version.fileName(),
            version,
            (one, other) -> one.version() > other.version() ? one : other);
      }
    }
    return List.copyOf(highest.values());
  }

  private static boolean isVisible(FileVersion version, Instant issuedAt) {
    Instant readyAt = version.readyAt();
    return version.status() == AssetStatus.READY
        && readyAt != null
        && !(version.newBuyersOnly() && readyAt.isAfter(issuedAt));
  }
}
