package shelfless.bench.cost;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * What a shop sells in a month.
 *
 * @param gigabytes of files that buyers download
 * @param waf whether the web ACL of {@code edge.yaml} is there
 */
record Usage(BigDecimal orders, BigDecimal downloads, BigDecimal gigabytes, boolean waf) {

  Usage {
    if (orders.signum() < 0 || downloads.signum() < 0 || gigabytes.signum() < 0) {
      throw new CostException("Nothing is sold less often than never.");
    }
  }

  /** With as many downloads and as much data as is assumed of so many orders. */
  static Usage of(BigDecimal orders, Assumptions assumptions) {
    BigDecimal downloads = orders.multiply(assumptions.get("downloads_per_order"));
    return new Usage(orders, downloads, gigabytes(downloads, assumptions), false);
  }

  static BigDecimal gigabytes(BigDecimal downloads, Assumptions assumptions) {
    return downloads
        .multiply(assumptions.get("average_file_mb"))
        .divide(new BigDecimal(1000), MathContext.DECIMAL64);
  }
}
