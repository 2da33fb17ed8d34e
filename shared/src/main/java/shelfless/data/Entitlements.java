package shelfless.data;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import shelfless.domain.Access;
import shelfless.domain.AssetStatus;
import shelfless.domain.EntitlementStatus;
import shelfless.domain.FileVersion;
import shelfless.domain.LicenseStatus;

/** What buyers hold: finding it, and the files and licence keys that belong to it. */
public final class Entitlements {
  private static final String SELECT =
      """
      select e.id, e.order_id, e.order_item_id, e.unit, e.product_id, p.slug, i.title, e.status,
        e.download_limit, e.downloads_left, e.expires_at, e.issued_at, e.revoked_at, e.revoked_reason,
        e.withdrawn_at, e.withdrawn_reason, e.token_key_id, e.token_generation,
        k.key as license_key, k.status as license_status, k.activations_allowed, k.activated_count,
        k.expires_at as license_expires_at
      from entitlement e
      join order_item i on i.id = e.order_item_id
      join product p on p.id = e.product_id
      left join license_key k on k.entitlement_id = e.id
      """;

  private Entitlements() {}

  /**
   * One unit that was bought.
   *
   * @param title the product's, as it was sold
   * @param reason why it does not open; null when it does, or when the reason was not kept
   * @param downloadLimit downloads that count in all; null: unlimited
   * @param downloadsLeft of them; null: unlimited
   * @param expiresAt from then on nothing is granted; null: never
   * @param withdrawnReason what the seller wrote when revoking it by hand
   * @param tokenKeyId the key that its download token was derived with
   * @param tokenGeneration how often that token was made anew
   * @param files those that this entitlement sees now, by name (rule 10)
   */
  public record Entitlement(
      UUID id,
      UUID orderId,
      UUID orderItemId,
      int unit,
      UUID productId,
      String slug,
      String title,
      EntitlementStatus status,
      Access.@Nullable Reason reason,
      @Nullable Integer downloadLimit,
      @Nullable Integer downloadsLeft,
      @Nullable Instant expiresAt,
      Instant issuedAt,
      @Nullable Instant revokedAt,
      @Nullable Instant withdrawnAt,
      @Nullable String withdrawnReason,
      String tokenKeyId,
      int tokenGeneration,
      List<File> files,
      @Nullable License license) {
    public Entitlement {
      files = List.copyOf(files);
    }

    /** Whether it opens, as it was derived last. */
    public Access access() {
      return new Access(status, reason);
    }

    /** Whether its time is over. */
    public boolean isExpired(Instant now) {
      return expiresAt != null && !now.isBefore(expiresAt);
    }

    private Entitlement with(List<File> visible) {
      return new Entitlement(
          id,
          orderId,
          orderItemId,
          unit,
          productId,
          slug,
          title,
          status,
          reason,
          downloadLimit,
          downloadsLeft,
          expiresAt,
          issuedAt,
          revokedAt,
          withdrawnAt,
          withdrawnReason,
          tokenKeyId,
          tokenGeneration,
          visible,
          license);
    }
  }

  /** One version of a file; {@code checksum} is its SHA-256 in hexadecimal. */
  public record File(
      UUID id,
      UUID productId,
      String storagePath,
      String fileName,
      long fileSize,
      String mimeType,
      String checksum,
      int version,
      AssetStatus status,
      boolean newBuyersOnly,
      @Nullable Instant readyAt)
      implements FileVersion {}

  /** The licence key of an entitlement; a limit or end that is null is unlimited. */
  public record License(
      String key,
      LicenseStatus status,
      @Nullable Integer activationLimit,
      int activationUsage,
      @Nullable Instant expiresAt) {}

  /** The entitlement of that id. */
  public static Optional<Entitlement> find(Transaction transaction, UUID id) throws SQLException {
    return withFiles(
            transaction, transaction.list(SELECT + "where e.id = ?", Entitlements::entitlement, id))
        .stream()
        .findFirst();
  }

  /** All that an order delivered, line by line and unit by unit; none before it was paid. */
  public static List<Entitlement> listForOrder(Transaction transaction, UUID orderId)
      throws SQLException {
    return withFiles(
        transaction,
        transaction.list(
            SELECT + "where e.order_id = ? order by i.position, e.unit",
            Entitlements::entitlement,
            orderId));
  }

  private static List<Entitlement> withFiles(Transaction transaction, List<Entitlement> found)
      throws SQLException {
    Map<UUID, List<File>> files =
        files(transaction, found.stream().map(Entitlement::productId).distinct().toList());
    return found.stream()
        .map(
            one ->
                one.with(
                    FileVersion.visibleTo(
                        files.getOrDefault(one.productId, List.of()), one.issuedAt)))
        .toList();
  }

  private static Map<UUID, List<File>> files(Transaction transaction, Collection<UUID> products)
      throws SQLException {
    if (products.isEmpty()) {
      return Map.of();
    }
    return transaction
        .list(
            """
            select id, product_id, storage_path, file_name, file_size, mime_type, checksum, version, status,
              new_buyers_only, ready_at
            from product_asset where product_id = any(?) and status = 'ready'
            """,
            Entitlements::file,
            products)
        .stream()
        .collect(Collectors.groupingBy(File::productId));
  }

  private static Entitlement entitlement(Row row) throws SQLException {
    EntitlementStatus status = EntitlementStatus.of(row.text("status")).orElseThrow();
    return new Entitlement(
        row.uuid("id"),
        row.uuid("order_id"),
        row.uuid("order_item_id"),
        row.integer("unit"),
        row.uuid("product_id"),
        row.text("slug"),
        row.text("title"),
        status,
        reason(status, row.textOrNull("revoked_reason")),
        row.integerOrNull("download_limit"),
        row.integerOrNull("downloads_left"),
        row.instantOrNull("expires_at"),
        row.instant("issued_at"),
        row.instantOrNull("revoked_at"),
        row.instantOrNull("withdrawn_at"),
        row.textOrNull("withdrawn_reason"),
        row.text("token_key_id"),
        row.integer("token_generation"),
        List.of(),
        license(row));
  }

  /** What revokes is kept as the reason's name; what suspends or waits has one cause each. */
  private static Access.@Nullable Reason reason(EntitlementStatus status, @Nullable String kept) {
    return switch (status) {
      case ACTIVE -> null;
      case SUSPENDED -> Access.Reason.DISPUTED;
      case PENDING -> Access.Reason.AWAITING_LICENSE_KEY;
      case REVOKED ->
          Access.Reason.of(String.valueOf(kept)).orElse(Access.Reason.REVOKED_BY_SELLER);
    };
  }

  private static @Nullable License license(Row row) throws SQLException {
    String key = row.textOrNull("license_key");
    return key == null
        ? null
        : new License(
            key,
            LicenseStatus.of(row.text("license_status")).orElseThrow(),
            row.integerOrNull("activations_allowed"),
            row.integer("activated_count"),
            row.instantOrNull("license_expires_at"));
  }

  private static File file(Row row) throws SQLException {
    return new File(
        row.uuid("id"),
        row.uuid("product_id"),
        row.text("storage_path"),
        row.text("file_name"),
        row.number("file_size"),
        row.text("mime_type"),
        row.text("checksum"),
        row.integer("version"),
        AssetStatus.of(row.text("status")).orElseThrow(),
        row.bool("new_buyers_only"),
        row.instantOrNull("ready_at"));
  }
}
