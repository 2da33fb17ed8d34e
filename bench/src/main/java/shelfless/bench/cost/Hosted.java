package shelfless.bench.cost;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * What a hosted shop takes: {@code hosted.json}.
 *
 * @param percent of each sale
 * @param each USD a sale
 * @param monthly USD
 * @param card whether the card's fee is in it
 * @param tax whether the hosted shop is the seller, and pays the buyer's VAT itself
 */
record Hosted(
    String name,
    BigDecimal percent,
    BigDecimal each,
    BigDecimal monthly,
    boolean card,
    boolean tax,
    String source,
    boolean verified) {

  static List<Hosted> read() {
    List<Hosted> all = new ArrayList<>();
    for (JsonNode shop : Resources.read("hosted.json").path("shops")) {
      all.add(
          new Hosted(
              Resources.text(shop, "name"),
              Resources.number(shop, "percent"),
              Resources.number(shop, "each"),
              Resources.number(shop, "monthly"),
              shop.path("card").booleanValue(),
              shop.path("tax").booleanValue(),
              Resources.text(shop, "source"),
              shop.path("verified").booleanValue()));
    }
    return all;
  }

  /** In USD a month, for so many sales at that price. */
  BigDecimal takes(BigDecimal orders, BigDecimal usd) {
    return monthly.add(orders.multiply(usd.multiply(percent.movePointLeft(2)).add(each)));
  }
}
