package shelfless.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.http.Cursor;
import shelfless.http.HttpRequest;

/** Products and their files, as the catalogue reads them. */
public final class Products {
  static final String COLUMNS =
      """
      select id, sku, slug, title, description, price, currency, kind, visibility, tags, metadata, download_limit,
        access_days, licensed, license_activation_limit, license_valid_days, version, created_at, updated_at
      """;

  /** Parameters: the query twice, the tag twice. */
  private static final String PUBLIC =
      """
      from product
      where deleted_at is null and visibility = 'public'
        and (?::text is null or search @@ websearch_to_tsquery('english', ?::text))
        and (?::text is null or tags @> array[?::text])
      """;

  private Products() {}

  /**
   * A product.
   *
   * @param price in minor units of the currency
   * @param downloadLimit how many downloads a unit may make; null: unlimited
   * @param accessDays how many days a unit is open; null: unlimited
   * @param license what each unit's licence key allows, or null where none is given
   * @param version counts the changes: the strong part of its entity tag
   */
  public record Product(
      UUID id,
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
      @Nullable License license,
      long version,
      Instant createdAt,
      Instant updatedAt,
      List<Asset> assets) {}

  /** What a licence key allows; null: unlimited. */
  public record License(@Nullable Integer activationLimit, @Nullable Integer validDays) {}

  /** A file of a product; {@code checksum} is its SHA-256 in hexadecimal. */
  public record Asset(
      UUID id,
      UUID productId,
      String storagePath,
      String fileName,
      long fileSize,
      String mimeType,
      String checksum,
      int version,
      boolean newBuyersOnly,
      String status,
      Instant createdAt,
      @Nullable Instant readyAt) {}

  /** A product that a list found, with its rank where the list is sorted by relevance. */
  public record Found(Product product, double rank) {
    /** What the row's place in the order is made of. */
    public List<String> keys(Sort sort) {
      String key =
          switch (sort) {
            case RELEVANCE -> Double.toString(rank);
            case NEWEST -> product.createdAt().toString();
            case CHEAPEST, DEAREST -> Long.toString(product.price());
            case TITLE -> product.title();
          };
      return List.of(key, product.id().toString());
    }
  }

  /** The orders of the public list. */
  public enum Sort {
    RELEVANCE("relevance"),
    NEWEST("newest"),
    CHEAPEST("price"),
    DEAREST("-price"),
    TITLE("title");

    public static final List<String> NAMES =
        Arrays.stream(values()).map(sort -> sort.wireName).toList();

    private final String wireName;

    Sort(String wireName) {
      this.wireName = wireName;
    }

    /** The order of that name, which is one of {@link #NAMES}. */
    public static Sort of(String name) {
      return Arrays.stream(values())
          .filter(sort -> sort.wireName.equals(name))
          .findFirst()
          .orElseThrow();
    }

    /** What the first sort key is; the second is the id. */
    public Cursor.Key key() {
      return switch (this) {
        case RELEVANCE -> Cursor.Key.REAL;
        case NEWEST -> Cursor.Key.TIME;
        case CHEAPEST, DEAREST -> Cursor.Key.NUMBER;
        case TITLE -> Cursor.Key.TEXT;
      };
    }

    private String sql() {
      return switch (this) {
        case RELEVANCE -> BY_RELEVANCE;
        case NEWEST -> BY_NEWEST;
        case CHEAPEST -> BY_CHEAPEST;
        case DEAREST -> BY_DEAREST;
        case TITLE -> BY_TITLE;
      };
    }
  }

  private static final String BY_RELEVANCE =
      "select * from ("
          + COLUMNS
          + ", ts_rank(search, websearch_to_tsquery('english', coalesce(?::text, '')))::float8 as rank "
          + PUBLIC
          + """
          ) ranked
          where (?::float8 is null or (rank, id) < (?::float8, ?::uuid))
          order by rank desc, id desc limit ?
          """;
  private static final String BY_NEWEST =
      COLUMNS
          + ", 0::float8 as rank "
          + PUBLIC
          + """
          and (?::timestamptz is null or (created_at, id) < (?::timestamptz, ?::uuid))
          order by created_at desc, id desc limit ?
          """;
  private static final String BY_CHEAPEST =
      COLUMNS
          + ", 0::float8 as rank "
          + PUBLIC
          + """
          and (?::bigint is null or (price, id) > (?::bigint, ?::uuid))
          order by price, id limit ?
          """;
  private static final String BY_DEAREST =
      COLUMNS
          + ", 0::float8 as rank "
          + PUBLIC
          + """
          and (?::bigint is null or (price, id) < (?::bigint, ?::uuid))
          order by price desc, id desc limit ?
          """;
  private static final String BY_TITLE =
      COLUMNS
          + ", 0::float8 as rank "
          + PUBLIC
          + """
          and (?::text is null or (lower(title), id) > (lower(?::text), ?::uuid))
          order by lower(title), id limit ?
          """;

