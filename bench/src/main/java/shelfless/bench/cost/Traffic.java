package shelfless.bench.cost;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * What a month of sales brings to each part of the shop.
 *
 * @param views page views that buyers see, from the edge or from a function
 * @param apiCalls what API Gateway is asked
 * @param edgeRequests what CloudFront is asked, with the files
 * @param messages through the queues
 * @param functionCalls all that a sale makes, without the sweeps
 * @param functionTime of these, in GB-seconds
 * @param secretCalls of functions that read secrets
 */
record Traffic(
    BigDecimal views,
    BigDecimal apiCalls,
    BigDecimal edgeRequests,
    BigDecimal messages,
    BigDecimal functionCalls,
    BigDecimal functionTime,
    BigDecimal secretCalls) {

  private static final BigDecimal THOUSAND = new BigDecimal(1000);

  static Traffic of(Usage usage, Assumptions assumptions, Durations durations) {
    BigDecimal views = usage.orders().multiply(assumptions.get("views_per_order"));
    BigDecimal missed = views.multiply(BigDecimal.ONE.subtract(assumptions.get("cache_hits")));
    BigDecimal api = BigDecimal.ZERO;
    BigDecimal messages = BigDecimal.ZERO;
    BigDecimal milliseconds = BigDecimal.ZERO;
    BigDecimal secrets = BigDecimal.ZERO;
    for (Assumptions.Call call : assumptions.calls()) {
      BigDecimal basis =
          switch (call.per()) {
            case VIEW -> missed;
            case ORDER -> usage.orders();
            case MAIL -> usage.orders().multiply(assumptions.get("mails_per_order"));
            case DOWNLOAD -> usage.downloads();
          };
      BigDecimal calls = basis.multiply(call.times());
      milliseconds = milliseconds.add(calls.multiply(billed(call, assumptions, durations)));
      if (call.http()) {
        api = api.add(calls);
      } else {
        messages = messages.add(calls);
      }
      if (call.secrets()) {
        secrets = secrets.add(calls);
      }
    }
    return new Traffic(
        views,
        api,
        api.add(views.subtract(missed)).add(usage.downloads()),
        messages,
        api.add(messages),
        seconds(milliseconds).multiply(assumptions.get("memory_gb")),
        secrets);
  }

  /** What Lambda bills for one call on average, in whole milliseconds, since it rounds up. */
  private static BigDecimal billed(
      Assumptions.Call call, Assumptions assumptions, Durations durations) {
    return durations
        .billed(call.function(), assumptions.get("cold_share"))
        .add(call.providerCalls().multiply(assumptions.get("provider_ms")))
        .add(call.awsCalls().multiply(assumptions.get("aws_ms")))
        .setScale(0, RoundingMode.CEILING);
  }

  static BigDecimal seconds(BigDecimal milliseconds) {
    return milliseconds.divide(THOUSAND, MathContext.DECIMAL64);
  }
}
