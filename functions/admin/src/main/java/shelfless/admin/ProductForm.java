package shelfless.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import shelfless.data.Products.License;
import shelfless.data.Products.Product;
import shelfless.data.SellerProducts.Details;
import shelfless.domain.Money;
import shelfless.domain.ProductKind;
import shelfless.domain.Sku;
import shelfless.domain.Slug;
import shelfless.domain.Visibility;
import shelfless.domain.WireNamed;
import shelfless.http.Body;
import shelfless.http.views.ProductView;
import shelfless.json.Json;

/**
 * What the seller sends about a product, with the rules for each field; CreateProduct reads it from
 * a body, UpdateProduct from what a patch makes of the product.
 *
 * @param slug nothing: to be made from the title
 * @param sku nothing: to be made from the slug
 */
record ProductForm(
    String title,
    Optional<String> slug,
    Optional<String> sku,
    String description,
    Money price,
    String kind,
    String visibility,
    List<String> tags,
    JsonNode metadata,
    @Nullable Integer downloadLimit,
    @Nullable Integer accessDays,
    @Nullable License license) {
  private static final int DEFAULT_DOWNLOADS = 5;
  private static final int DEFAULT_DAYS = 30;
  private static final long MOST_USES = 1_000_000;
  private static final long MOST_DAYS = 36_500;
  private static final long LARGEST_PRICE = 99_999_999;
  private static final int LARGEST_METADATA = 64 * 1024;
  private static final List<String> KINDS = wireNames(ProductKind.values());
  static final List<String> VISIBILITIES = wireNames(Visibility.values());

  /** A product that any patch with valid fields leaves valid, so that a patch can be read alone. */
  private static final ObjectNode ANY =
      Json.object()
          .put("title", "x")
          .put("slug", "x")
          .put("sku", "x")
          .put("kind", "other")
          .put("visibility", "draft")
          .set("price", Json.money(0, "EUR"));

  private static List<String> wireNames(WireNamed[] constants) {
    return Arrays.stream(constants).map(WireNamed::wireName).toList();
  }

  /** Reads a new product; 422 with all that is wrong. */
  static ProductForm ofNew(Body body) {
    ProductForm form = read(body, true);
    body.check();
    return form;
  }

  /** 422 with all that is wrong with a patch, whatever it is applied to. */
  static void checkPatch(Body patch) {
    Body patched = patched(patch, ANY);
    read(patched, false);
    patched.check();
  }

  /** Reads the product that a patch makes of another; 422 with all that is wrong. */
  static ProductForm ofPatch(Body patch, Product product) {
    Body patched = patched(patch, writable(product));
    ProductForm form = read(patched, true);
    patched.check();
    return form;
  }

  private static Body patched(Body patch, ObjectNode target) {
    Body patched = patch.patching(target, "metadata");
    for (String field : List.of("slug", "sku", "kind", "visibility", "delivery")) {
      if (patch.has(field) && patch.isNull(field)) {
        patched.error(field, "can't be null.");
      }
    }
    return patched;
  }

  /** Those fields of the seller's form that can be sent back. */
  private static ObjectNode writable(Product product) {
    return ProductView.adminForm(product)
        .without(List.of("id", "assets", "created_at", "updated_at"));
  }

  /**
   * @param whole whether amount and currency belong together; those of a patch alone do not
   */
  private static ProductForm read(Body body, boolean whole) {
    String title = body.requiredText("title", 200);
    if (title.chars().anyMatch(Character::isISOControl)) {
      body.error("title", "must be one line.");
    }
    Optional<String> slug =
        body.parsed(
            "slug",
            Slug.MAX_LENGTH,
            text -> Optional.of(text).filter(Slug::isValid),
            "must be lower-case letters a to z and digits, with single hyphens between.");
    Optional<String> sku =
        body.parsed(
            "sku",
            Sku.MAX_LENGTH,
            text -> Optional.of(text).filter(Sku::isValid),
            "must be visible characters without spaces.");
    Optional<Body> delivery = body.object("delivery");
    return new ProductForm(
        title,
        slug,
        sku,
        body.text("description", 20_000).orElse(""),
        price(body.requiredObject("price"), whole),
        body.choice("kind", KINDS).orElse("other"),
        body.choice("visibility", VISIBILITIES).orElse("draft"),
        body.texts("tags", 0, 20, 50),
        metadata(body),
        limit(delivery, "download_limit", MOST_USES, DEFAULT_DOWNLOADS),
        limit(delivery, "access_days", MOST_DAYS, DEFAULT_DAYS),
        body.object("license").map(ProductForm::license).orElse(null));
  }

  private static Money price(Body field, boolean whole) {
    long amount = field.requiredNumber("amount", 0, LARGEST_PRICE);
    String currency = field.requiredText("currency", 3);
    if (!Money.isCurrency(currency)) {
      if (!currency.isBlank()) {
        field.error("currency", "must be an ISO 4217 code in capitals: EUR.");
      }
      return Money.zero("EUR");
    }
    Money price = new Money(amount, currency);
    if (whole && !price.of(0).isChargeable()) {
      field.error("currency", "is not one that the payment provider takes as it is.");
    } else if (whole && !price.isChargeable()) {
      field.error("amount", "must end in 0 in this currency.");
    }
    return price;
  }

  private static License license(Body license) {
    Optional<Body> here = Optional.of(license);
    return new License(
        limit(here, "activation_limit", MOST_USES, null),
        limit(here, "valid_days", MOST_DAYS, null));
  }

  /** A number that null makes unlimited; {@code otherwise} when it is left out. */
  private static @Nullable Integer limit(
      Optional<Body> parent, String field, long most, @Nullable Integer otherwise) {
    if (parent.isEmpty() || !parent.get().has(field)) {
      return otherwise;
    }
    Long number = parent.get().number(field, 1, most).orElse(null);
    return number == null ? null : number.intValue();
  }

  private static JsonNode metadata(Body body) {
    JsonNode metadata = body.freeObject("metadata", LARGEST_METADATA).orElse(Json.object());
    if (metadata.size() > 100) {
      body.error("metadata", "must not have more than 100 keys.");
    }
    if (!isStorable(metadata)) {
      body.error("metadata", "must not hold NUL characters, broken characters or absurd numbers.");
    }
    return metadata;
  }

  /** Whether PostgreSQL's jsonb can hold it: no NUL, no half characters, numbers of some sense. */
  private static boolean isStorable(JsonNode value) {
    if (value.isTextual()) {
      return isStorable(value.textValue());
    }
    if (value.isNumber()) {
      BigDecimal number = value.decimalValue();
      return Math.abs(number.scale()) <= 300;
    }
    return value.propertyStream().allMatch(field -> isStorable(field.getKey()))
        && value.valueStream().allMatch(ProductForm::isStorable);
  }

  private static boolean isStorable(String text) {
    return text.codePoints().noneMatch(c -> c == 0 || Character.getType(c) == Character.SURROGATE);
  }

  Details details(String chosenSku, String chosenSlug) {
    return new Details(
        chosenSku,
        chosenSlug,
        title,
        description,
        price.amount(),
        price.currency(),
        kind,
        visibility,
        tags,
        metadata,
        downloadLimit,
        accessDays,
        license);
  }
}
