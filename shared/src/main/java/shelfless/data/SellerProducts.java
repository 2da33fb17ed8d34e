package shelfless.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.data.Products.Asset;
import shelfless.data.Products.License;
import shelfless.data.Products.Product;

/** Products as the seller sees and changes them: of every visibility, with every file. */
public final class SellerProducts {
  /** The unique index that refuses a slug which another product has. */
  public static final String SLUG_TAKEN = "product_slug";

  /** The unique index that refuses a SKU which another product has. */
  public static final String SKU_TAKEN = "product_sku";

  private SellerProducts() {}

  /**
   * What the seller decides about a product.
   *
   * @param price in minor units of the currency
   * @param downloadLimit null: unlimited
   * @param accessDays null: unlimited
   * @param license null: no licence key
   */
  public record Details(
      String sku,
      String slug,
      String title,
      String description,
      long price,
      String currency,
      String kind,
      String visibility,
      List<String> tags,
      JsonNode metadata,
      @Nullable Integer downloadLimit,
      @Nullable Integer accessDays,
      @Nullable License license) {
    private @Nullable Integer activationLimit() {
      return license == null ? null : license.activationLimit();
    }

    private @Nullable Integer validDays() {
      return license == null ? null : license.validDays();
    }
  }

  /**
   * The products that are not deleted, newest first.
   *
   * @param query words as a person types them into a search box
   * @param after the creation time and id of the last row of the page before
   */
  public static List<Product> list(
      Transaction transaction,
      Optional<String> query,
      Optional<String> visibility,
      int limit,
      Optional<List<String>> after)
      throws SQLException {
    String words = query.orElse(null);
    String seen = visibility.orElse(null);
    String createdAt = after.map(List::getFirst).orElse(null);
    List<Product> products =
        transaction.list(
            Products.COLUMNS
                + """
                from product
                where deleted_at is null
                  and (?::text is null or search @@ websearch_to_tsquery('english', ?::text))
                  and (?::text is null or visibility = ?::text)
                  and (?::timestamptz is null or (created_at, id) < (?::timestamptz, ?::uuid))
                order by created_at desc, id desc limit ?
                """,
            Products::product,
            words,
            words,
            seen,
            seen,
            createdAt,
            createdAt,
            after.map(keys -> UUID.fromString(keys.getLast())).orElse(null),
            limit);
    return withAssets(transaction, products);
  }

  /** The product, unless it is deleted. */
  public static Optional<Product> find(Transaction transaction, UUID id) throws SQLException {
    return withAssets(
        transaction,
        transaction.first(
            Products.COLUMNS + "from product where id = ? and deleted_at is null",
            Products::product,
            id));
  }

  /**
   * The product, unless it is deleted; nobody else changes it or its files until the transaction
   * ends.
   */
  public static Optional<Product> lock(Transaction transaction, UUID id) throws SQLException {
    return withAssets(
        transaction,
        transaction.first(
            Products.COLUMNS + "from product where id = ? and deleted_at is null for update",
            Products::product,
            id));
  }

  private static Optional<Product> withAssets(Transaction transaction, Optional<Product> product)
      throws SQLException {
    return withAssets(transaction, product.stream().toList()).stream().findFirst();
  }

  private static List<Product> withAssets(Transaction transaction, List<Product> products)
      throws SQLException {
    if (products.isEmpty()) {
      return products;
    }
    Map<UUID, List<Asset>> assets = new HashMap<>();
    for (Asset asset :
        transaction.list(
            "select * from product_asset where product_id = any(?) order by product_id, file_name, version",
            Products::asset,
            products.stream().map(Product::id).toList())) {
      assets.computeIfAbsent(asset.productId(), id -> new ArrayList<>()).add(asset);
    }
    return products.stream()
        .map(product -> Products.with(product, assets.getOrDefault(product.id(), List.of())))
        .toList();
  }

  /** Which of these slugs a product has that is not deleted. */
  public static Set<String> takenSlugs(Transaction transaction, Collection<String> slugs)
      throws SQLException {
    return new HashSet<>(
        transaction.list(
            "select slug from product where slug = any(?) and deleted_at is null",
            row -> row.text("slug"),
            slugs));
  }

  /** Which of these SKUs a product has that is not deleted. */
  public static Set<String> takenSkus(Transaction transaction, Collection<String> skus)
      throws SQLException {
    return new HashSet<>(
        transaction.list(
            "select sku from product where sku = any(?) and deleted_at is null",
            row -> row.text("sku"),
            skus));
  }

  /** Adds a product; {@link #SLUG_TAKEN} or {@link #SKU_TAKEN} when another has the name. */
  public static void add(Transaction transaction, UUID id, Details details) throws SQLException {
    transaction.update(
        """
        insert into product (id, sku, slug, title, description, price, currency, kind, visibility, tags, metadata,
          download_limit, access_days, licensed, license_activation_limit, license_valid_days, created_at, updated_at)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        id,
        details.sku,
        details.slug,
        details.title,
        details.description,
        details.price,
        details.currency,
        details.kind,
        details.visibility,
        details.tags,
        details.metadata,
        details.downloadLimit,
        details.accessDays,
        details.license != null,
        details.activationLimit(),
        details.validDays(),
        transaction.now(),
        transaction.now());
  }

  /** Changes a product; {@link #SLUG_TAKEN} or {@link #SKU_TAKEN} when another has the name. */
  public static void change(Transaction transaction, UUID id, Details details) throws SQLException {
    transaction.update(
        """
        update product set sku = ?, slug = ?, title = ?, description = ?, price = ?, currency = ?, kind = ?,
          visibility = ?, tags = ?, metadata = ?, download_limit = ?, access_days = ?, licensed = ?,
          license_activation_limit = ?, license_valid_days = ?, version = version + 1, updated_at = ?
        where id = ?
        """,
        details.sku,
        details.slug,
        details.title,
        details.description,
        details.price,
        details.currency,
        details.kind,
        details.visibility,
        details.tags,
        details.metadata,
        details.downloadLimit,
        details.accessDays,
        details.license != null,
        details.activationLimit(),
        details.validDays(),
        transaction.now(),
        id);
  }

  /** Takes a product out of the shop; it stays for those who bought it (rule 10). */
  public static void delete(Transaction transaction, UUID id) throws SQLException {
    transaction.update(
        "update product set deleted_at = ?, updated_at = ?, version = version + 1 where id = ?",
        transaction.now(),
        transaction.now(),
        id);
  }
}
