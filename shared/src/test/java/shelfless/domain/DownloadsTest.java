package shelfless.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DownloadsTest {
  private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
  private static final Instant BEFORE = NOW.minusNanos(1);
  private static final Instant LATER = NOW.plusNanos(1);

  @Test
  @DisplayName("Rule 6: a download that is asked for counts")
  void firstDownload_isCharged() {
    assertEquals(new DownloadDecision.Granted(true), active(LATER, 5, null));
    assertEquals(new DownloadDecision.Granted(true), active(LATER, 1, BEFORE));
    assertEquals(new DownloadDecision.Granted(true), active(LATER, 1, NOW));
    assertEquals(new DownloadDecision.Granted(true), active(null, null, null));
  }

  @Test
  @DisplayName("Rule 6: the same file again within the retry window costs nothing")
  void withinTheRetryWindow_isFree() {
    assertEquals(new DownloadDecision.Granted(false), active(LATER, 4, LATER));
    assertEquals(new DownloadDecision.Granted(false), active(LATER, 0, LATER));
  }

  @Test
  @DisplayName("Rule 6: limit and expiry end it, unless there are none")
  void usedUpOrExpired_isRefused() {
    assertEquals(new DownloadDecision.UsedUp(), active(LATER, 0, null));
    assertEquals(new DownloadDecision.UsedUp(), active(null, 0, NOW));
    assertEquals(new DownloadDecision.Expired(NOW), active(NOW, 5, LATER));
    assertEquals(new DownloadDecision.Expired(BEFORE), active(BEFORE, null, null));
  }

  @Test
  @DisplayName("Rule 7: what the entitlement says comes first")
  void revokedSuspendedPending_areRefusedWhateverElseHolds() {
    for (Access.Reason reason : Access.Reason.values()) {
      assertEquals(
          new DownloadDecision.Revoked(reason),
          decide(new Access(EntitlementStatus.REVOKED, reason), BEFORE, 0, LATER));
    }
    Access suspended = new Access(EntitlementStatus.SUSPENDED, Access.Reason.DISPUTED);
    assertEquals(new DownloadDecision.Suspended(), decide(suspended, BEFORE, 0, LATER));
    Access pending = new Access(EntitlementStatus.PENDING, Access.Reason.AWAITING_LICENSE_KEY);
    assertEquals(new DownloadDecision.Pending(), decide(pending, LATER, 5, LATER));
  }

  @Test
  void refusals_carryTheirCode() {
    assertEquals(
        List.of("expired", "revoked", "used_up", "suspended", "pending"),
        List.of(
                new DownloadDecision.Expired(NOW),
                new DownloadDecision.Revoked(Access.Reason.REFUNDED),
                new DownloadDecision.UsedUp(),
                new DownloadDecision.Suspended(),
                new DownloadDecision.Pending())
            .stream()
            .map(DownloadDecision.Refused::code)
            .toList());
  }

  @ParameterizedTest
  @CsvSource({
    "1, PT10M, PT15M",
    "30720000, PT10M, PT15M",
    "30720001, PT10M1S, PT15M",
    "46080000, PT15M, PT15M",
    "46080001, PT15M1S, PT15M1S",
    "104857600, PT34M8S, PT34M8S",
    "552960000, PT3H, PT3H",
    "552960001, PT3H, PT3H",
    "9223372036854775807, PT3H, PT3H",
  })
  @DisplayName("Rules 6 and 7: an address lives as long as a slow line needs, the window not less")
  void urlLife_followsTheSize(long size, Duration urlLife, Duration retryWindow) {
    assertEquals(urlLife, DownloadTerms.urlLife(size));
    assertEquals(retryWindow, DownloadTerms.retryWindow(size));
  }

  @Test
  @DisplayName("Rule 6: five downloads in 30 days, unless the product says otherwise")
  void terms_haveTheirDefaults() {
    assertEquals(5, DownloadTerms.DEFAULT.downloadLimit());
    assertEquals(NOW.plus(Duration.ofDays(30)), DownloadTerms.DEFAULT.expiresAt(NOW));
    assertNull(new DownloadTerms(null, null).expiresAt(NOW));
  }

  private record File(
      String fileName,
      int version,
      AssetStatus status,
      boolean newBuyersOnly,
      @Nullable Instant readyAt)
      implements FileVersion {}

  @Test
  @DisplayName("Rule 10: new files and versions reach earlier buyers, unless they are for new ones")
  void versions_reachWhomTheyAreFor() {
    File guide1 = new File("guide.pdf", 1, AssetStatus.READY, false, BEFORE);
    File guide2 = new File("guide.pdf", 2, AssetStatus.READY, false, LATER);
    File guide3 = new File("guide.pdf", 3, AssetStatus.READY, true, LATER);
    File extra = new File("extra.zip", 1, AssetStatus.READY, true, NOW);
    List<File> all = List.of(guide3, guide1, guide2, extra);
    assertEquals(List.of(extra, guide2), FileVersion.visibleTo(all, NOW));
    assertEquals(List.of(extra, guide3), FileVersion.visibleTo(all, LATER));
    assertEquals(List.of(guide2), FileVersion.visibleTo(all, BEFORE));
  }

  @Test
  @DisplayName(
      "Rule 10: only what is ready is seen; what is withdrawn gives way to what was before")
  void versions_mustBeReady() {
    File ready = new File("a.zip", 1, AssetStatus.READY, false, BEFORE);
    for (AssetStatus status : AssetStatus.values()) {
      File newer = new File("a.zip", 2, status, false, BEFORE);
      assertEquals(
          List.of(status == AssetStatus.READY ? newer : ready),
          FileVersion.visibleTo(List.of(ready, newer), NOW));
    }
  }

  private static DownloadDecision active(
      @Nullable Instant expiresAt, @Nullable Integer left, @Nullable Instant windowEndsAt) {
    return decide(Access.ACTIVE, expiresAt, left, windowEndsAt);
  }

  private static DownloadDecision decide(
      Access access,
      @Nullable Instant expiresAt,
      @Nullable Integer left,
      @Nullable Instant windowEndsAt) {
    return DownloadDecision.of(access, expiresAt, left, windowEndsAt, NOW);
  }
}
