package shelfless.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProviderStatesTest {
  @Test
  @DisplayName("Rule 8: a refund moves forward only, and may fail after it had succeeded")
  void refund_movesForwardOnly() {
    assertEquals(
        EnumSet.of(RefundStatus.PENDING, RefundStatus.SUCCEEDED, RefundStatus.FAILED),
        next(RefundStatus.REQUESTED));
    assertEquals(
        EnumSet.of(RefundStatus.SUCCEEDED, RefundStatus.FAILED), next(RefundStatus.PENDING));
    assertEquals(EnumSet.of(RefundStatus.FAILED), next(RefundStatus.SUCCEEDED));
    assertEquals(Set.of(), next(RefundStatus.FAILED));
  }

  @Test
  @DisplayName("Rule 9: an inquiry may turn into a dispute, and what is decided stays decided")
  void dispute_movesForwardOnly() {
    assertEquals(
        EnumSet.complementOf(EnumSet.of(DisputeStatus.WARNING_NEEDS_RESPONSE)),
        next(DisputeStatus.WARNING_NEEDS_RESPONSE));
    assertEquals(
        EnumSet.of(
            DisputeStatus.NEEDS_RESPONSE,
            DisputeStatus.UNDER_REVIEW,
            DisputeStatus.WON,
            DisputeStatus.LOST,
            DisputeStatus.PREVENTED),
        next(DisputeStatus.WARNING_CLOSED));
    assertEquals(
        EnumSet.of(
            DisputeStatus.UNDER_REVIEW,
            DisputeStatus.WON,
            DisputeStatus.LOST,
            DisputeStatus.PREVENTED),
        next(DisputeStatus.NEEDS_RESPONSE));
    assertEquals(
        EnumSet.of(DisputeStatus.WON, DisputeStatus.LOST, DisputeStatus.PREVENTED),
        next(DisputeStatus.UNDER_REVIEW));
    for (DisputeStatus decided :
        EnumSet.of(DisputeStatus.WON, DisputeStatus.LOST, DisputeStatus.PREVENTED)) {
      assertEquals(Set.of(), next(decided));
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("Rule 9: only a dispute that is open suspends, and an inquiry does nothing")
  void dispute_suspendsWhileItIsOpen(DisputeStatus status) {
    boolean open = status == DisputeStatus.NEEDS_RESPONSE || status == DisputeStatus.UNDER_REVIEW;
    assertEquals(open, status.suspends());
    assertEquals(status.name().startsWith("WARNING"), status.isWarning());
    assertEquals(status == DisputeStatus.LOST, status.isLost());
    assertEquals(open || status == DisputeStatus.LOST, status.counts());
    assertFalse(status.isWarning() && status.counts());
    assertEquals(
        EnumSet.of(
                DisputeStatus.WARNING_CLOSED,
                DisputeStatus.WON,
                DisputeStatus.LOST,
                DisputeStatus.PREVENTED)
            .contains(status),
        status.isClosed());
  }

  private static Set<RefundStatus> next(RefundStatus status) {
    return Arrays.stream(RefundStatus.values())
        .filter(status::mayBecome)
        .collect(Collectors.toSet());
  }

  private static Set<DisputeStatus> next(DisputeStatus status) {
    return Arrays.stream(DisputeStatus.values())
        .filter(status::mayBecome)
        .collect(Collectors.toSet());
  }
}
