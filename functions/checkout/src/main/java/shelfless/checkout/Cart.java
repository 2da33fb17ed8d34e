package shelfless.checkout;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.data.Assets;
import shelfless.data.Products;
import shelfless.data.Promotions;
import shelfless.data.Transaction;
import shelfless.domain.CountryCode;
import shelfless.domain.Money;
import shelfless.domain.Pricing;
import shelfless.domain.PricingResult;
import shelfless.domain.ProductKind;
import shelfless.http.Body;
import shelfless.http.HttpRequest;
import shelfless.http.Problem;
import shelfless.runtime.Environment;
import shelfless.security.RateLimiter;

/**
 * What a client wants to buy, as the bodies of QuoteOrder and CreateOrder name it. Prices are
 * looked up here and nowhere else taken from (rule 2).
 */
record Cart(List<Wanted> items, @Nullable String promotionCode, @Nullable String country) {
  /** Promotion codes that an address may try in a minute. */
  private static final int CODES_A_MINUTE = 30;

  /** So many entitlements can be issued, and answered, within the time of one call. */
  private static final int MOST_UNITS_IN_ALL = 500;

  /** So many files, each of each unit, can be named in one answer (AWS: 6 MB). */
  private static final int MOST_FILES_IN_ALL = 5_000;

  record Wanted(String product, int quantity) {}

  /** The cart with what it costs now. */
  record Quote(
      PricingResult.Priced priced,
      Map<UUID, Products.Product> products,
      Optional<Promotions.Usable> promotion) {
    Products.Product product(PricingResult.PricedLine line) {
      return java.util.Objects.requireNonNull(products.get(line.productId()));
    }
  }

  /** Reads the fields; {@link Body#check} is left to the caller. */
  static Cart read(Body body) {
    List<Wanted> items =
        body.objects("items", 1, Pricing.MOST_LINES).stream()
            .map(
                item ->
                    new Wanted(
                        item.requiredText("product", 100),
                        item.number("quantity", 1, Pricing.MOST_UNITS).orElse(1L).intValue()))
            .toList();
    if (items.stream().mapToInt(Wanted::quantity).sum() > MOST_UNITS_IN_ALL) {
      body.error("items", "must not have more than " + MOST_UNITS_IN_ALL + " units in all.");
    }
    String code =
        body.text("promotion_code", 64)
            .filter(text -> !text.isBlank())
            .map(String::strip)
            .orElse(null);
    String country =
        body.parsed(
                "country",
                2,
                CountryCode::parse,
                "must be a country's code of two letters (ISO 3166-1): DE.")
            .map(CountryCode::value)
            .orElse(null);
    return new Cart(items, code, country);
  }

  /** Counts the try of a promotion code, so that codes can't be guessed; 429 when too many. */
  void countTry(Environment environment, HttpRequest request) {
    environment
        .rateLimiter()
        .take(
            new RateLimiter.Limit("promotion_codes", request.clientAddress(), CODES_A_MINUTE, 60));
  }

  /**
   * What it costs now; 422 that names the item or the promotion when it can't be bought like this.
   */
  Quote price(Transaction transaction) throws SQLException {
    Map<UUID, Products.Product> products = new HashMap<>();
    List<Pricing.Line> lines = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      Wanted wanted = items.get(i);
      String pointer = "/items/" + i + "/product";
      Products.Product product =
          Products.findToBuy(transaction, wanted.product())
              .orElseThrow(
                  () ->
                      Problem.refused(
                          "product_not_available", pointer, "There is no such product on sale."));
      products.put(product.id(), product);
      lines.add(
          new Pricing.Line(
              product.id(),
              ProductKind.of(product.kind()).orElseThrow(),
              new Money(product.price(), product.currency()),
              wanted.quantity()));
    }
    refuseTooManyFiles(transaction, lines);
    Optional<Promotions.Usable> promotion = Optional.empty();
    if (promotionCode != null) {
      promotion = Promotions.findUsable(transaction, promotionCode);
      if (promotion.isEmpty()) {
        throw notApplicable("This promotion code is not valid, or not any more.");
      }
    }
    Map<ProductKind, BigDecimal> rates = new HashMap<>();
    for (Pricing.Line line : lines) {
      if (!rates.containsKey(line.kind())) {
        rates.put(line.kind(), Products.taxRate(transaction, country, line.kind().wireName()));
      }
    }
    PricingResult result =
        Pricing.price(
            lines,
            promotion.map(Promotions.Usable::promotion),
            kind -> rates.getOrDefault(kind, BigDecimal.ZERO));
    return switch (result) {
      case PricingResult.Priced priced -> new Quote(priced, products, promotion);
      case PricingResult.NoLines none ->
          throw Problem.invalid("/items", "must name at least one product.");
      case PricingResult.TooManyLines(int most) ->
          throw Problem.invalid(
              "/items", "must not name more than " + most + " different products.");
      case PricingResult.QuantityOutOfRange(UUID product, int quantity, int most) ->
          throw Problem.invalid(
              "/items",
              "must not have more than " + most + " of one product, not " + quantity + ".");
      case PricingResult.MixedCurrencies(String first, String other) ->
          throw Problem.refused(
              "currencies_differ",
              "/items",
              "An order has one currency, and these products are in "
                  + first
                  + " and "
                  + other
                  + ".");
      case PricingResult.NotCovered none ->
          throw notApplicable("This promotion code is for other products.");
      case PricingResult.PromotionInOtherCurrency(String currency) ->
          throw notApplicable("This promotion code is for prices in " + currency + ".");
      case PricingResult.AmountTooLarge none ->
          throw Problem.refused(
              "amount_too_large", "/items", "This is more than can be charged at once.");
    };
  }

  /** The answer of an order names each unit's files, and must stay within what Lambda answers. */
  private static void refuseTooManyFiles(Transaction transaction, List<Pricing.Line> lines)
      throws SQLException {
    int units = lines.stream().mapToInt(Pricing.Line::quantity).sum();
    if (units * Assets.MOST_OF_A_PRODUCT <= MOST_FILES_IN_ALL) {
      return;
    }
    int files = 0;
    for (Pricing.Line line : lines) {
      files += line.quantity() * Assets.countReady(transaction, line.productId());
    }
    if (files > MOST_FILES_IN_ALL) {
      throw Problem.invalid(
          "/items",
          "must not come to more than "
              + MOST_FILES_IN_ALL
              + " files, those of each unit counted: buy in several orders.");
    }
  }

  static Problem notApplicable(String detail) {
    return Problem.refused("promotion_not_applicable", "/promotion_code", detail);
  }
}