  /**
   * The public products.
   *
   * @param query words as a person types them into a search box; matches title, tags and
   *     description
   * @param after the sort keys of the last row of the page before, as {@link Found#keys} gave them
   */
  public static List<Found> listPublic(
      Transaction transaction,
      Optional<String> query,
      Optional<String> tag,
      Sort sort,
      int limit,
      Optional<List<String>> after)
      throws SQLException {
    String words = query.orElse(null);
    String key = after.map(List::getFirst).orElse(null);
    UUID id = after.map(keys -> UUID.fromString(keys.getLast())).orElse(null);
    List<@Nullable Object> parameters = new ArrayList<>();
    if (sort == Sort.RELEVANCE) {
      parameters.add(words);
    }
    parameters.addAll(
        Arrays.asList(words, words, tag.orElse(null), tag.orElse(null), key, key, id, limit));
    List<Found> rows =
        transaction.list(
            sort.sql(), row -> new Found(product(row), row.real("rank")), parameters.toArray());
    Map<UUID, List<Asset>> assets =
        currentAssets(transaction, rows.stream().map(found -> found.product.id).toList());
    return rows.stream().map(found -> new Found(with(found.product, assets), found.rank)).toList();
  }

  /** A product that can be bought by whoever knows its slug: public or unlisted. */
  public static Optional<Product> findOnSale(Transaction transaction, String slug)
      throws SQLException {
    Optional<Product> product =
        transaction.first(
            COLUMNS
                + "from product where slug = ? and deleted_at is null and visibility in ('public', 'unlisted')",
            Products::product,
            slug);
    return withCurrentAssets(transaction, product);
  }

  /** A product that can be bought, named by its id, slug or sku, and looked for in that order. */
  public static Optional<Product> findToBuy(Transaction transaction, String name)
      throws SQLException {
    return transaction.first(
        COLUMNS
            + """
            from product
            where deleted_at is null and visibility in ('public', 'unlisted') and (id = ?::uuid or slug = ? or sku = ?)
            order by case when slug = ? then 1 when sku = ? then 2 else 0 end limit 1
            """,
        Products::product,
        HttpRequest.uuid(name).map(UUID::toString).orElse(null),
        name,
        name,
        name,
        name);
  }

  /**
   * The fraction that tax adds to the price of such a product there today; zero where the shop has
   * no rate.
   */
  public static BigDecimal taxRate(Transaction transaction, @Nullable String country, String kind)
      throws SQLException {
    if (country == null) {
      return BigDecimal.ZERO;
    }
    LocalDate today = LocalDate.ofInstant(transaction.now(), ZoneOffset.UTC);
    return transaction
        .first(
            """
            select rate from tax_rate
            where country = ? and kind = ? and valid_from <= ? and (valid_to is null or valid_to > ?)
            order by valid_from desc limit 1
            """,
            row -> row.decimal("rate"),
            country,
            kind,
            today,
            today)
        .orElse(BigDecimal.ZERO);
  }

  static Optional<Product> withCurrentAssets(Transaction transaction, Optional<Product> product)
      throws SQLException {
    if (product.isEmpty()) {
      return product;
    }
    Map<UUID, List<Asset>> assets = currentAssets(transaction, List.of(product.get().id));
    return product.map(found -> with(found, assets));
  }

  /**
   * For each product the files that a buyer gets today: of each name the highest version that is
   * ready.
   */
  private static Map<UUID, List<Asset>> currentAssets(
      Transaction transaction, Collection<UUID> products) throws SQLException {
    Map<UUID, List<Asset>> assets = new HashMap<>();
    if (!products.isEmpty()) {
      for (Asset asset :
          transaction.list(
              """
              select distinct on (product_id, file_name) *
              from product_asset
              where product_id = any(?) and status = 'ready'
              order by product_id, file_name, version desc
              """,
              Products::asset,
              products)) {
        assets.computeIfAbsent(asset.productId, id -> new ArrayList<>()).add(asset);
      }
    }
    return assets;
  }

  private static Product with(Product product, Map<UUID, List<Asset>> assets) {
    return with(product, assets.getOrDefault(product.id, List.of()));
  }

  static Product with(Product product, List<Asset> assets) {
    return new Product(
        product.id,
        product.sku,
        product.slug,
        product.title,
        product.description,
        product.price,
        product.currency,
        product.kind,
        product.visibility,
        product.tags,
        product.metadata,
        product.downloadLimit,
        product.accessDays,
        product.license,
        product.version,
        product.createdAt,
        product.updatedAt,
        assets);
  }

  static Product product(Row row) throws SQLException {
    return new Product(
        row.uuid("id"),
        row.text("sku"),
        row.text("slug"),
        row.text("title"),
        row.text("description"),
        row.number("price"),
        row.text("currency"),
        row.text("kind"),
        row.text("visibility"),
        row.texts("tags"),
        row.json("metadata"),
        row.integerOrNull("download_limit"),
        row.integerOrNull("access_days"),
        row.bool("licensed")
            ? new License(
                row.integerOrNull("license_activation_limit"),
                row.integerOrNull("license_valid_days"))
            : null,
        row.number("version"),
        row.instant("created_at"),
        row.instant("updated_at"),
        List.of());
  }

  static Asset asset(Row row) throws SQLException {
    return new Asset(
        row.uuid("id"),
        row.uuid("product_id"),
        row.text("storage_path"),
        row.text("file_name"),
        row.number("file_size"),
        row.text("mime_type"),
        row.text("checksum"),
        row.integer("version"),
        row.bool("new_buyers_only"),
        row.text("status"),
        row.instant("created_at"),
        row.instantOrNull("ready_at"));
  }
}
