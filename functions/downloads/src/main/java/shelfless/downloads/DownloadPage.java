package shelfless.downloads;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.data.Entitlements.Entitlement;
import shelfless.data.Entitlements.License;
import shelfless.domain.DownloadDecision;

/**
 * What the download page says, in the words that it says it in.
 *
 * @param notice why nothing, or not everything, can be downloaded now; null when all can
 */
public record DownloadPage(
    String title,
    @Nullable String notice,
    String downloadsLeft,
    String openUntil,
    List<FileRow> files,
    @Nullable LicenseBox license) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm 'UTC'", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  /**
   * A file with its button.
   *
   * @param note what the button costs when that is nothing; null otherwise
   */
  public record FileRow(
      String assetId,
      String name,
      String size,
      String checksum,
      @Nullable String note,
      boolean available) {}

  /** The licence key, and what it allows. */
  public record LicenseBox(String key, String terms) {}

  static DownloadPage of(
      Entitlement entitlement, DownloadDecision state, Map<UUID, Instant> freeUntil) {
    boolean paused =
        state instanceof DownloadDecision.Suspended || state instanceof DownloadDecision.Pending;
    List<FileRow> files =
        entitlement.files().stream()
            .map(
                file -> {
                  Instant free = paused ? null : freeUntil.get(file.id());
                  return new FileRow(
                      file.id().toString(),
                      file.fileName(),
                      size(file.fileSize()),
                      file.checksum(),
                      free == null ? null : "Free to repeat until " + TIME.format(free),
                      free != null || state instanceof DownloadDecision.Granted);
                })
            .toList();
    Integer left = entitlement.downloadsLeft();
    Instant end = entitlement.expiresAt();
    License license = entitlement.license();
    return new DownloadPage(
        entitlement.title(),
        state instanceof DownloadDecision.Refused refused ? Links.refusal(refused).detail() : null,
        left == null ? "Unlimited" : left + " of " + entitlement.downloadLimit(),
        end == null ? "No end" : Links.day(end),
        files,
        license == null ? null : new LicenseBox(license.key(), terms(license)));
  }

  private static String terms(License license) {
    String activations =
        license.activationLimit() == null
            ? "Any number of activations"
            : "Up to "
                + license.activationLimit()
                + (license.activationLimit() == 1 ? " activation" : " activations");
    String end =
        license.expiresAt() == null ? "" : ", valid until " + Links.day(license.expiresAt());
    return switch (license.status()) {
      case ACTIVE -> activations + end + ".";
      case SUSPENDED -> "Paused.";
      case REVOKED -> "Revoked.";
    };
  }

  /** In the units that people know: 482 kB, 1.2 MB; powers of 1000, as shops and disks count. */
  static String size(long bytes) {
    if (bytes < 1000) {
      return bytes == 1 ? "1 byte" : bytes + " bytes";
    }
    double size = bytes;
    String unit = "bytes";
    for (String larger : List.of("kB", "MB", "GB", "TB")) {
      // What would be shown as 1000 is 1 of the next.
      if (size >= 999.5) {
        size /= 1000;
        unit = larger;
      }
    }
    return String.format(Locale.ENGLISH, size < 9.95 ? "%.1f %s" : "%.0f %s", size, unit);
  }
}
