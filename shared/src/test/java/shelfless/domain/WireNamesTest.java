package shelfless.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The names stand in the schema and in the API: a constant that is renamed here breaks both. */
class WireNamesTest {
  @Test
  void names_areThoseOfTheSchema() {
    check(ProductKind.values(), ProductKind::of, "ebook software audio video other");
    check(Visibility.values(), Visibility::of, "draft unlisted public archived");
    check(AssetStatus.values(), AssetStatus::of, "pending verifying ready rejected withdrawn");
    check(
        OrderStatus.values(),
        OrderStatus::of,
        "pending paid failed cancelled partially_refunded refunded disputed");
    check(PaymentStatus.values(), PaymentStatus::of, "pending succeeded failed");
    check(RefundStatus.values(), RefundStatus::of, "requested pending succeeded failed");
    check(
        RefundReason.values(),
        RefundReason::of,
        "requested_by_customer duplicate fraudulent other");
    check(
        DisputeStatus.values(),
        DisputeStatus::of,
        "warning_needs_response warning_under_review warning_closed needs_response under_review"
            + " won lost prevented");
    check(EntitlementStatus.values(), EntitlementStatus::of, "pending active suspended revoked");
    check(LicenseStatus.values(), LicenseStatus::of, "active suspended revoked");
    check(
        Access.Reason.values(),
        Access.Reason::of,
        "refunded dispute_lost revoked_by_seller disputed not_paid awaiting_license_key");
  }

  private static <E extends WireNamed> void check(
      E[] constants, Function<String, Optional<E>> of, String names) {
    assertEquals(
        List.of(names.split(" ")), Arrays.stream(constants).map(WireNamed::wireName).toList());
    for (E constant : constants) {
      assertEquals(Optional.of(constant), of.apply(constant.wireName()));
      assertEquals(Optional.empty(), of.apply(constant.name()));
    }
    assertEquals(Optional.empty(), of.apply(""));
  }
}
