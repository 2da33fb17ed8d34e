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
import shelfless.security.Tokens;

/**
 * What buyers hold: finding it with its files and licence key, giving it another token, closing it.
 * Issuing it belongs to fulfilment.
 */
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

  /** The entitlement of that id, its row locked first. */
  public static Optional<Entitlement> lock(Transaction transaction, UUID id) throws SQLException {
    // Read in a statement of its own, which sees what was committed while it waited for the lock.
    return transaction
            .first("select id from entitlement where id = ? for update", row -> row.uuid("id"), id)
            .isPresent()
        ? find(transaction, id)
        : Optional.empty();
  }

  /** What a download token opens. */
  public sealed interface ByToken {
    /** The entitlement whose token it is. */
    record Current(Entitlement entitlement) implements ByToken {}

    /** It was, until the seller issued it again. */
    record Replaced() implements ByToken {}

    /** It never was one. */
    record Unknown() implements ByToken {}
  }

  /** Finds by the hash of a download token. */
  public static ByToken findByToken(Transaction transaction, byte[] hash) throws SQLException {
    List<Entitlement> found =
        withFiles(
            transaction,
            transaction.list(SELECT + "where e.token_hash = ?", Entitlements::entitlement, hash));
    if (!found.isEmpty()) {
      return new ByToken.Current(found.getFirst());
    }
    return transaction
            .first(
                "select entitlement_id from retired_token where token_hash = ?",
                row -> row.uuid("entitlement_id"),
                hash)
            .isPresent()
        ? new ByToken.Replaced()
        : new ByToken.Unknown();
  }

  /**
   * Gives a locked entitlement another token; the one before answers that it was replaced.
   *
   * @param downloads how many are left from now on; null: as many as were
   * @param expiresAt when it ends from now on; null: when it did
   */
  public static void reissue(
      Transaction transaction,
      Entitlement entitlement,
      Tokens tokens,
      @Nullable Integer downloads,
      @Nullable Instant expiresAt)
      throws SQLException {
    Tokens.Token token = tokens.download(entitlement.id, entitlement.tokenGeneration + 1);
    transaction.update(
        """
        insert into retired_token (token_hash, entitlement_id, retired_at)
        select token_hash, id, ? from entitlement where id = ?
        """,
        transaction.now(),
        entitlement.id);
    transaction.update(
        "update entitlement set token_hash = ?, token_key_id = ?, token_generation = ? where id = ?",
        token.hash(),
        token.keyId(),
        token.generation(),
        entitlement.id);
    if (downloads != null) {
      // The limit counts those that were used, too: used and left are always the limit.
      transaction.update(
          """
          update entitlement set downloads_left = ?, download_limit = ? +
            (select count(*) from download where entitlement_id = entitlement.id and charged)
          where id = ?
          """,
          downloads,
          downloads,
          entitlement.id);
    }
    if (expiresAt != null) {
      transaction.update(
          "update entitlement set expires_at = ?, expiry_noted_at = null where id = ?",
          expiresAt,
          entitlement.id);
    }
  }

  /**
   * Records that the seller revokes it by hand. What follows from that is derived by whoever calls,
   * who holds the lock of the order.
   *
   * @return whether it was not so before
   */
  public static boolean withdraw(Transaction transaction, UUID id, String reason)
      throws SQLException {
    return transaction.update(
            "update entitlement set withdrawn_at = ?, withdrawn_reason = ? where id = ? and withdrawn_at is null",
            transaction.now(),
            reason,
            id)
        == 1;
  }

  /** An entitlement whose time ended. */
  public record Expired(UUID id, Instant expiresAt) {}

  /**
   * Notes which ended since it was asked last, at most so many, the oldest first; each is told
   * once.
   */
  public static List<Expired> noteExpired(Transaction transaction, int most) throws SQLException {
    return transaction.list(
        """
        update entitlement set expiry_noted_at = ?
        where id in (
          select id from entitlement
          where expires_at <= ? and expiry_noted_at is null and status <> 'revoked'
          order by expires_at limit ? for update skip locked)
        returning id, expires_at
        """,
        row -> new Expired(row.uuid("id"), row.instant("expires_at")),
        transaction.now(),
        transaction.now(),
        most);
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

  static File file(Row row) throws SQLException {
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
