package shelfless.fulfillment;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the templates of mails show: texts, ready but for escaping, each within one line. */
public final class MailViews {
  private MailViews() {}

  /** Who writes. */
  public record Shop(String name) {}

  /**
   * An order.
   *
   * @param discount null when there was none
   * @param tax null when there was none
   * @param consents what the buyer agreed to, a sentence each
   */
  public record Order(
      String number,
      String date,
      List<Line> lines,
      String subtotal,
      @Nullable String discount,
      @Nullable String tax,
      String total,
      boolean free,
      List<Link> links,
      List<String> consents) {}

  /** An order's line; {@code each} is the price of one unit. */
  public record Line(String title, int quantity, String each, String total) {}

  /**
   * What one unit delivered.
   *
   * @param name the product's title, and which unit it is where there are several
   * @param url the page with the files; null when it is closed
   * @param terms what is left, or why it is closed
   */
  public record Link(
      String name, @Nullable String url, String terms, @Nullable String licenseKey) {}

  /**
   * A refund.
   *
   * @param arrived whether the provider has sent it; else it is on its way
   * @param all whether it closed all of the order
   * @param closed what it closed; empty when access stays
   */
  public record Refund(
      String orderNumber,
      String orderDate,
      String amount,
      String orderTotal,
      boolean arrived,
      boolean all,
      List<String> closed) {}
}
